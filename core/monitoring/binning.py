"""One pass over a column: its rows become counts on the reference's bins.

Every test and every distance of `core.monitoring` works on these counts alone, so a
window costs one pass however much is asked of it, and the counts of two windows add
up to the counts of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]

BinKind = Literal["numbers", "levels", "presence"]

MAX_BINS = 64
MIN_IN_BIN = 5
_EVEN = np.arange(1, 60) / 60
TAILED = np.concatenate([[1 / 240, 1 / 120], _EVEN, [119 / 120, 239 / 240]])
"""Shares below the borders of 64 bins, finer at both ends, where spread shows first."""
MAX_LEVELS = 5_000
MAX_UNSEEN = 50


@dataclass(frozen=True, eq=False)
class Bins:
    """How the values of one column are counted; fixed by the reference.

    Attributes
    ----------
    kind : {"numbers", "levels", "presence"}
        Numbers (and dates, as seconds) fall between edges, categories are counted by
        level, and of identifiers only presence is counted.
    edges : ndarray of shape (n_bins - 1,)
        Inner borders of numbers; bin k holds ``edges[k-1] < value <= edges[k]``.
    levels : tuple of str
        Categories known to the reference, most frequent first, at most 5,000.
    complete : bool
        Whether `levels` are all that the reference had. When not, the rest is
        counted together and an unseen category cannot be told from a rare one.
    exact : bool
        Whether each bin of numbers holds one number of the reference only.
    minimum, maximum : float or None
        Range of the reference's numbers.
    """

    kind: BinKind
    edges: Float
    levels: tuple[str, ...] = ()
    complete: bool = True
    exact: bool = False
    minimum: float | None = None
    maximum: float | None = None

    @property
    def n_bins(self) -> int:
        """Number of counted cells."""
        if self.kind == "numbers":
            return self.edges.size + 1
        return len(self.levels) if self.kind == "levels" else 1

    def to_dict(self) -> dict[str, Any]:
        """Return the bins as JSON-ready values."""
        return {**vars(self), "edges": self.edges.tolist(), "levels": list(self.levels)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Bins":
        """Return the bins that `to_dict` wrote."""
        edges = np.asarray(values["edges"], dtype=np.float64)
        levels = tuple(values["levels"])
        return cls(**{**values, "edges": edges, "levels": levels})


@dataclass(frozen=True, eq=False)
class Counts:
    """What one window of rows holds in one column, on the reference's bins.

    Attributes
    ----------
    counts : ndarray of shape (n_bins,)
    sums : ndarray of shape (n_bins,)
        Sum of the finite numbers in each bin (zeros for categories).
    n_missing, n_below, n_above : int
        Cells without a value, under and over the reference's range.
    n_unseen : int
        Rows with a category that the reference's levels do not hold.
    unseen : tuple of (str, int)
        The most frequent of those, at most 50.
    minimum, maximum : float or None
        Range of this window's numbers.
    """

    counts: Int
    sums: Float
    n_missing: int
    n_below: int = 0
    n_above: int = 0
    n_unseen: int = 0
    unseen: tuple[tuple[str, int], ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def n_present(self) -> int:
        """Number of cells with a value."""
        return int(self.counts.sum()) + self.n_unseen

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.n_present + self.n_missing

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both windows together."""
        unseen = dict(self.unseen)
        for level, count in other.unseen:
            unseen[level] = unseen.get(level, 0) + count
        lows = [x for x in (self.minimum, other.minimum) if x is not None]
        highs = [x for x in (self.maximum, other.maximum) if x is not None]
        return Counts(
            counts=self.counts + other.counts,
            sums=self.sums + other.sums,
            n_missing=self.n_missing + other.n_missing,
            n_below=self.n_below + other.n_below,
            n_above=self.n_above + other.n_above,
            n_unseen=self.n_unseen + other.n_unseen,
            unseen=most_frequent(unseen),
            minimum=min(lows, default=None),
            maximum=max(highs, default=None),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON-ready values."""
        return {
            **vars(self),
            "counts": self.counts.tolist(),
            "sums": self.sums.tolist(),
            "unseen": [list(pair) for pair in self.unseen],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Counts":
        """Return the counts that `to_dict` wrote."""
        return cls(
            **{
                **values,
                "counts": np.asarray(values["counts"], dtype=np.int64),
                "sums": np.asarray(values["sums"], dtype=np.float64),
                "unseen": tuple((str(a), int(b)) for a, b in values["unseen"]),
            }
        )


def most_frequent(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return at most 50 names with their counts, most frequent first."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ranked[:MAX_UNSEEN])


def numbers_of(column: "pd.Series[Any]") -> Float:
    """Return a column as float64, dates as seconds, what cannot be read as NaN.

    Examples
    --------
    >>> numbers_of(pd.Series(["1", "x", None])).tolist()
    [1.0, nan, nan]
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        if getattr(column.dtype, "tz", None) is not None:
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        stamps = column.to_numpy(dtype="datetime64[us]")
        seconds: Float = stamps.astype(np.int64) / 1e6
        seconds[np.isnat(stamps)] = np.nan
        return seconds
    if column.dtype == np.float64:
        return column.to_numpy()
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def seconds_of(column: "pd.Series[Any]") -> Float:
    """Return a column of dates, or of text that holds dates, as seconds in UTC.

    Examples
    --------
    >>> seconds_of(pd.Series(["1970-01-02", "never"])).tolist()
    [86400.0, nan]
    """
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = pd.to_datetime(column, errors="coerce", utc=True, format="ISO8601")
    return numbers_of(column)


def lengths_of(column: "pd.Series[Any]") -> Float:
    """Return the number of characters of each text, missing ones as NaN."""
    text = column.astype("str")
    lengths: Float = np.asarray(text.str.len(), dtype=np.float64)
    return lengths


def quantile_edges(numbers: Float) -> tuple[Float, bool]:
    """Return inner borders of at most 64 bins with about equally many numbers.

    From 1,200 numbers the outermost sixtieths are cut again, at a half and a quarter.
    A number that fills a bin or more alone (a zero in most rows) gets one of its own.
    Few distinct numbers get a bin each.

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        Without NaN.

    Returns
    -------
    edges : ndarray of shape (n_bins - 1,)
    exact : bool
        Whether every bin holds a single number.

    Examples
    --------
    >>> quantile_edges(np.array([0.0, 0, 0, 1, 2]))
    (array([0., 1.]), True)
    """
    if not numbers.size:
        return np.empty(0), True
    ordered = np.sort(numbers)
    distinct = ordered[np.append(ordered[1:] > ordered[:-1], True)]
    if distinct.size <= MAX_BINS:
        return distinct[:-1], True
    if numbers.size * TAILED[0] >= MIN_IN_BIN:
        ranks = (TAILED * numbers.size).astype(np.int64) - 1
    else:
        n_bins = int(np.clip(numbers.size // MIN_IN_BIN, 8, MAX_BINS))
        ranks = (np.arange(1, n_bins) * numbers.size) // n_bins - 1
    quantiles = ordered[ranks]
    repeated = quantiles[:-1][quantiles[1:] == quantiles[:-1]]
    below = np.nextafter(repeated, -np.inf)
    edges = np.unique(np.concatenate([quantiles, below]))
    inside: Float = edges[(edges >= ordered[0]) & (edges < ordered[-1])]
    return inside, False
