"""Counting rows of one column on the reference's bins, and coding each row."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.binning import MAX_UNSEEN, Bins, Counts, Float, most_frequent

N_CELLS = 2_048
MOST_IN_CELL = 4
FEW_ROWS = 4_000


def code_numbers(bins: Bins, numbers: Float) -> NDArray[np.int16]:
    """Return each number's bin, -1 when it is missing."""
    missing = np.isnan(numbers)
    if not missing.any():
        return find_bins(bins.edges, numbers)
    codes = find_bins(bins.edges, np.where(missing, 0.0, numbers))
    codes[missing] = -1
    return codes


def find_bins(edges: Float, numbers: Float) -> NDArray[np.int16]:
    """Return how many edges lie below each number: `numpy.searchsorted`, but quicker.

    The range of the edges is cut into 2,048 equal cells. A number's cell, found by
    arithmetic, tells which edges lie surely below it; the few within the cell are
    compared. The arithmetic never puts a smaller number into a later cell, so rounding
    changes nothing. Few numbers, and edges that crowd in one cell, are searched for.

    Parameters
    ----------
    edges : ndarray of shape (n_bins - 1,)
        Ascending.
    numbers : ndarray of shape (n_rows,)
        Without NaN.

    Examples
    --------
    >>> find_bins(np.array([0.0, 1.0]), np.array([-1.0, 0.0, 0.5, 9.0])).tolist()
    [0, 0, 1, 2]
    """
    width = float(edges[-1]) - float(edges[0]) if edges.size > 1 else 0.0
    times = N_CELLS / width if np.isfinite(width) and width > 0 else np.inf
    if numbers.size >= FEW_ROWS and np.isfinite(times):
        lowest = edges[0]
        per_cell = np.bincount(_cells(edges, lowest, times), minlength=N_CELLS)
        most = int(per_cell.max())
        if most <= MOST_IN_CELL:
            below = (np.cumsum(per_cell) - per_cell).astype(np.int16)
            codes: NDArray[np.int16] = below[_cells(numbers, lowest, times)]
            ends = np.append(edges, np.inf)
            for _ in range(most):
                codes += numbers > ends[codes]
            return codes
    return np.searchsorted(edges, numbers, side="left").astype(np.int16)


def _cells(numbers: Float, lowest: float, times: float) -> NDArray[np.int16]:
    with np.errstate(over="ignore"):  # beyond all edges either way
        place = numbers - lowest
        place *= times
    np.clip(place, 0, N_CELLS - 1, out=place)
    return place.astype(np.int16)


def count_numbers(bins: Bins, numbers: Float) -> tuple[Counts, NDArray[np.int16]]:
    """Count numbers on the bins; also return each row's bin, -1 when missing."""
    codes = code_numbers(bins, numbers)
    present = codes >= 0
    every = bool(present.all())
    filled = numbers if every else numbers[present]
    index = codes if every else codes[present]
    low, high = bins.minimum, bins.maximum
    least, most = _extremes(filled)
    finite = (
        np.where(np.isfinite(filled), filled, 0.0)
        if _has_infinite(least, most)
        else filled
    )
    n_below = n_above = 0
    if low is not None and least is not None and least < low:
        n_below = int(np.count_nonzero(filled < low))
    if high is not None and most is not None and most > high:
        n_above = int(np.count_nonzero(filled > high))
    counted = Counts(
        counts=np.bincount(index, minlength=bins.n_bins).astype(np.int64),
        sums=np.bincount(index, finite, bins.n_bins).astype(np.float64),
        n_missing=numbers.size - filled.size,
        n_below=n_below,
        n_above=n_above,
        minimum=least,
        maximum=most,
    )
    return counted, codes


def _extremes(numbers: Float) -> tuple[float | None, float | None]:
    if not numbers.size:
        return None, None
    return float(numbers.min()), float(numbers.max())


def _has_infinite(least: float | None, most: float | None) -> bool:
    return least == -np.inf or most == np.inf


def count_ordered(bins: Bins, ordered: Float, n_missing: int) -> Counts:
    """Count numbers that are sorted already, and none of them missing.

    Examples
    --------
    >>> bins = Bins("numbers", np.array([1.0]))
    >>> count_ordered(bins, np.array([0.0, 1.0, 5.0]), 2).counts.tolist()
    [2, 1]
    """
    ends = np.append(np.searchsorted(ordered, bins.edges, side="right"), ordered.size)
    counts = np.diff(ends, prepend=0).astype(np.int64)
    filled, sums = counts > 0, np.zeros(bins.n_bins)
    if ordered.size:
        finite = np.where(np.isfinite(ordered), ordered, 0.0)
        sums[filled] = np.add.reduceat(finite, (ends - counts)[filled])
    least, most = _extremes(ordered)
    return Counts(counts, sums, n_missing, minimum=least, maximum=most)


def count_levels(
    bins: Bins, column: "pd.Series[Any]"
) -> tuple[Counts, NDArray[np.int16]]:
    """Count categories on the bins; also return each row's level.

    A row's code is the place of its level in the bins; the most frequent unseen
    categories follow from ``n_bins`` on, others share ``n_bins + 50``; -1 is missing.
    """
    codes, distinct = pd.factorize(column)
    return count_coded(bins, codes, [str(value) for value in distinct])


def count_coded(
    bins: Bins, codes: NDArray[np.intp], names: list[str]
) -> tuple[Counts, NDArray[np.int16]]:
    """Count categories that are codes of names already, -1 for missing."""
    tally = np.bincount(codes[codes >= 0], minlength=len(names))
    place = {level: i for i, level in enumerate(bins.levels)}
    unseen = {n: int(c) for n, c in zip(names, tally, strict=True) if n not in place}
    frequent = most_frequent(unseen)
    place |= {level: bins.n_bins + i for i, (level, _) in enumerate(frequent)}
    other = bins.n_bins + MAX_UNSEEN
    moved = np.array([place.get(name, other) for name in names] + [-1], dtype=np.int16)
    known = np.zeros(bins.n_bins, dtype=np.int64)
    is_known = moved[:-1] < bins.n_bins
    np.add.at(known, moved[:-1][is_known], tally[is_known])
    counted = Counts(
        counts=known,
        sums=np.zeros(bins.n_bins),
        n_missing=int(np.count_nonzero(codes < 0)),
        n_unseen=sum(unseen.values()),
        unseen=frequent,
    )
    return counted, moved[codes]


def count_presence(column: "pd.Series[Any]") -> tuple[Counts, NDArray[np.int16]]:
    """Count only which cells have a value."""
    present = column.notna().to_numpy()
    n_present = int(np.count_nonzero(present))
    counted = Counts(np.array([n_present]), np.zeros(1), len(column) - n_present)
    return counted, np.where(present, 0, -1).astype(np.int16)
