"""When a change counts: beyond chance over all tests together, and how many rows."""

import numpy as np
from scipy import optimize, stats

from core.monitoring.binning import Float
from core.monitoring.evidence import SHAPE_SHARE
from core.monitoring.two_sample import N_COMPONENTS

MIN_ROWS = 50
POWER = 0.8


def discovery_cut(p_values: Float, alpha: float) -> float:
    """Return the largest p-value that Benjamini and Hochberg let pass; -1 if none.

    Examples
    --------
    >>> discovery_cut(np.array([0.001, 0.2, 0.012]), 0.05)
    0.012
    """
    ordered = np.sort(p_values)
    limits = alpha * np.arange(1, ordered.size + 1) / ordered.size
    passing = ordered[ordered <= limits]
    return float(passing[-1]) if passing.size else -1.0


def rows_needed(
    effect: float, n_reference: int, n_tests: int, alpha: float = 0.01
) -> int | None:
    """Return about how many rows show a change of this size four times in five.

    Parameters
    ----------
    effect : float
        In standard deviations of shift.
    n_reference : int
    n_tests : int
        Columns and joint tests judged together.
    alpha : float, default=0.01

    Returns
    -------
    int or None
        None when no window is large enough, because the reference is too small.

    Examples
    --------
    >>> rows_needed(0.5, 10_000, 10)
    96
    >>> rows_needed(0.1, 500, 10) is None
    True
    """
    limit = stats.chi2.isf(alpha / n_tests * SHAPE_SHARE, N_COMPONENTS)
    needed = optimize.brentq(
        lambda size: stats.ncx2.sf(limit, N_COMPONENTS, size) - POWER, 1e-3, 1e3
    )
    spare = effect**2 - needed / n_reference if n_reference else 0.0
    return max(MIN_ROWS, int(np.ceil(needed / spare))) if spare > 0 else None
