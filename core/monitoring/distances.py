"""The field's usual distances between two binned laws, for those who know them.

Decisions rest on the effect of `core.monitoring.two_sample`; these stand beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.monitoring.binning import Counts, Float, Int

N_GROUPS = 10


@dataclass(frozen=True)
class Distance:
    """One distance: how it is called, how to read it, and how it is computed.

    Attributes
    ----------
    name, title, about : str
    compute : callable
        Takes the shares before and after, each of shape (n_cells,).
    """

    name: str
    title: str
    about: str
    compute: Callable[[Float, Float], float]


def psi(before: Float, after: Float) -> float:
    """Return the population stability index of two laws.

    Parameters
    ----------
    before, after : ndarray of shape (n_cells,)
        Shares that sum to one; empty cells are taken as 0.0001, as is usual.

    Examples
    --------
    >>> psi(np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    0.0
    """
    p, q = np.maximum(before, 1e-4), np.maximum(after, 1e-4)
    return float(((q - p) * np.log(q / p)).sum())


def jensen_shannon(before: Float, after: Float) -> float:
    """Return the Jensen-Shannon distance of two laws, base 2, in [0, 1].

    Examples
    --------
    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    middle = (before + after) / 2
    parts = [
        (p[p > 0] * np.log2(p[p > 0] / middle[p > 0])).sum() for p in (before, after)
    ]
    return float(np.sqrt(max(sum(parts) / 2, 0.0)))


DISTANCES: Mapping[str, Distance] = {
    each.name: each
    for each in (
        Distance("psi", "PSI", "over 0.1 is often watched, over 0.25 acted on", psi),
        Distance(
            "jensen_shannon",
            "Jensen-Shannon",
            "0 is equal, 1 has nothing in common",
            jensen_shannon,
        ),
    )
}


def wasserstein(before: Counts, after: Counts, scale: float) -> float | None:
    """Return how far mass must move, in standard deviations of the reference.

    Parameters
    ----------
    before, after : Counts
        Numbers on the same bins; each bin stands for its own mean.
    scale : float
        Standard deviation of the reference.

    Returns
    -------
    float or None
        None when either window is empty or the reference does not vary.
    """
    if not before.n_present or not after.n_present or not scale > 0:
        return None
    places, weights = [], []
    for window in (before, after):
        used = window.counts > 0
        places.append(window.sums[used] / window.counts[used])
        weights.append(window.counts[used])
    return float(stats.wasserstein_distance(*places, *weights)) / scale


def group_bins(reference: Int, n_groups: int = N_GROUPS) -> Int:
    """Return which of `n_groups` about equally filled groups each bin belongs to.

    Examples
    --------
    >>> group_bins(np.array([1, 1, 1, 1]), 2).tolist()
    [0, 0, 1, 1]
    """
    total = max(int(reference.sum()), 1)
    middle = (np.cumsum(reference) - reference / 2) / total
    group = np.minimum((middle * n_groups).astype(np.int64), n_groups - 1)
    return np.unique(group, return_inverse=True)[1]


def shares(counts: Int, groups: Int | None = None) -> Float:
    """Return counts, summed by group when groups are given, as shares.

    Examples
    --------
    >>> shares(np.array([1, 2, 1]), np.array([0, 0, 1])).tolist()
    [0.75, 0.25]
    """
    if groups is not None:
        counts = np.bincount(groups, weights=counts).astype(np.int64)
    part: Float = counts / max(int(counts.sum()), 1)
    return part
