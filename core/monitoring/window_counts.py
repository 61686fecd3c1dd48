"""A window of rows, counted once on the reference's bins; windows add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.binning import MAX_UNSEEN, Counts
from core.monitoring.codes import Codes, pack_codes, unpack_codes
from core.monitoring.reference import MAX_SAMPLE, Reference, draw_rows


@dataclass(frozen=True, eq=False)
class WindowCounts:
    """A window of rows on the reference's bins.

    Attributes
    ----------
    columns : mapping of column name to Counts
    n_rows : int
    sample : ndarray of shape (n_sample, n_columns)
        Bin codes of at most 20,000 rows drawn at random; -1 is missing.
    """

    columns: Mapping[str, Counts]
    n_rows: int
    sample: NDArray[np.int16]

    def __add__(self, other: "WindowCounts") -> "WindowCounts":
        """Return both windows together, their samples weighted by their rows."""
        columns = {name: self.columns[name] + other.columns[name] for name in self}
        both = [
            np.column_stack(
                [
                    _renamed(part.sample[:, i], part.columns[name], columns[name])
                    for i, name in enumerate(self)
                ]
            )
            for part in (self, other)
        ]
        n_rows = self.n_rows + other.n_rows
        return WindowCounts(
            columns, n_rows, _weighted(both, (self.n_rows, other.n_rows))
        )

    def __iter__(self) -> Any:
        return iter(self.columns)

    def thinned(self, limit: int) -> "WindowCounts":
        """Return the same counts with a sample of at most `limit` rows."""
        rows = draw_rows(len(self.sample), limit=limit)
        return WindowCounts(self.columns, self.n_rows, self.sample[rows])

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON-ready values."""
        return {
            "columns": {name: each.to_dict() for name, each in self.columns.items()},
            "n_rows": self.n_rows,
            "n_sample": len(self.sample),
            "sample": pack_codes(self.sample),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "WindowCounts":
        """Return the counts that `to_dict` wrote."""
        columns = {n: Counts.from_dict(each) for n, each in values["columns"].items()}
        shape = (int(values["n_sample"]), len(columns))
        return cls(
            columns, int(values["n_rows"]), unpack_codes(values["sample"], shape)
        )


def _renamed(codes: Codes, own: Counts, merged: Counts) -> Codes:
    """Give unseen categories the codes that they have in the merged window."""
    n_bins = own.counts.size
    if not own.unseen or own.unseen == merged.unseen:
        return codes
    place = {level: n_bins + i for i, (level, _) in enumerate(merged.unseen)}
    other = n_bins + MAX_UNSEEN
    moved = np.full(MAX_UNSEEN + 1, other, dtype=np.int16)
    for i, (level, _) in enumerate(own.unseen):
        moved[i] = place.get(level, other)
    return np.where(codes >= n_bins, moved[np.maximum(codes - n_bins, 0)], codes)


def _weighted(samples: list[Codes], n_rows: tuple[int, int]) -> Codes:
    """Return one sample of both, each row of both windows equally likely."""
    total = sum(n_rows)
    limits = [
        len(sample) * total / rows
        for sample, rows in zip(samples, n_rows, strict=True)
        if rows
    ]
    size = min([MAX_SAMPLE, *limits])
    parts = []
    for sample, rows in zip(samples, n_rows, strict=True):
        n_kept = min(len(sample), round(size * rows / max(total, 1)))
        parts.append(sample[draw_rows(len(sample), limit=n_kept)])
    return np.vstack(parts)


def count_window(
    reference: Reference,
    frame: pd.DataFrame,
    *,
    limit: int | None = MAX_SAMPLE,
    random_state: int = 0,
) -> WindowCounts:
    """Count a window's rows, once, on the reference's bins.

    Parameters
    ----------
    reference : Reference
        Each of its columns must be in the frame.
    frame : DataFrame of shape (n_rows, any number of columns)
    limit : int or None, default=20_000
        Most rows whose codes are kept; None keeps all, in their order.
    random_state : int, default=0

    Examples
    --------
    >>> from core.monitoring.reference import summarise_reference
    >>> reference = summarise_reference(pd.DataFrame({"x": [1.0, 2.0, 3.0]}))
    >>> window = count_window(reference, pd.DataFrame({"x": [2.5, 9.0]}))
    >>> window.columns["x"].n_above, (window + window).columns["x"].n_above
    (1, 2)
    """
    n_rows = len(frame)
    rows = draw_rows(n_rows, random_state, limit=n_rows if limit is None else limit)
    counts, codes = {}, []
    for column in reference.columns:
        counts[column.name], coded = column.count(frame[column.name])
        codes.append(coded[rows])
    return WindowCounts(counts, len(frame), np.column_stack(codes))
