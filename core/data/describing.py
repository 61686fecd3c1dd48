"""Describing one column: every figure from one sort, or one dictionary encoding."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.frames import TEXT_KINDS, ColumnKind, kind_of_dtype
from core.data.profiled import ColumnProfile, Histogram
from core.data.schema import ColumnSchema, describe_levels, describe_numbers
from core.data.target import Task
from core.data.values import (
    Words,
    as_numbers,
    encode_words,
    order_numbers,
    quantiles,
)

N_BINS: Final = 30
N_LABELS: Final = 20
OTHER: Final = "(other)"
_MOST_SHOWN_CLASSES: Final = 10
_ROBUST_SDS: Final = 5
_MAD_TO_SD: Final = 1.4826
_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class TargetCodes:
    """The target of every row, ready to be counted.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    classes : tuple of str
        Most frequent first; those beyond the ninth are "(other)". Empty for numbers.
    codes : int64 ndarray of shape (n_rows,)
        Position in `classes`, -1 for missing; empty for numbers.
    numbers : float64 ndarray of shape (n_rows,)
        The target itself, NaN for missing; empty for classes.
    """

    task: Task
    classes: tuple[str, ...]
    codes: NDArray[np.int64]
    numbers: NDArray[np.float64]


def code_target(values: pd.Series, task: Task) -> TargetCodes:
    """Return the target as codes of at most ten classes, or as numbers."""
    if task == "regression":
        nothing = np.array([], dtype=np.int64)
        return TargetCodes(task, (), nothing, as_numbers(values))
    codes, names = code_words(values, _MOST_SHOWN_CLASSES)
    return TargetCodes(task, names, codes, np.array([]))


def code_words(
    values: pd.Series, limit: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return codes of the most frequent words (-1 missing) and their names.

    Words beyond the `limit` - 1 most frequent share the last code, "(other)".
    """
    return _most_frequent(encode_words(values), limit)


