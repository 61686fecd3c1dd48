"""Whether columns still move together as they did, whatever each does alone.

Correlations of normal scores: each window's values are ranked within that window, so a
shift of one column alone does not show here. Categories enter through indicators of
their most frequent levels.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from core.monitoring.batches import Batches
from core.monitoring.binning import Float
from core.monitoring.reference import Reference
from core.monitoring.variation import MIN_BATCHES

MAX_FEATURES = 120
LEVELS_EACH = 3
RARE = 0.05
N_SHOWN = 5
MIN_ROWS = 50
MIN_VARIANCE = 1e-3

Feature = tuple[int, int]
"""Place of the column, and the level it indicates (-1: the number itself)."""


@dataclass(frozen=True)
class PairChange:
    """How the correlation of one pair of columns has changed.

    Attributes
    ----------
    first, second : str
        The two columns; of a category with the level: ``plan = basic``.
    before, after : float, in [-1, 1]
    p_value : float
        Corrected for the number of pairs compared.
    columns : tuple of (str, str)
        Names of the two columns alone.
    """

    first: str
    second: str
    before: float
    after: float
    p_value: float
    columns: tuple[str, str]

    @property
    def effect(self) -> float:
        """Size of the change, without its sign."""
        return abs(self.after - self.before)


@dataclass(frozen=True)
class DependenceChange:
    """The joint test over all pairs of columns.

    Attributes
    ----------
    p_value : float
        Of the surest pair, corrected for the number of pairs.
    n_pairs : int
    pairs : tuple of PairChange
        The surest five, surest first.
    """

    p_value: float
    n_pairs: int
    pairs: tuple[PairChange, ...]


@dataclass(frozen=True, eq=False)
class Correlations:
    """Pairwise correlations of one window, with the variance of their influence.

    Attributes
    ----------
    r, variance, n_rows : ndarray of shape (n_features, n_features)
    between : ndarray of shape (n_features, n_features) or None
        Variance of the correlations between the reference's batches, chance taken off.
    n_batches : int
    weight : float
        Share of that variance that stays in the reference as a whole.
    """

    r: Float
    variance: Float
    n_rows: Float
    between: Float | None = None
    n_batches: int = 0
    weight: float = 0.0


def dependence_features(reference: Reference) -> tuple[Feature, ...]:
    """Choose the numbers and the indicators whose correlations are watched.

    Indicators are the three most frequent levels of a category that hold between 5
    and 95% of the rows; at most 120 features in all, numbers first.
    """
    numbers: list[Feature] = []
    indicators: list[Feature] = []
    for place, column in enumerate(reference.columns):
        if column.bins.kind == "numbers" and column.kind != "date":
            if column.bins.n_bins > 1:
                numbers.append((place, -1))
        elif column.bins.kind == "levels":
            share = column.counts.counts / max(column.counts.n_present, 1)
            often = np.flatnonzero((share >= RARE) & (share <= 1 - RARE))
            n_kept = min(LEVELS_EACH, max(column.bins.n_bins - 1, 0))
            indicators += [(place, int(level)) for level in often[:n_kept]]
    return tuple((numbers + indicators)[:MAX_FEATURES])


def correlations(
    codes: NDArray[np.int16], features: tuple[Feature, ...]
) -> Correlations:
    """Correlate normal scores over the rows that have both values.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_columns)
        Bin codes, -1 for missing.
    features : tuple of Feature

    Returns
    -------
    Correlations
    """
    scores = np.column_stack([_scores(codes[:, i], level) for i, level in features])
    present = np.column_stack([codes[:, i] >= 0 for i, _ in features])
    n_rows = _sums_where(present.astype(float), present)
    safe = np.maximum(n_rows, 1.0)
    squares = scores**2
    second = _sums_where(squares, present) / safe
    scale = np.sqrt(second)
    scale[scale == 0] = np.inf
    r = (scores.T @ scores) / safe / (scale * scale.T)
    cubic = (squares * scores).T @ scores / safe / (scale**3 * scale.T)
    fourth = _sums_where(squares**2, present) / safe / scale**4
    both = squares.T @ squares / safe / (scale * scale.T) ** 2
    variance = both - r * (cubic + cubic.T) + r**2 / 4 * (fourth + fourth.T + 2 * both)
    return Correlations(r, np.maximum(variance, 0.0), n_rows)


def _sums_where(values: Float, present: NDArray[np.bool_]) -> Float:
    """Sum each column over the rows that have the other, shape (column, other)."""
    if present.all():
        whole = values.sum(axis=0)
        return np.repeat(whole[:, None], whole.size, axis=1)
    summed: Float = values.T @ present.astype(float)
    return summed


def with_variation(
    whole: Correlations,
    codes: NDArray[np.int16],
    features: tuple[Feature, ...],
    batches: Batches,
) -> Correlations:
    """Add how much correlations differ between batches, beyond chance.

    A pair's own variance is not believed to be under what all pairs have in common:
    few batches show small ones by chance.

    Parameters
    ----------
    whole : Correlations
        Of all rows.
    codes : ndarray of shape (n_rows, n_columns)
    features : tuple of Feature
    batches : ndarray of shape (n_rows,)
        Batch of each row; those of under 50 rows are left out.
    """
    sizes = np.bincount(batches[batches >= 0], minlength=1)
    used = np.flatnonzero(sizes >= MIN_ROWS)
    if used.size < MIN_BATCHES:
        return whole
    parts = [correlations(codes[batches == k], features) for k in used]
    shown = np.var([part.r for part in parts], axis=0, ddof=1)
    rows = np.maximum(np.array([part.n_rows for part in parts]), 2.0)
    scale = np.maximum(whole.variance, MIN_VARIANCE)
    excess = shown / scale - np.mean(1 / rows, axis=0)
    upper = np.triu_indices(len(features), 1)
    common = max(float(np.mean(excess[upper])), 0.0)
    between = np.maximum(excess, common) * scale
    weight = float(np.sum((sizes[used] / sizes[used].sum()) ** 2))
    return replace(whole, between=between, n_batches=int(used.size), weight=weight)


def _scores(codes: NDArray[np.int16], level: int) -> Float:
    """Scores of one feature with mean 0 and variance 1; 0 where missing."""
    present = codes >= 0
    if not present.any():
        return np.zeros(codes.size)
    if level >= 0:
        raw = (codes == level).astype(np.float64)
    else:
        counts = np.bincount(codes[present])
        rank = (np.cumsum(counts) - counts / 2) / counts.sum()
        raw = special.ndtri(np.clip(rank, 1e-9, 1 - 1e-9))[codes]
    mean, deviation = raw[present].mean(), raw[present].std()
    score = np.where(present, raw - mean, 0.0)
    scaled: Float = score / deviation if deviation > 0 else np.zeros(codes.size)
    return scaled


def compare_dependence(
    reference: Reference,
    before: Correlations,
    after: Correlations,
    features: tuple[Feature, ...],
) -> DependenceChange:
    """Compare two windows' correlations, pair by pair.

    Each pair's z uses the influence function's variance, pooled over the windows, and
    a t law with the smaller window's rows, widened by what the reference's batches show
    (Satterthwaite's degrees of freedom); the p-values carry Bonferroni's factor.
    """
    place = np.array([column for column, _ in features])
    i, j = np.triu_indices(len(features), 1)
    n, m = before.n_rows[i, j], after.n_rows[i, j]
    usable = (place[i] != place[j]) & (np.minimum(n, m) >= MIN_ROWS)
    i, j, n, m = i[usable], j[usable], n[usable], m[usable]
    if not i.size:
        return DependenceChange(1.0, 0, ())
    change = after.r[i, j] - before.r[i, j]
    pooled = (n * before.variance[i, j] + m * after.variance[i, j]) / (n + m)
    chance = np.maximum(pooled, MIN_VARIANCE) * (1 / n + 1 / m)
    doubt = chance**2 / (np.minimum(n, m) - 1)
    wandering = np.zeros(i.size)
    if before.between is not None:
        wandering = (1 + before.weight) * before.between[i, j]
        doubt += wandering**2 / (before.n_batches - 1)
    total = chance + wandering
    p = 2 * stats.t.sf(np.abs(change) / np.sqrt(total), total**2 / doubt)
    corrected = np.minimum(1.0, p * i.size)
    surest = np.lexsort((-np.abs(change), corrected))[:N_SHOWN]
    pairs = tuple(
        PairChange(
            first=_label(reference, features[i[k]]),
            second=_label(reference, features[j[k]]),
            before=float(before.r[i[k], j[k]]),
            after=float(after.r[i[k], j[k]]),
            p_value=float(corrected[k]),
            columns=(reference.names[place[i[k]]], reference.names[place[j[k]]]),
        )
        for k in surest
    )
    return DependenceChange(pairs[0].p_value, int(i.size), pairs)


def _label(reference: Reference, feature: Feature) -> str:
    column = reference.columns[feature[0]]
    if feature[1] < 0:
        return column.name
    return f"{column.name} = {column.bins.levels[feature[1]]}"
