"""Bias-corrected and accelerated bootstrap of averages, in matrix form."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from core.evaluation.intervals import Interval
from core.evaluation.measured import Measured
from core.modeling.metrics import Floats

N_RESAMPLES = 2_000
MOST_GROUPS = 2_000
"""Above so many rows, random groups of rows are drawn instead of single ones."""

Combine = Callable[[Floats], Floats]


def bca_interval(
    measured: Measured,
    features: Floats,
    combine: Combine,
    confidence: float = 0.95,
    *,
    random_state: int = 0,
) -> Interval:
    """Return the BCa bootstrap interval of a function of averages.

    The percentiles are widened for small samples as a t-interval is (Hesterberg).

    Parameters
    ----------
    measured : Measured
        The value on all rows, and the influences that set the acceleration.
    features : ndarray of shape (n_rows, n_features)
        What is averaged.
    combine : callable
        Averages of shape (..., n_features) in, values of shape (...) out.
    confidence : float, default=0.95
    random_state : int, default=0

    Examples
    --------
    >>> from core.evaluation.losses import mean
    >>> values = np.random.default_rng(0).exponential(size=400)
    >>> found = bca_interval(mean(values), values[:, None], lambda m: m[..., 0])
    >>> bool(found.low < values.mean() < found.high)
    True
    """
    spread = float((measured.influence**2).sum())
    if spread <= 1e-24 * max(1.0, measured.value**2):
        return Interval(measured.value, measured.value, "BCa bootstrap")
    averages = resample_averages(features, random_state)
    drawn = np.sort(combine(averages))
    below = (drawn < measured.value).mean() + (drawn == measured.value).mean() / 2
    bias = float(ndtri(np.clip(below, 1 / len(drawn), 1 - 1 / len(drawn))))
    acceleration = float((measured.influence**3).sum()) / (6 * spread**1.5)
    n_rows = len(features)
    reach = stdtrit(n_rows - 1, (1 + confidence) / 2) * np.sqrt(n_rows / (n_rows - 1))
    shifted = bias + np.array([-reach, reach])
    at = ndtr(bias + shifted / np.maximum(1 - acceleration * shifted, 0.1))
    low, high = np.quantile(drawn, at)
    return Interval(float(low), float(high), "BCa bootstrap")


def resample_averages(features: Floats, random_state: int = 0) -> Floats:
    """Return the averages of bootstrap draws of the rows.

    Returns
    -------
    ndarray of shape (n_resamples, n_features)
        With many rows, these are put into 2,000 groups at random and groups are
        drawn: variance and skewness of an average stay the same, at a fixed cost.
    """
    rng = np.random.default_rng(random_state)
    n_rows = len(features)
    sums, sizes = features, np.ones(n_rows)
    if n_rows > MOST_GROUPS:
        starts = np.linspace(0, n_rows, MOST_GROUPS, endpoint=False).astype(np.int64)
        sums = np.add.reduceat(features[rng.permutation(n_rows)], starts, axis=0)
        sizes = np.diff(np.append(starts, n_rows)).astype(np.float64)
    weights = _draw_counts(len(sums), rng)
    averages: Floats = weights @ sums / (weights @ sizes)[:, None]
    return averages


def _draw_counts(n_groups: int, rng: np.random.Generator) -> Floats:
    drawn = rng.integers(0, n_groups, (N_RESAMPLES, n_groups))
    drawn += np.arange(N_RESAMPLES)[:, None] * n_groups
    counts = np.bincount(drawn.ravel(), minlength=N_RESAMPLES * n_groups)
    return counts.reshape(N_RESAMPLES, n_groups).astype(np.float64)
