"""The reference's batches: which row is of which, and how they differ by column."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from core.monitoring.binning import Bins, Counts, Float, Int
from core.monitoring.two_sample import MAX_CELLS, score_polynomials
from core.monitoring.variation import (
    MIN_BATCHES,
    ColumnVariation,
    Variation,
    between_batches,
    overdispersion,
    share_variation,
)

Batches = NDArray[np.int16]
"""Number of each row's batch, from 0; -1 is none."""

MIN_BATCH_ROWS = 50
MAX_BATCHES = 60
PERIODS = ("Y", "Q", "M", "W", "D", "h")


def batch_codes(batches: "pd.Series[Any]") -> Batches | None:
    """Return each row's batch as a number; None when fewer than five are usable.

    Parameters
    ----------
    batches : Series of shape (n_rows,)
        Label of the batch of each row. Rows without one, and those of batches under
        50 rows, are in none: -1. Of more than 60 neighbours are taken together.

    Examples
    --------
    >>> batch_codes(pd.Series(["a"] * 60 + ["b"] * 60)) is None
    True
    >>> set(batch_codes(pd.Series(np.repeat(range(6), 50))).tolist())
    {0, 1, 2, 3, 4, 5}
    """
    codes, labels = pd.factorize(batches, sort=True)
    if len(labels) > MAX_BATCHES:
        grouped = np.arange(len(labels)) * MAX_BATCHES // len(labels)
        codes = np.where(codes >= 0, grouped[codes], -1)
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    large = sizes >= MIN_BATCH_ROWS
    if large.sum() < MIN_BATCHES:
        return None
    place = np.append(np.where(large, np.cumsum(large) - 1, -1), -1)
    moved: Batches = place[codes].astype(np.int16)
    return moved


def batches_by_time(moments: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """Cut rows into batches by the coarsest period that gives at least eight.

    Parameters
    ----------
    moments : Series of datetimes

    Returns
    -------
    Series of period, or None
        None when no period gives five batches of at least 50 rows.

    Examples
    --------
    >>> days = pd.Series(pd.date_range("2026-01-01", periods=2400, freq="h"))
    >>> batches_by_time(days).nunique()
    15
    """
    if getattr(moments.dt, "tz", None) is not None:
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    best, most = None, MIN_BATCHES - 1
    for period in PERIODS:
        labels = moments.dt.to_period(period)
        sizes = labels.value_counts()
        n_large = int((sizes >= MIN_BATCH_ROWS).sum())
        if n_large > most:
            best, most = labels, n_large
        if most >= 2 * MIN_BATCHES - 2:
            break
    return best


def learn_variation(
    bins: Bins,
    counts: Counts,
    codes: NDArray[np.int16],
    batches: Batches,
) -> ColumnVariation:
    """Learn how one column differs between the reference's batches.

    Parameters
    ----------
    bins : Bins
    counts : Counts
        Of the whole reference.
    codes, batches : ndarray of shape (n_rows,)
    """
    n_batches, width = int(batches.max()) + 1, bins.n_bins + 1
    used = batches >= 0
    sizes = np.bincount(batches[used], minlength=n_batches)
    present = used & (codes >= 0)
    place = batches[present].astype(np.int64) * width
    place += np.minimum(codes[present], bins.n_bins)
    tally = np.bincount(place, minlength=n_batches * width).reshape(n_batches, width)
    return variation_of_tally(bins, counts, tally, sizes)


def variation_of_tally(
    bins: Bins, counts: Counts, tally: Int, sizes: Int
) -> ColumnVariation:
    """Learn how one column differs between batches that are counted already.

    Parameters
    ----------
    bins : Bins
    counts : Counts
        Of the whole reference.
    tally : ndarray of shape (n_batches, n_bins + 1)
        Rows of each batch in each bin; unseen categories in the last place.
    sizes : ndarray of shape (n_batches,)
        Rows of each batch, those without a value among them.
    """
    n_present = tally.sum(axis=1)
    shape = _shape(bins, counts, tally[n_present > 0])
    missing = share_variation(sizes - n_present, sizes)
    if bins.kind == "levels":
        alone = np.where((tally > 0).sum(axis=0) == 1, tally, 0).sum(axis=1)
        factor = overdispersion(alone, n_present)
        return ColumnVariation(shape, missing, int(alone.sum()), unseen=factor)
    return ColumnVariation(shape, missing)


def _shape(bins: Bins, counts: Counts, tally: Int) -> Variation:
    """Return the variation of the test's own vector: components, or scaled shares."""
    sizes, whole = tally.sum(axis=1), counts.counts
    used = whole > 0
    if len(sizes) < MIN_BATCHES or used.sum() < 2 or bins.kind == "presence":
        return Variation(max(len(sizes), MIN_BATCHES), 0.0, 0.0, 0.0)
    if bins.kind == "numbers":
        # Scores as fine as any window's: tails that wander must not look still.
        polynomials = score_polynomials(whole[used] / whole.sum(), int(sizes.sum()))
        vectors = tally[:, :-1][:, used] / sizes[:, None] @ polynomials
        return between_batches(vectors, sizes, vectors.shape[1])
    often = np.argsort(-whole, kind="stable")[: MAX_CELLS - 1]
    kept = tally[:, often]
    rest = sizes - kept.sum(axis=1)
    cells = np.column_stack([kept, rest])
    cells = cells[:, cells.sum(axis=0) > 0]
    shares = cells / sizes[:, None]
    vectors = shares / np.sqrt(cells.sum(axis=0) / sizes.sum())
    return between_batches(vectors, sizes, max(vectors.shape[1] - 1, 1))


def widen_range(bins: Bins, numbers: Float, batches: Batches) -> Bins:
    """Widen the range by what the extremes of batches wander.

    The next batch's extreme is expected within the t quantile of one in two hundred
    standard deviations of the batches' own, beyond the furthest of them.

    Examples
    --------
    >>> bins = Bins("numbers", np.empty(0), minimum=0.0, maximum=9.0)
    >>> numbers = np.array([0, 9, 1, 8, 0, 9, 1, 8, 0, 9.0])
    >>> widened = widen_range(bins, numbers, np.repeat(np.arange(5), 2))
    >>> round(widened.minimum, 1), round(widened.maximum, 1)
    (-2.5, 11.5)
    """
    used = (batches >= 0) & np.isfinite(numbers)
    n_batches = int(batches.max()) + 1
    low, high = np.full(n_batches, np.inf), np.full(n_batches, -np.inf)
    np.minimum.at(low, batches[used], numbers[used])
    np.maximum.at(high, batches[used], numbers[used])
    told = low <= high
    if bins.minimum is None or bins.maximum is None or told.sum() < MIN_BATCHES:
        return bins
    times = float(stats.t.isf(0.005, told.sum() - 1))
    return replace(
        bins,
        minimum=bins.minimum - times * float(low[told].std(ddof=1)),
        maximum=bins.maximum + times * float(high[told].std(ddof=1)),
    )
