"""What later windows are compared with: the training rows, summarised once.

A reference is small whatever the table's size, holds plain numbers and text only,
and travels in the version's folder as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import ColumnKind, canonical_column, kind_of_dtype
from core.data.schema import describe_column
from core.errors import MonitoringError
from core.monitoring.batches import Batches, batch_codes, learn_variation
from core.monitoring.binning import (
    MAX_LEVELS,
    Bins,
    Counts,
    Float,
    count_levels,
    count_numbers,
    count_presence,
    lengths_of,
    numbers_of,
    quantile_edges,
    seconds_of,
)
from core.monitoring.codes import pack_codes, unpack_codes
from core.monitoring.variation import ColumnVariation

MAX_SAMPLE = 20_000


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


@dataclass(frozen=True, eq=False)
class Reference:
    """The reference's columns and a sample of its rows.

    Attributes
    ----------
    columns : tuple of ColumnReference
    n_rows : int
    sample : ndarray of shape (n_sample, n_columns)
        Bin codes of at most 20,000 rows drawn at random; -1 is missing.
    batches : ndarray of shape (n_sample,) or None
        Batch of each of these rows, -1 for none; None without batches.
    """

    columns: tuple[ColumnReference, ...]
    n_rows: int
    sample: NDArray[np.int16]
    batches: Batches | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def kinds(self) -> dict[str, ColumnKind]:
        """Kind of each column by name."""
        return {column.name: column.kind for column in self.columns}

    def __getitem__(self, name: str) -> ColumnReference:
        return self.columns[self.names.index(name)]

    def select(self, names: Sequence[str]) -> "Reference":
        """Return the reference of these columns only, in this order."""
        places = [self.names.index(name) for name in names]
        columns = tuple(self.columns[i] for i in places)
        sample = self.sample[:, places]
        return Reference(columns, self.n_rows, sample, self.batches)

    def to_dict(self) -> dict[str, Any]:
        """Return the reference as JSON-ready values."""
        batches = self.batches
        return {
            "columns": [column.to_dict() for column in self.columns],
            "n_rows": self.n_rows,
            "n_sample": len(self.sample),
            "sample": pack_codes(self.sample),
            "batches": None if batches is None else pack_codes(batches[:, None]),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Reference":
        """Return the reference that `to_dict` wrote."""
        columns = tuple(ColumnReference.from_dict(each) for each in values["columns"])
        shape = (int(values["n_sample"]), len(columns))
        codes = unpack_codes(values["sample"], shape)
        kept = values.get("batches")
        batches = None if kept is None else unpack_codes(kept, (shape[0], 1))[:, 0]
        return cls(columns, int(values["n_rows"]), codes, batches)


def summarise_reference(
    frame: pd.DataFrame,
    *,
    kinds: Mapping[str, ColumnKind] | None = None,
    batches: "pd.Series[Any] | None" = None,
    random_state: int = 0,
) -> Reference:
    """Summarise the rows that later windows are compared with.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Usually the training rows; of any length.
    kinds : mapping of column name to kind, default=None
        What each column holds; guessed from its type and values when not given.
    batches : Series of shape (n_rows,), default=None
        Batch of each row: its month, its file. With five or more of at least 50 rows,
        how they differ is learned, and a window that differs no more is not drift.
    random_state : int, default=0
        Draws the row sample when there are more than 20,000 rows.

    Returns
    -------
    Reference

    Raises
    ------
    MonitoringError
        When the frame has no columns or repeats a column's name.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [31.0, 45.0, None], "plan": ["a", "b", "a"]})
    >>> reference = summarise_reference(frame)
    >>> reference["plan"].bins.levels, reference["age"].counts.n_missing
    (('a', 'b'), 1)
    >>> Reference.from_dict(reference.to_dict()).names
    ('age', 'plan')
    """
    if not len(frame.columns) or not frame.columns.is_unique:
        raise MonitoringError(
            "The reference needs columns with different names.",
            hint="Give the training rows as they went into the model.",
        )
    given = kinds or {}
    within = None if batches is None else batch_codes(batches)
    rows = draw_rows(len(frame), random_state)
    columns, codes = [], []
    for name in frame.columns:
        kind = given.get(name) or guess_kind(frame[name])
        column, coded = _summarise_column(frame[name], str(name), kind, within)
        columns.append(column)
        codes.append(coded[rows])
    sample = np.column_stack(codes)
    drawn = None if within is None else within[rows]
    return Reference(tuple(columns), len(frame), sample, drawn)


def draw_rows(
    n_rows: int, random_state: int = 0, *, limit: int = MAX_SAMPLE
) -> NDArray[np.int64]:
    """Return positions of at most `limit` rows, drawn at random.

    Examples
    --------
    >>> draw_rows(3).tolist()
    [0, 1, 2]
    """
    if n_rows <= limit:
        return np.arange(n_rows)
    return np.random.default_rng(random_state).choice(n_rows, limit, replace=False)


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


def _summarise_column(
    column: "pd.Series[Any]", name: str, kind: ColumnKind, batches: Batches | None
) -> tuple[ColumnReference, NDArray[np.int16]]:
    if kind == "id":
        bins = Bins("presence", np.empty(0))
        counts, codes = count_presence(column)
        summarised = ColumnReference(name, kind, bins, counts)
        numbers = None
    elif kind in ("category", "boolean"):
        summarised, codes = _summarise_levels(column, name, kind)
        numbers = None
    else:
        numbers = as_numbers(column, kind)
        summarised, codes = _summarise_numbers(numbers, name, kind)
    if batches is None:
        return summarised, codes
    bins, counts = summarised.bins, summarised.counts
    learned = learn_variation(bins, counts, codes, batches, numbers)
    return replace(summarised, variation=learned), codes


def _summarise_numbers(
    numbers: Float, name: str, kind: ColumnKind
) -> tuple[ColumnReference, NDArray[np.int16]]:
    present = numbers[~np.isnan(numbers)]
    edges, exact = quantile_edges(present)
    bins = Bins(
        "numbers",
        edges,
        exact=exact,
        minimum=float(present.min()) if present.size else None,
        maximum=float(present.max()) if present.size else None,
    )
    counts, codes = count_numbers(bins, numbers)
    finite = present[np.isfinite(present)]
    scale = float(finite.std()) if finite.size else 0.0
    return ColumnReference(name, kind, bins, counts, scale=scale), codes


def _summarise_levels(
    column: "pd.Series[Any]", name: str, kind: ColumnKind
) -> tuple[ColumnReference, NDArray[np.int16]]:
    codes, distinct = pd.factorize(column)
    tally = np.bincount(codes[codes >= 0], minlength=len(distinct))
    pairs = zip(tally.tolist(), map(str, distinct), strict=True)
    ranked = sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
    kept = tuple(level for _, level in ranked[:MAX_LEVELS])
    bins = Bins("levels", np.empty(0), kept, complete=len(kept) == len(ranked))
    counts, coded = count_levels(bins, column)
    once, twice = int((tally == 1).sum()), int((tally == 2).sum())
    return ColumnReference(name, kind, bins, counts, once, twice), coded
