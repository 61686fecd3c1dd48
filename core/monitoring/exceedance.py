"""Rows that are new: beyond the reference's extremes, or of a category it never had.

Reference: Good 1953 (the rate of unseen categories).
"""

import numpy as np
from scipy import special

from core.monitoring.two_sample import Evidence, share_effect


def count_unseen(
    n_unseen: int,
    n_current: int,
    n_reference: int,
    n_once: int,
    n_twice: int = 0,
    *,
    dispersion: float = 1.0,
) -> Evidence:
    """Judge how many rows have a category that the reference never had.

    The rate to expect is Good and Turing's: the share of the reference's rows whose
    category occurs once. How well the reference knows that rate widens the law.

    Parameters
    ----------
    n_unseen, n_current : int
        Rows with an unseen category, of all rows with a category.
    n_reference : int
        Rows of the reference with a category.
    n_once, n_twice : int
        Categories that occur once, and twice, in the reference.
    dispersion : float, default=1
        How much more than chance the rate differs between the reference's batches.

    Examples
    --------
    >>> count_unseen(30, 3000, 3000, n_once=0).p_value < 1e-6
    True
    >>> count_unseen(30, 3000, 3000, n_once=30).p_value > 0.1
    True
    """
    if not n_current or not n_reference:
        return Evidence("unseen", 1.0, 0.0)
    once = n_once + 1
    certainty = once / (once + 2 * n_twice) / dispersion
    a = once * certainty
    b = max(n_reference - n_once, 1) * certainty
    p_value = exceedance(n_unseen, n_current, a, b)
    noise = 1 / n_reference + 1 / n_current
    effect = share_effect(n_once / n_reference, n_unseen / n_current, noise)
    grown = n_unseen / n_current > n_once / n_reference
    return Evidence("unseen", p_value, effect if grown else 0.0)


def count_outside(
    n_outside: int, n_current: int, n_reference: int, *, n_extremes: int = 2
) -> Evidence:
    """Judge how many numbers lie beyond the reference's extremes.

    Two extremes of n draws leave out a share of Beta(2, n - 1), one Beta(1, n),
    whatever the law.

    Examples
    --------
    >>> count_outside(2, 1000, 1000).p_value > 0.1
    True
    >>> count_outside(30, 3000, 3000).effect > 0.1
    True
    """
    if not n_current or n_reference < 2:
        return Evidence("range", 1.0, 0.0)
    p_value = exceedance(n_outside, n_current, n_extremes, n_reference + 1 - n_extremes)
    noise = 1 / n_reference + 1 / n_current
    return Evidence("range", p_value, share_effect(0.0, n_outside / n_current, noise))


def exceedance(count: int, n_draws: int, a: float, b: float) -> float:
    """Return P(X >= count) of a beta-binomial law.

    Parameters
    ----------
    count, n_draws : int
    a, b : float
        Parameters of the beta law of the rate.

    Examples
    --------
    >>> round(exceedance(1, 2, 1.0, 1.0), 4)
    0.6667
    """
    if count <= 0:
        return 1.0
    lower = count <= n_draws - count
    x = np.arange(count) if lower else np.arange(count, n_draws + 1)
    log_choose = -np.log1p(n_draws) - special.betaln(n_draws - x + 1, x + 1)
    log_mass = log_choose + special.betaln(x + a, n_draws - x + b)
    mass = float(np.exp(log_mass - special.betaln(a, b)).sum())
    return float(np.clip(1 - mass if lower else mass, 0.0, 1.0))
