"""Whether two windows' counts are draws from one law, and how far apart they are.

Each test takes counts and returns one `Evidence`: a p-value and an effect. Effects are
all on one scale, the square root of the symmetric chi² divergence less what chance
adds to it. A shift of a bell-shaped number by 0.1 standard deviations has effect 0.1.

References: Neyman 1937 and Rayner, Best & Thas (smooth tests); Good 1953 (the rate of
unseen categories).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from core.monitoring.binning import Float, Int

EvidenceKind = Literal["shape", "missing", "unseen", "range"]

N_COMPONENTS = 4
MIN_EXPECTED = 5.0
MAX_CELLS = 64


@dataclass(frozen=True)
class Evidence:
    """What one test says about one column.

    Attributes
    ----------
    kind : {"shape", "missing", "unseen", "range"}
    p_value : float, in [0, 1]
    effect : float, at least 0
    components : tuple of float
        Of a number's shape: the signed change of location, spread, skewness and
        tails, each in standard deviations of the pooled ranks' polynomial.
    """

    kind: EvidenceKind
    p_value: float
    effect: float
    components: tuple[float, ...] = ()


def compare_numbers(reference: Int, current: Int) -> Evidence:
    """Compare binned numbers by Neyman's smooth test.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Counts on the same ordered bins; rows of one bin are tied.

    Returns
    -------
    Evidence
        The p-value compares the sum of four squared components with chi².

    Examples
    --------
    >>> same = compare_numbers(np.array([50, 50, 50]), np.array([50, 50, 50]))
    >>> same.p_value, same.effect
    (1.0, 0.0)
    """
    n, m = int(reference.sum()), int(current.sum())
    used = (reference + current) > 0
    if not n or not m or used.sum() < 2:
        return Evidence("shape", 1.0, 0.0)
    before, after = reference[used] / n, current[used] / m
    pooled = (reference[used] + current[used]) / (n + m)
    difference = after - before
    noise = 1 / n + 1 / m
    z = _polynomials(pooled).T @ difference / np.sqrt(noise * (n + m) / (n + m - 1))
    components = _polynomials((before + after) / 2).T @ difference
    squared = float(components @ components) - components.size * noise
    return Evidence(
        kind="shape",
        p_value=float(stats.chi2.sf(z @ z, z.size)),
        effect=float(np.sqrt(max(squared, 0.0))),
        components=tuple(float(value) for value in components),
    )


def _polynomials(weights: Float) -> Float:
    """Orthonormal polynomials of the mid-ranks, shape (n_bins, at most 4)."""
    rank = 2 * (np.cumsum(weights) - weights / 2) - 1
    degree = min(N_COMPONENTS, weights.size - 1)
    root = np.sqrt(weights)
    legendre = np.polynomial.legendre.legvander(rank, degree)
    basis, triangle = np.linalg.qr(legendre * root[:, None])
    signed = basis * np.sign(np.diag(triangle))
    polynomials: Float = signed[:, 1:] / root[:, None]
    return polynomials


def compare_levels(
    reference: Int, current: Int, *, rest: tuple[int, int] = (0, 0)
) -> Evidence:
    """Compare counts of categories by chi², rare ones taken together.

    Parameters
    ----------
    reference, current : ndarray of shape (n_levels,)
        Counts of the same levels, each level for itself: what only one side has
        must not be summed up beforehand, or rare levels alone give alarms.
    rest : tuple of (int, int), default=(0, 0)
        Rows of each side whose levels were not counted one by one.

    Examples
    --------
    >>> compare_levels(np.array([80, 20]), np.array([20, 80])).p_value < 1e-6
    True
    """
    n, m = int(reference.sum()) + rest[0], int(current.sum()) + rest[1]
    if not n or not m:
        return Evidence("shape", 1.0, 0.0)
    cells = merge_rare(reference, current, rest)
    if cells.shape[1] < 2:
        return Evidence("shape", 1.0, 0.0)
    total = cells.sum(axis=0)
    expected = np.outer([n, m], total / (n + m))
    statistic = float(((cells - expected) ** 2 / expected).sum())
    degrees = cells.shape[1] - 1
    divergence = chi2_divergence(cells[0] / n, cells[1] / m)
    squared = divergence - degrees * (1 / n + 1 / m)
    return Evidence(
        kind="shape",
        p_value=float(stats.chi2.sf(statistic, degrees)),
        effect=float(np.sqrt(max(squared, 0.0))),
    )


def merge_rare(reference: Int, current: Int, rest: tuple[int, int] = (0, 0)) -> Int:
    """Merge cells whose expected count is under 5 in the smaller window.

    Returns
    -------
    ndarray of shape (2, n_cells)
        At most 64 cells, most frequent first, what was merged in the last.
    """
    pooled = reference + current
    n, m = int(reference.sum()) + rest[0], int(current.sum()) + rest[1]
    order = np.argsort(-pooled, kind="stable")
    smaller = min(n, m) / max(n + m, 1)
    enough = int(np.count_nonzero(pooled * smaller >= MIN_EXPECTED))
    n_kept = min(enough, MAX_CELLS - 1)
    kept, rare = order[:n_kept], order[n_kept:]
    cells = np.stack([reference[kept], current[kept]])
    merged = np.array([[reference[rare].sum()], [current[rare].sum()]])
    merged += np.array(rest)[:, None]
    if merged.sum() * smaller >= MIN_EXPECTED or not n_kept:
        return np.hstack([cells, merged])
    cells[:, -1:] += merged
    return cells


def chi2_divergence(before: Float, after: Float) -> float:
    """Return the symmetric chi² divergence of two laws, from 0 to 4.

    Examples
    --------
    >>> chi2_divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    4.0
    """
    middle = (before + after) / 2
    used = middle > 0
    return float(((before - after)[used] ** 2 / middle[used]).sum())


def compare_missing(
    n_missing: int, n_rows: int, n_missing_now: int, n_rows_now: int
) -> Evidence:
    """Compare two shares of missing values, exactly where they are few.

    Examples
    --------
    >>> compare_missing(0, 1000, 40, 1000).effect > 0.2
    True
    """
    pooled, total = n_missing + n_missing_now, n_rows + n_rows_now
    if not n_rows or not n_rows_now or pooled in (0, total):
        return Evidence("missing", 1.0, 0.0)
    expected = min(pooled, total - pooled) * min(n_rows, n_rows_now) / total
    before, after = n_missing / n_rows, n_missing_now / n_rows_now
    noise = 1 / n_rows + 1 / n_rows_now
    if expected < 10:
        law = stats.hypergeom(total, pooled, n_rows_now)
        tail = min(law.cdf(n_missing_now), law.sf(n_missing_now - 1))
        p_value = min(1.0, 2 * float(tail))
    else:
        share = pooled / total
        z = (after - before) / np.sqrt(share * (1 - share) * noise)
        p_value = float(2 * stats.norm.sf(abs(z)))
    return Evidence("missing", p_value, share_effect(before, after, noise))


def share_effect(before: float, after: float, noise: float) -> float:
    """Return the effect between two shares; `noise` is 1/n + 1/m."""
    laws = np.array([before, 1 - before]), np.array([after, 1 - after])
    return float(np.sqrt(max(chi2_divergence(*laws) - noise, 0.0)))


def count_unseen(
    n_unseen: int, n_current: int, n_reference: int, n_once: int, n_twice: int = 0
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
    certainty = once / (once + 2 * n_twice)
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
