"""Columns of numbers as one block: left as they are, or scaled and marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.modeling.metrics import Floats

Style = Literal["tree", "linear", "smooth", "hashed", "none"]
"""Whom the numbers are for: trees, linear models, distances and networks, models that
go on learning, no one."""

Matrix = NDArray[np.float32]

_LARGEST_EXACT: Final = 2.0**22
FAR: Final = 1e6
LARGEST: Final = float(np.finfo(np.float32).max)
_NO_MARKS: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class NumberBlock:
    """Columns of numbers: as they are for trees, else scaled, with missing ones marked.

    Attributes
    ----------
    names : tuple of str
    offset, scale : ndarray of shape (n_columns,)
        Taken off and divided by. Trees need neither; very large numbers are moved
        near zero so that float32 can tell neighbours apart.
    fill : ndarray of shape (n_columns,)
        Replaces a missing value; NaN keeps it missing.
    marked : ndarray of shape (n_marked,), int64
        Columns that had missing values in training: each has a second number that is
        1 where the value is missing. These stand behind all values.
    bend : bool
        Pulls far values in smoothly, so that no distance is ruled by one of them.
    """

    names: tuple[str, ...]
    offset: Floats
    scale: Floats
    fill: Floats
    marked: NDArray[np.int64]
    bend: bool = False

    @classmethod
    def fit(cls, names: Sequence[str], values: Floats, style: Style) -> "NumberBlock":
        """Learn scale and fill from training values, shape (n_rows, n_columns)."""
        known = np.isfinite(values)
        empty = ~known.any(axis=0)
        values = np.where(known, values, np.where(empty, 0.0, np.nan))
        with np.errstate(all="ignore"):  # numbers near the end of float64
            if style == "tree":
                return cls(tuple(names), *_for_trees(values), _NO_MARKS)
            middle, spread = np.nanmedian(values, axis=0), np.nanstd(values, axis=0)
            if style == "smooth" and names:  # quantiles of no column are an error
                low, high = np.nanquantile(values, [0.25, 0.75], axis=0)
                spread = np.where(high > low, (high - low) / 1.349, spread)
        middle = np.where(np.isfinite(middle), middle, 0.0)
        spread = np.where(np.isfinite(spread) & (spread > 0), spread, 1.0)
        marked = np.flatnonzero(~known.all(axis=0) & ~empty)
        return cls(tuple(names), middle, spread, middle, marked, style == "smooth")

    def encode(self, values: Floats) -> Matrix:
        """Return the values, then the marks of missing ones."""
        missing = ~np.isfinite(values)
        with np.errstate(over="ignore"):
            filled = np.where(missing, self.fill, values)
            scaled = (filled - self.offset) / self.scale
        if self.bend:
            scaled = bent(np.clip(scaled, -FAR, FAR))
        top = FAR if np.isfinite(self.fill).all() else LARGEST
        narrow = np.clip(scaled, -top, top).astype(np.float32)
        if not self.marked.size:
            return narrow
        return np.hstack([narrow, missing[:, self.marked].astype(np.float32)])

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the numbers, in order."""
        marks = (f"{self.names[i]} is missing" for i in self.marked)
        return (*self.names, *marks)


def bent(values: Floats) -> Floats:
    """Return scaled values with far ones pulled in smoothly, none beyond 3.

    Examples
    --------
    >>> bent(np.array([0.0, 4.0])).round(2).tolist()
    [0.0, 2.4]
    """
    return np.asarray(values / np.hypot(1, values / 3))


def _for_trees(values: Floats) -> tuple[Floats, Floats, Floats]:
    large = np.flatnonzero(
        np.nanmax(np.abs(values), axis=0, initial=0) > _LARGEST_EXACT
    )
    offset = np.zeros(values.shape[1])
    offset[large] = np.nanmedian(values[:, large], axis=0)
    offset = np.where(np.isfinite(offset), offset, 0.0)
    return offset, np.ones(values.shape[1]), np.full(values.shape[1], np.nan)
