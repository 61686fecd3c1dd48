"""Bring one column of reference rows to a window's distribution, rank by rank.

Works on counts alone: the window's raw rows are not needed again. A number keeps its
rank and takes the value of that rank in the window; as many rows of a category change
it as the mix has changed, and as many become missing as are missing in the window.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.binning import Bins, Counts, Float
from core.monitoring.reference import ColumnReference, as_numbers

Draw = np.random.Generator


def can_be_mapped(column: ColumnReference) -> bool:
    """Tell whether a column's values can be made: not those of texts and ids."""
    return column.kind not in ("text", "id") and column.counts.n_present > 0


def map_column(
    column: ColumnReference,
    now: Counts,
    values: "pd.Series[Any]",
    *,
    random_state: int = 0,
) -> "pd.Series[Any]":
    """Return the column of reference rows as the window would have them.

    Parameters
    ----------
    column : ColumnReference
        Of the reference, not a text or an id.
    now : Counts
        The window on the reference's bins.
    values : Series of shape (n_rows,)
        Reference rows in this column.
    random_state : int, default=0
        Draws which rows change their category or become missing.

    Returns
    -------
    Series of shape (n_rows,)
        With the same index.

    Examples
    --------
    >>> from core.monitoring.reference import summarise_reference
    >>> from core.monitoring.window_counts import count_window
    >>> frame = pd.DataFrame({"x": np.arange(100.0)})
    >>> reference = summarise_reference(frame)
    >>> now = count_window(reference, frame + 50).columns["x"]
    >>> moved = map_column(reference["x"], now, frame["x"])
    >>> bool(abs(moved.mean() - 99.5) < 2)
    True
    """
    rng = np.random.default_rng(random_state)
    if not now.n_rows:
        return values
    if column.bins.kind == "numbers":
        return _map_numbers(column, now, values, rng)
    return _map_levels(column, now, values, rng)


def _map_numbers(
    column: ColumnReference, now: Counts, values: "pd.Series[Any]", rng: Draw
) -> "pd.Series[Any]":
    numbers = as_numbers(values, column.kind).copy()
    missing = _missing_rows(np.isnan(numbers), now, rng)
    if now.n_present:
        rank = _ranks(numbers, rng)
        numbers = _quantiles(column.bins, now, rank)
    numbers[missing] = np.nan
    if column.kind == "integer":
        numbers = np.round(numbers)
    mapped = pd.Series(numbers, index=values.index, name=values.name)
    if column.kind == "date":
        return pd.to_datetime(mapped, unit="s").astype("datetime64[us]")
    return mapped


def _ranks(numbers: Float, rng: Draw) -> Float:
    """Ranks in (0, 1), ties in any order; rows without a value at any place."""
    filled = np.where(np.isnan(numbers), rng.permutation(numbers), numbers)
    middle = np.nanmedian(numbers) if np.isfinite(numbers).any() else 0.0
    filled = np.where(np.isnan(filled), middle, filled)
    order = np.lexsort((rng.random(filled.size), filled))
    rank = np.empty(filled.size)
    rank[order] = (np.arange(filled.size) + 0.5) / filled.size
    return rank


def _quantiles(bins: Bins, now: Counts, rank: Float) -> Float:
    """Values of these ranks: even within a bin, its own value where it holds one."""
    reached = np.cumsum(now.counts) / now.counts.sum()
    place = np.minimum(np.searchsorted(reached, rank), bins.n_bins - 1)
    mean = now.sums / np.maximum(now.counts, 1)
    low, high = _bin_ends(bins, now)
    before = np.concatenate([[0.0], reached])[place]
    width = np.maximum(reached[place] - before, 1e-12)
    inside = np.clip((rank - before) / width, 0.0, 1.0)
    even = low[place] + inside * (high - low)[place]
    if not bins.exact:
        # The end bins may reach far: their mean says where most of them lie.
        ends = (place == 0) | (place == bins.n_bins - 1)
        return np.where(ends, _around(mean, low, high, place, inside), even)
    return _around(mean, low, high, place, inside) if _beyond(now) else mean[place]


def _beyond(now: Counts) -> bool:
    return bool(now.n_below + now.n_above)


def _around(
    mean: Float, low: Float, high: Float, place: NDArray[np.int64], inside: Float
) -> Float:
    """Values from the bin's low to its high end whose average is its mean."""
    m, a, b = mean[place], low[place], high[place]
    spread = np.maximum(b - a, 1e-300)
    share = np.clip((m - a) / spread, 0.02, 0.98)
    power = (1 - share) / share
    values: Float = a + (b - a) * inside**power
    return values


def _bin_ends(bins: Bins, now: Counts) -> tuple[Float, Float]:
    low_end = now.minimum if now.minimum is not None else 0.0
    high_end = now.maximum if now.maximum is not None else 0.0
    edges = bins.edges
    low = np.concatenate([[min(low_end, *edges[:1])], edges])
    high = np.concatenate([edges, [max(high_end, *edges[-1:])]])
    return np.clip(low, low_end, None), np.clip(high, None, high_end)


def _missing_rows(missing: NDArray[np.bool_], now: Counts, rng: Draw) -> Any:
    """Rows without a value as many as the window has; those that were so first."""
    wanted = round(missing.size * now.n_missing / now.n_rows)
    order = np.lexsort((rng.random(missing.size), ~missing))
    chosen = np.zeros(missing.size, dtype=bool)
    chosen[order[:wanted]] = True
    return chosen


def _map_levels(
    column: ColumnReference, now: Counts, values: "pd.Series[Any]", rng: Draw
) -> "pd.Series[Any]":
    is_missing = values.isna().to_numpy()
    missing = _missing_rows(is_missing, now, rng)
    words = values.astype("str").to_numpy(dtype=object)
    names = [*column.bins.levels, *(level for level, _ in now.unseen)]
    counts = np.concatenate([now.counts, [n for _, n in now.unseen]]).astype(float)
    if not counts.sum():
        return values
    here = rng.permutation(np.flatnonzero(~missing))
    shares = _whole_shares(counts / counts.sum(), here.size)
    wanted = dict(zip(names, shares, strict=True))
    surplus = _surplus(words, is_missing, here, wanted)
    words[surplus] = [name for name, n in wanted.items() for _ in range(n)]
    words[missing] = None
    mapped = pd.Series(words, index=values.index, name=values.name, dtype=object)
    if column.kind == "boolean":
        return mapped.map({"True": True, "False": False}).astype("boolean")
    return mapped.astype("str")


def _surplus(
    words: Any, is_missing: NDArray[np.bool_], here: Any, wanted: dict[str, int]
) -> list[int]:
    """Rows that must take another category; `wanted` keeps what these must take."""
    surplus = []
    for row in here:
        word = words[row]
        if not is_missing[row] and wanted.get(word, 0) > 0:
            wanted[word] -= 1
        else:
            surplus.append(int(row))
    return surplus


def _whole_shares(shares: Float, n_rows: int) -> list[int]:
    """Whole numbers with these shares that sum to `n_rows` (largest remainders)."""
    exact = shares * n_rows
    whole = np.floor(exact).astype(np.int64)
    rest = n_rows - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:rest]] += 1
    return [int(n) for n in whole]
