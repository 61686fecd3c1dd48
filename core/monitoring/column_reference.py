"""One column of the reference: its bins, its counts, and how its batches differ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import ColumnKind, canonical_column, kind_of_dtype
from core.data.schema import describe_column
from core.monitoring.batches import Batches, learn_variation, widen_range
from core.monitoring.binning import (
    MAX_LEVELS,
    Bins,
    Counts,
    Float,
    lengths_of,
    numbers_of,
    quantile_edges,
    seconds_of,
)
from core.monitoring.counting import (
    code_numbers,
    count_coded,
    count_levels,
    count_numbers,
    count_ordered,
    count_presence,
)
from core.monitoring.variation import ColumnVariation


@dataclass(frozen=True, eq=False)
class ColumnReference:
    """One column of the reference.

    Attributes
    ----------
    name : str
    kind : ColumnKind
    bins : Bins
    counts : Counts
        The reference's own rows on these bins.
    n_once, n_twice : int
        Number of categories that occur in one, and in two, of its rows.
    scale : float
        Standard deviation of its numbers; 0 when there is none.
    variation : ColumnVariation or None
        How the reference's batches differ in it; None without batches.
    """

    name: str
    kind: ColumnKind
    bins: Bins
    counts: Counts
    n_once: int = 0
    n_twice: int = 0
    scale: float = 0.0
    variation: ColumnVariation | None = None

    def count(self, column: "pd.Series[Any]") -> tuple[Counts, NDArray[np.int16]]:
        """Count a window's column on the reference's bins, and code its rows."""
        if self.bins.kind == "levels":
            return count_levels(self.bins, column)
        if self.bins.kind == "presence":
            return count_presence(column)
        return count_numbers(self.bins, as_numbers(column, self.kind))

    def to_dict(self) -> dict[str, Any]:
        """Return the column as JSON-ready values."""
        nested = {"bins": self.bins.to_dict(), "counts": self.counts.to_dict()}
        kept = None if self.variation is None else self.variation.to_dict()
        return {**vars(self), **nested, "variation": kept}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ColumnReference":
        """Return the column that `to_dict` wrote."""
        bins, counts = (
            Bins.from_dict(values["bins"]),
            Counts.from_dict(values["counts"]),
        )
        kept = values.get("variation")
        variation = None if kept is None else ColumnVariation.from_dict(kept)
        changed = {"bins": bins, "counts": counts, "variation": variation}
        return cls(**{**values, **changed})


def guess_kind(column: "pd.Series[Any]") -> ColumnKind:
    """Tell what a column holds from its type, and words from how often they repeat.

    Examples
    --------
    >>> guess_kind(pd.Series([True, False])), guess_kind(pd.Series(["a", "b", "a"]))
    ('boolean', 'category')
    """
    values = canonical_column(column)
    kind = kind_of_dtype(values)
    return describe_column(values).kind if kind == "category" else kind


def as_numbers(column: "pd.Series[Any]", kind: ColumnKind) -> Float:
    """Return the numbers by which a column of this kind is binned."""
    if kind == "date":
        return seconds_of(column)
    return lengths_of(column) if kind == "text" else numbers_of(column)


def summarise_column(
    column: "pd.Series[Any]",
    name: str,
    kind: ColumnKind,
    batches: Batches | None,
    rows: NDArray[np.int64],
) -> tuple[ColumnReference, NDArray[np.int16]]:
    """Summarise all rows of a column; return the codes of those in the sample."""
    wanted = rows if batches is None else slice(None)
    if kind == "id":
        bins = Bins("presence", np.empty(0))
        counts, codes = count_presence(column)
        summarised = ColumnReference(name, kind, bins, counts)
        codes = codes[wanted]
    elif kind in ("category", "boolean"):
        summarised, codes = _summarise_levels(column, name, kind)
        codes = codes[wanted]
    else:
        numbers = as_numbers(column, kind)
        summarised = _summarise_numbers(numbers, name, kind)
        codes = code_numbers(summarised.bins, numbers[wanted])
        if batches is not None:
            wide = widen_range(summarised.bins, numbers, batches)
            summarised = replace(summarised, bins=wide)
    if batches is None:
        return summarised, codes
    learned = learn_variation(summarised.bins, summarised.counts, codes, batches)
    return replace(summarised, variation=learned), codes[rows]


def _summarise_numbers(numbers: Float, name: str, kind: ColumnKind) -> ColumnReference:
    ordered = np.sort(numbers[~np.isnan(numbers)])
    edges, exact = quantile_edges(ordered)
    bins = Bins(
        "numbers",
        edges,
        exact=exact,
        minimum=float(ordered[0]) if ordered.size else None,
        maximum=float(ordered[-1]) if ordered.size else None,
    )
    counts = count_ordered(bins, ordered, numbers.size - ordered.size)
    finite = ordered[np.isfinite(ordered)]
    scale = float(finite.std()) if finite.size else 0.0
    return ColumnReference(name, kind, bins, counts, scale=scale)


def _summarise_levels(
    column: "pd.Series[Any]", name: str, kind: ColumnKind
) -> tuple[ColumnReference, NDArray[np.int16]]:
    codes, distinct = pd.factorize(column)
    tally = np.bincount(codes[codes >= 0], minlength=len(distinct))
    names = [str(value) for value in distinct]
    ranked = sorted(
        zip(tally.tolist(), names, strict=True), key=lambda pair: (-pair[0], pair[1])
    )
    kept = tuple(level for _, level in ranked[:MAX_LEVELS])
    bins = Bins("levels", np.empty(0), kept, complete=len(kept) == len(ranked))
    counts, coded = count_coded(bins, codes, names)
    once, twice = int((tally == 1).sum()), int((tally == 2).sum())
    return ColumnReference(name, kind, bins, counts, once, twice), coded
