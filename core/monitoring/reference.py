"""What later windows are compared with: the training rows, summarised once.

A reference is small whatever the table's size, holds plain numbers and text only,
and travels in the version's folder as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import ColumnKind
from core.errors import MonitoringError
from core.monitoring.batches import Batches, batch_codes
from core.monitoring.codes import pack_codes, unpack_codes
from core.monitoring.column_reference import (
    ColumnReference,
    as_numbers,
    guess_kind,
    summarise_column,
)

__all__ = [
    "MAX_SAMPLE",
    "ColumnReference",
    "Reference",
    "as_numbers",
    "draw_rows",
    "guess_kind",
    "summarise_reference",
]

MAX_SAMPLE = 20_000


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
    live : tuple of (codes, batches) or None
        Rows of closed windows, and the window of each, where natural variation was
        learned from them (`core.monitoring.wandering`); not kept with the reference.
    """

    columns: tuple[ColumnReference, ...]
    n_rows: int
    sample: NDArray[np.int16]
    batches: Batches | None = None
    live: tuple[NDArray[np.int16], Batches] | None = None

    @property
    def batched(self) -> tuple[NDArray[np.int16], Batches] | None:
        """Rows that show natural variation and the batch of each; None without."""
        return self.live if self.batches is None else (self.sample, self.batches)

    @property
    def n_live(self) -> int:
        """Closed windows that natural variation was learned from."""
        return 0 if self.live is None else int(self.live[1].max()) + 1

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
        live = None if self.live is None else (self.live[0][:, places], self.live[1])
        return Reference(columns, self.n_rows, sample, self.batches, live)

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
        column, coded = summarise_column(frame[name], str(name), kind, within, rows)
        columns.append(column)
        codes.append(coded)
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