def _most_frequent(
    words: Words, limit: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    many = len(words.dictionary) > limit
    kept = words.order(limit - 1 if many else limit)
    names = tuple(words.dictionary.take(pa.array(kept)).to_pylist())
    place = np.full(len(words.dictionary) + 1, len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = -1  # where the code -1 of missing words points
    codes: NDArray[np.int64] = place[words.codes]
    return codes, (*names, OTHER) if many else names


def describe(
    values: pd.Series, kind: ColumnKind | None, target: TargetCodes | None
) -> ColumnProfile:
    """Describe one canonical column.

    Examples
    --------
    >>> column = describe(pd.Series([1.0, 2.0, 9.0], name="x"), None, None)
    >>> column.schema.median, column.mean, column.histogram.counts[0]
    (2.0, 4.0, 1)
    """
    by_dtype = kind_of_dtype(values)
    words = by_dtype in ("category", "boolean") or kind in TEXT_KINDS
    if words:
        return _describe_words(
            values,
            "boolean" if by_dtype == "boolean" and kind is None else kind,
            target,
        )
    return _describe_numbers(values, kind or by_dtype, target)


def _describe_numbers(
    values: pd.Series, kind: ColumnKind, target: TargetCodes | None
) -> ColumnProfile:
    numbers = as_numbers(values)
    ordered = order_numbers(numbers)
    schema = describe_numbers(str(values.name), kind, len(values), ordered)
    if not ordered.size:
        return ColumnProfile(schema, None)
    edges, clipped = _edges(schema, kind)
    bins = _bins(numbers, edges, missing=ordered.size < numbers.size)
    counts, by_class, target_mean = _by_target(bins, edges.size - 1, target)
    histogram = Histogram(
        counts=tuple(int(n) for n in counts),
        edges=tuple(float(edge) for edge in edges),
        clipped=clipped,
        by_class=by_class,
        target_mean=target_mean,
    )
    at = quantiles(ordered, _QUANTILES)
    named = {f"{q:.0%}": value for q, value in zip(_QUANTILES, at, strict=True)}
    if kind == "date":
        return ColumnProfile(schema, histogram, named)
    return ColumnProfile(schema, histogram, named, **_moments(ordered))


def _bins(
    numbers: NDArray[np.float64], edges: NDArray[np.float64], *, missing: bool
) -> NDArray[np.int64]:
    """Return the bin of each number, the outer ones for all beyond; -1 missing."""
    n_bins = edges.size - 1
    with np.errstate(over="ignore", invalid="ignore"):
        places = numbers / 2 - edges[0] / 2
        places *= n_bins / (edges[-1] / 2 - edges[0] / 2)
    np.clip(places, 0, n_bins - 1, out=places)
    if missing:
        places[np.isnan(places)] = -1
    bins: NDArray[np.int64] = places.astype(np.int64)
    return bins


def _edges(schema: ColumnSchema, kind: ColumnKind) -> tuple[NDArray[np.float64], bool]:
    """Return bin edges: one bin a whole number where they are few, else thirty."""
    low, high = schema.minimum or 0.0, schema.maximum or 0.0
    if kind == "integer" and high - low < N_BINS:
        return np.arange(low - 0.5, high + 1), False
    inner_low, inner_high = schema.low or 0.0, schema.high or 0.0
    clipped = high - low > 3 * (inner_high - inner_low) > 0
    if clipped:
        low, high = inner_low, inner_high
    if high / 2 - low / 2 < N_BINS * np.finfo(np.float64).tiny:
        pad = max(abs(low) * 1e-6, 0.5)
        return np.array([low - pad, high + pad]), False
    return 2 * np.linspace(low / 2, high / 2, N_BINS + 1), clipped


def _moments(ordered: NDArray[np.float64]) -> dict[str, Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(ordered.mean())
        gap = ordered - mean
        squared = gap * gap
        sd = float(np.sqrt(squared.mean()))
        skew = float(np.dot(squared, gap) / gap.size / sd**3) if sd > 0 else 0.0
        low, high = _outlier_limits(ordered)
    n_low = int(np.searchsorted(ordered, low, side="left"))
    n_high = ordered.size - int(np.searchsorted(ordered, high, side="right"))
    zero_from, zero_to = np.searchsorted(ordered, [0.0, np.nextafter(0, 1)])
    return {
        "mean": _finite(mean),
        "sd": _finite(sd),
        "skew": _finite(skew),
        "n_zero": int(zero_to - zero_from),
        "n_negative": int(zero_from),
        "n_outliers": n_low + n_high,
        "outlier_low": _finite(low),
        "outlier_high": _finite(high),
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _outlier_limits(ordered: NDArray[np.float64]) -> tuple[float, float]:
    """Return the median plus and minus five robust standard deviations.

    The robust deviation is from the quartiles; where those are equal, it is the
    deviation of the values between the 5th and the 95th percentile.
    """
    low, quarter, median, three_quarters, high = quantiles(
        ordered, (0.05, 0.25, 0.5, 0.75, 0.95)
    )
    spread = (three_quarters - quarter) / 2 * _MAD_TO_SD
    if spread <= 0:
        spread = float(np.clip(ordered, low, high).std())
    if spread <= 0:
        return -np.inf, np.inf
    return median - _ROBUST_SDS * spread, median + _ROBUST_SDS * spread


def _describe_words(
    values: pd.Series, kind: ColumnKind | None, target: TargetCodes | None
) -> ColumnProfile:
    words = encode_words(values)
    schema = describe_levels(str(values.name), kind, len(values), words.levels)
    if not len(words.dictionary):
        return ColumnProfile(schema, None)
    histogram = None
    if schema.kind in ("category", "boolean"):
        codes, labels = _most_frequent(words, N_LABELS)
        counts, by_class, target_mean = _by_target(codes, len(labels), target)
        histogram = Histogram(
            counts=tuple(int(n) for n in counts),
            labels=labels,
            by_class=by_class,
            target_mean=target_mean,
        )
    return ColumnProfile(schema, histogram, lengths=_lengths(words))


def _lengths(words: Words) -> tuple[int, int, int]:
    """Return the shortest, the median and the longest length of all rows."""
    lengths = pc.utf8_length(words.dictionary).to_numpy(zero_copy_only=False)
    order = np.argsort(lengths)
    reached = np.cumsum(words.sizes[order])
    middle = order[np.searchsorted(reached, reached[-1] / 2)]
    return int(lengths.min()), int(lengths[middle]), int(lengths.max())


def _by_target(
    bins: NDArray[np.int64], n_bins: int, target: TargetCodes | None
) -> tuple[NDArray[np.int64], dict[str, tuple[int, ...]], tuple[float | None, ...]]:
    """Count rows in each bin, and each class or the mean target in each bin."""
    if target is None:
        return _count(bins, n_bins), {}, ()
    if target.classes:
        joint = (target.codes + 1) * (n_bins + 1)
        joint += bins
        joint += 1
        n_cells = (n_bins + 1) * (len(target.classes) + 1)
        table = np.bincount(joint, minlength=n_cells).reshape(-1, n_bins + 1)[:, 1:]
        by_class = {
            name: tuple(int(n) for n in row)
            for name, row in zip(target.classes, table[1:], strict=True)
        }
        return table.sum(axis=0), by_class, ()
    known = ~np.isnan(target.numbers)
    n_rows = _count(bins[known], n_bins)
    sums = np.bincount(
        bins[known] + 1, weights=target.numbers[known], minlength=n_bins + 1
    )[1:]
    means = tuple(
        float(total / n) if n else None for total, n in zip(sums, n_rows, strict=True)
    )
    return _count(bins, n_bins), {}, means


def _count(bins: NDArray[np.int64], n_bins: int) -> NDArray[np.int64]:
    return np.bincount(bins + 1, minlength=n_bins + 1)[1:]
