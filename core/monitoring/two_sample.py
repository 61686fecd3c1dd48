"""Whether two windows' counts are draws from one law, and how far apart they are.

Each test takes counts and returns one `Evidence`: a p-value and an effect. Effects are
all on one scale, the square root of the symmetric chi² divergence less what chance
adds to it. A shift of a bell-shaped number by 0.1 standard deviations has effect 0.1.

References: Neyman 1937 and Rayner, Best & Thas 2009 (smooth tests); van der Waerden
1952 and Klotz 1962 (normal scores of ranks).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from core.monitoring.binning import Float, Int
from core.monitoring.variation import Variation

EvidenceKind = Literal["shape", "missing", "unseen", "range"]

N_COMPONENTS = 4
MIN_TAIL = 10
"""Rows of the smaller window that share the outermost scores, or more."""
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
        tails, each in standard deviations of the pooled normal scores' polynomial.
    """

    kind: EvidenceKind
    p_value: float
    effect: float
    components: tuple[float, ...] = ()


def compare_numbers(
    reference: Int, current: Int, *, variation: Variation | None = None
) -> Evidence:
    """Compare binned numbers by Neyman's smooth test of normal scores.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Counts on the same ordered bins; rows of one bin are tied.
    variation : Variation, default=None
        Of the components between batches of the reference.

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
    z = score_polynomials(pooled, min(n, m)).T @ difference
    z /= np.sqrt(noise * (n + m) / (n + m - 1))
    components = score_polynomials((before + after) / 2, min(n, m)).T @ difference
    squared = float(components @ components) - components.size * noise
    return Evidence(
        kind="shape",
        p_value=_p_value(float(z @ z), z.size, noise, variation),
        effect=float(np.sqrt(max(squared, 0.0))),
        components=tuple(float(value) for value in components),
    )


def _p_value(
    statistic: float, degrees: int, noise: float, variation: Variation | None
) -> float:
    """Judge a statistic by chi², or by F where the reference's batches wander."""
    chance = float(stats.chi2.sf(statistic, degrees))
    if variation is None or not variation.between:
        return chance
    return max(chance, variation.p_value(statistic * noise, degrees, noise))


def score_polynomials(weights: Float, n_rows: int) -> Float:
    """Return orthonormal polynomials of the normal scores, shape (n_bins, at most 4).

    Scores are of mid-ranks. The outermost are alike, for about ten rows of the smaller
    window: where single rows weigh much, chi² does not hold.

    Parameters
    ----------
    weights : ndarray of shape (n_bins,)
        Shares of the bins, all above 0, that sum to 1.
    n_rows : int
        Of the smaller window.

    Examples
    --------
    >>> weights = np.full(8, 1 / 8)
    >>> polynomials = score_polynomials(weights, 1000)
    >>> np.allclose(polynomials.T @ (polynomials * weights[:, None]), np.eye(4))
    True
    """
    least = min(MIN_TAIL / n_rows, 0.25)
    rank = np.cumsum(weights) - weights / 2
    score = special.ndtri(np.clip(rank, least, 1 - least))
    degree = min(N_COMPONENTS, int(np.count_nonzero(np.diff(score))))
    root = np.sqrt(weights)
    hermite = np.polynomial.hermite_e.hermevander(score, degree)
    basis, triangle = np.linalg.qr(hermite * root[:, None])
    signed = basis * np.sign(np.diag(triangle))
    polynomials: Float = signed[:, 1:] / root[:, None]
    return polynomials


def compare_levels(
    reference: Int,
    current: Int,
    *,
    rest: tuple[int, int] = (0, 0),
    variation: Variation | None = None,
) -> Evidence:
    """Compare counts of categories by chi², rare ones taken together.

    Parameters
    ----------
    reference, current : ndarray of shape (n_levels,)
        Counts of the same levels, each level for itself: what only one side has
        must not be summed up beforehand, or rare levels alone give alarms.
    rest : tuple of (int, int), default=(0, 0)
        Rows of each side whose levels were not counted one by one.
    variation : Variation, default=None
        Of the scaled shares between batches of the reference.

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
        p_value=_p_value(statistic, degrees, 1 / n + 1 / m, variation),
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
    n_missing: int,
    n_rows: int,
    n_missing_now: int,
    n_rows_now: int,
    *,
    variation: Variation | None = None,
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
    if variation is not None and variation.between:
        share = pooled / total
        length = (after - before) ** 2 / (share * (1 - share))
        p_value = max(p_value, variation.p_value(length, 1, noise))
    return Evidence("missing", p_value, share_effect(before, after, noise))


def share_effect(before: float, after: float, noise: float) -> float:
    """Return the effect between two shares; `noise` is 1/n + 1/m."""
    laws = np.array([before, 1 - before]), np.array([after, 1 - after])
    return float(np.sqrt(max(chi2_divergence(*laws) - noise, 0.0)))
