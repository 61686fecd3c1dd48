"""Describing one column: every figure from one sort, or one dictionary encoding."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.distinct import count_levels, looks_distinct
from core.data.frames import TEXT_KINDS, ColumnKind, kind_of_dtype
from core.data.profiled import ColumnProfile, Histogram
from core.data.schema import ColumnSchema, describe_levels, describe_numbers
from core.data.tallies import TargetCodes, most_frequent, tally
from core.data.values import (
    BLOCK,
    Room,
    Words,
    as_numbers,
    encode_words,
    order_numbers,
    quantiles,
)

N_BINS: Final = 30
N_LABELS: Final = 20
_ROBUST_SDS: Final = 5
_MAD_TO_SD: Final = 1.4826
BinOf = Callable[[NDArray[np.float64]], NDArray[np.int64]]
_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


def describe(
    values: pd.Series,
    kind: ColumnKind | None,
    target: TargetCodes | None,
    known: Words | None = None,
    room: Room | None = None,
) -> ColumnProfile:
    """Describe one canonical column.

    `known` are its words, if it was encoded before; `room` is memory to work in.

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
            known,
        )
    room = Room(len(values)) if room is None else room
    return _describe_numbers(values, kind or by_dtype, target, room)


def _describe_numbers(
    values: pd.Series, kind: ColumnKind, target: TargetCodes | None, room: Room
) -> ColumnProfile:
    numbers = as_numbers(values, room.numbers)
    ordered = order_numbers(numbers, room.ordered)
    schema = describe_numbers(str(values.name), kind, len(values), ordered)
    if not ordered.size:
        return ColumnProfile(schema, None)
    edges, clipped = _edges(schema, kind)
    bin_of = _binning(edges)
    whole = _count_bins(ordered, edges.size - 1, bin_of)

    def place(rows: slice | NDArray[np.int64]) -> NDArray[np.int64]:
        return bin_of(numbers[rows])

    counted = tally(place, whole, numbers.size, target)
    histogram = Histogram(
        counts=tuple(int(n) for n in counted.counts),
        edges=tuple(float(edge) for edge in edges),
        clipped=clipped,
        by_class=counted.by_class,
        target_mean=counted.target_mean,
    )
    at = quantiles(ordered, _QUANTILES)
    named = {f"{q:.0%}": value for q, value in zip(_QUANTILES, at, strict=True)}
    if kind == "date":
        gap = _longest_gap(ordered)
        return ColumnProfile(schema, histogram, named, longest_gap=gap)
    return ColumnProfile(schema, histogram, named, **_moments(ordered))


def _longest_gap(ordered: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the longest time without a row; None where there is one moment."""
    gaps = np.diff(ordered)
    if not gaps.any():
        return None
    at = int(gaps.argmax())
    return float(ordered[at]), float(ordered[at + 1])


def _binning(edges: NDArray[np.float64]) -> BinOf:
    """Return what tells the bin of numbers; the outer bins hold all beyond."""
    n_bins = edges.size - 1
    low = edges[0] / 2
    scale = n_bins / (edges[-1] / 2 - low)

    def bin_of(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        with np.errstate(over="ignore", invalid="ignore"):
            at = numbers / 2
            at -= low
            at *= scale
            np.clip(at, 0, n_bins - 1, out=at)
            missing = np.isnan(at)
            if missing.any():
                at[missing] = -1
        return at.astype(np.int64)

    return bin_of


def _count_bins(
    ordered: NDArray[np.float64], n_bins: int, bin_of: BinOf
) -> NDArray[np.int64]:
    """Count the numbers of each bin: where each begins is searched for by halving."""
    wanted = np.arange(1, n_bins)
    low = np.zeros(wanted.size, dtype=np.int64)
    high = np.full(wanted.size, ordered.size)
    for _ in range(ordered.size.bit_length()):
        middle = np.minimum((low + high) // 2, ordered.size - 1)
        before = (bin_of(ordered[middle]) < wanted) & (low < high)
        low = np.where(before, middle + 1, low)
        high = np.where(before, high, np.minimum(middle, high))
    return np.diff(low, prepend=0, append=ordered.size)


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
        second, third = _central(ordered, mean)
        sd = float(np.sqrt(second))
        skew = third / sd**3 if sd > 0 else 0.0
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


def _central(ordered: NDArray[np.float64], mean: float) -> tuple[np.float64, Any]:
    """Return the second and third central moments."""
    squares, cubes = np.float64(0), np.float64(0)
    for start in range(0, ordered.size, BLOCK):
        gap = ordered[start : start + BLOCK] - mean
        squared = gap * gap
        squares += squared.sum()
        cubes += np.einsum("i,i->", squared, gap)  # not np.dot: that wakes threads
    return squares / ordered.size, cubes / ordered.size


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
    values: pd.Series,
    kind: ColumnKind | None,
    target: TargetCodes | None,
    known: Words | None,
) -> ColumnProfile:
    if known is None and looks_distinct(values):
        counted = count_levels(values)
        if counted is not None:
            name, (levels, lengths) = str(values.name), counted
            schema = describe_levels(name, kind, len(values), levels)
            if schema.kind in ("id", "text"):
                return ColumnProfile(schema, None, lengths=lengths)
    words = encode_words(values) if known is None else known
    schema = describe_levels(str(values.name), kind, len(values), words.levels)
    if not len(words.dictionary):
        return ColumnProfile(schema, None)
    histogram = None
    if schema.kind in ("category", "boolean"):
        histogram = _bars(words, target)
    return ColumnProfile(schema, histogram, lengths=_lengths(words))


def _bars(words: Words, target: TargetCodes | None) -> Histogram:
    of_word, labels = most_frequent(words, N_LABELS)
    codes = words.codes
    whole = np.zeros(len(labels), dtype=np.int64)
    np.add.at(whole, of_word[:-1], words.sizes)
    counted = tally(lambda rows: of_word[codes[rows]], whole, codes.size, target)
    return Histogram(
        counts=tuple(int(n) for n in counted.counts),
        labels=labels,
        by_class=counted.by_class,
        target_mean=counted.target_mean,
    )


def _lengths(words: Words) -> tuple[int, int, int]:
    """Return the shortest, the median and the longest length of all rows."""
    lengths = pc.utf8_length(words.dictionary).to_numpy(zero_copy_only=False)
    order = np.argsort(lengths)
    reached = np.cumsum(words.sizes[order])
    middle = order[np.searchsorted(reached, reached[-1] / 2)]
    return int(lengths.min()), int(lengths[middle]), int(lengths.max())
