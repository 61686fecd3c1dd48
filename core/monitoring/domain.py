"""One number for all columns together: how well a classifier tells then from now.

A boosted classifier learns on one half of the rows to tell the reference from the
window, and is judged on the other half, both ways round. An area under the curve of
0.5 means it cannot. The two halves agree or disagree together, so their variances are
averaged and not halved. Where the reference has batches, the area must also exceed what
telling one of them from the others gives.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier

from core.modeling.threads import one_thread
from core.monitoring.binning import MAX_UNSEEN, Float
from core.monitoring.reference import Reference
from core.monitoring.variation import MIN_BATCHES

MIN_ROWS = 200
MAX_ROWS = 5_000
MIN_POOLED = 10
MAX_TRIED = 10
LEAST_VARIANCE = 1e-8


@dataclass(frozen=True)
class DomainChange:
    """How well the classifier tells the window from the reference.

    Attributes
    ----------
    auc : float
        Mean over the two halves; 0.5 when it cannot tell.
    standard_error, p_value : float
    n_reference, n_current : int
        Rows it saw, at most 5,000 of each.
    """

    auc: float
    standard_error: float
    p_value: float
    n_reference: int
    n_current: int


def compare_domains(
    reference: Reference, codes: NDArray[np.int16], *, random_state: int = 0
) -> DomainChange | None:
    """Train the classifier both ways and test its area under the curve.

    Parameters
    ----------
    reference : Reference
    codes : ndarray of shape (n_rows, n_columns)
        The window's rows as bin codes.
    random_state : int, default=0
        Draws the rows and the halves.

    Returns
    -------
    DomainChange or None
        None when either side has fewer than 200 rows, when no column can be coded, and
        when the reference's batches are too small to show how they differ.
    """
    usual = usual_areas(reference)
    if usual is None and reference.batched is not None:
        return None
    if usual is None:
        return _tell_apart(reference, reference.sample, codes, random_state)
    rng = np.random.default_rng(random_state)
    told = _tell_apart(
        reference, reference.sample, _draw(codes, rng, usual.n_rows), random_state
    )
    if told is None:
        return None
    t = (told.auc - usual.mean) / np.sqrt(usual.variance * (1 + 1 / usual.n_batches))
    p_value = max(told.p_value, float(stats.t.sf(t, usual.n_batches - 1)))
    return replace(told, p_value=p_value)


@dataclass(frozen=True)
class UsualAreas:
    """How well the classifier tells a batch of the reference from the others.

    Attributes
    ----------
    mean, variance : float
        Of the area under the curve over the batches.
    n_batches : int
        Batches it was tried on.
    n_rows : int
        Rows of each: a window is thinned to as many, for more rows tell more.
    """

    mean: float
    variance: float
    n_batches: int
    n_rows: int


@lru_cache(maxsize=8)
def usual_areas(reference: Reference) -> UsualAreas | None:
    """Try the classifier on at most ten of the reference's own batches.

    Returns
    -------
    UsualAreas or None
        None with fewer than five batches of 200 rows in the reference's sample.
    """
    if reference.batched is None:
        return None
    codes, batches = reference.batched
    sizes = np.bincount(batches[batches >= 0], minlength=1)
    large = np.flatnonzero(sizes >= MIN_ROWS)
    if large.size < MIN_BATCHES:
        return None
    chosen = large[np.linspace(0, large.size - 1, MAX_TRIED).astype(int)]
    chosen = np.unique(chosen)
    n_rows = min(int(np.median(sizes[chosen])), MAX_ROWS)
    areas = []
    for batch in chosen.tolist():
        inside = batches == batch
        rows = _draw(codes[inside], np.random.default_rng(batch), n_rows)
        told = _tell_apart(reference, codes[~inside], rows, batch)
        areas += [] if told is None else [told.auc]
    if len(areas) < MIN_BATCHES:
        return None
    return UsualAreas(
        mean=float(np.mean(areas)),
        variance=max(float(np.var(areas, ddof=1)), LEAST_VARIANCE),
        n_batches=len(areas),
        n_rows=n_rows,
    )


def _tell_apart(
    reference: Reference,
    then: NDArray[np.int16],
    now: NDArray[np.int16],
    random_state: int,
) -> DomainChange | None:
    rng = np.random.default_rng(random_state)
    if min(len(then), len(now)) < MIN_ROWS:
        return None
    before, after = _draw(then, rng), _draw(now, rng)
    pooled = np.vstack([before, after])
    X = symmetric_codes(reference, pooled, rng)
    if not X.shape[1]:
        return None
    y = np.repeat([False, True], [len(before), len(after)])
    half = np.concatenate([_halves(len(before), rng), _halves(len(after), rng)])
    areas, variances = [], []
    for held_out in (half, ~half):
        scores = _fit_and_score(X[~held_out], y[~held_out], X[held_out], random_state)
        area, variance = auc_variance(y[held_out], scores)
        areas.append(area)
        variances.append(variance)
    auc, error = float(np.mean(areas)), float(np.sqrt(np.mean(variances)))
    z = (auc - 0.5) / error if error > 0 else np.inf * np.sign(auc - 0.5)
    p_value = float(stats.norm.sf(z)) if auc != 0.5 else 1.0
    return DomainChange(auc, error, p_value, len(before), len(after))


def _draw(
    codes: NDArray[np.int16], rng: np.random.Generator, limit: int = MAX_ROWS
) -> NDArray[np.int16]:
    if len(codes) <= limit:
        return codes
    return codes[rng.choice(len(codes), limit, replace=False)]


def _halves(n_rows: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = rng.permutation(n_rows) % 2 == 0
    return chosen


def symmetric_codes(
    reference: Reference, pooled: NDArray[np.int16], rng: np.random.Generator
) -> Float:
    """Code rows so that the code itself does not tell which window a row is from.

    Numbers keep their bin. Categories are ranked by how often both windows together
    have them, ties at random; those with under 10 rows share one code, seen before
    or not. (Any order in which the reference comes first gives false alarms.)

    Parameters
    ----------
    reference : Reference
    pooled : ndarray of shape (n_rows, n_columns)
        Bin codes of both windows.
    rng : Generator

    Returns
    -------
    ndarray of shape (n_rows, n_coded_columns)
        NaN for missing; identifiers, dates and texts have no column.
    """
    coded = []
    for place, column in enumerate(reference.columns):
        codes = pooled[:, place]
        if column.kind in ("date", "id"):
            continue
        values = codes.astype(np.float64)
        if column.bins.kind == "levels":
            values = _rank_levels(codes, column.bins.n_bins + MAX_UNSEEN, rng)
        values[codes < 0] = np.nan
        coded.append(values)
    return np.column_stack(coded) if coded else np.empty((len(pooled), 0))


def _rank_levels(
    codes: NDArray[np.int16], other: int, rng: np.random.Generator
) -> Float:
    """Rank codes by frequency; `other` stands for many rare levels and is rare too."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    rank = np.empty(counts.size)
    rank[np.lexsort((rng.random(counts.size), -counts))] = np.arange(counts.size)
    rank[counts < MIN_POOLED] = counts.size
    rank[other:] = counts.size
    ranked: Float = rank[codes]
    return ranked


def _fit_and_score(
    X: Float, y: NDArray[np.bool_], X_held_out: Float, random_state: int
) -> Float:
    classifier = HistGradientBoostingClassifier(
        max_iter=40,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        max_bins=128,
        early_stopping=False,
        random_state=random_state,
    )
    with one_thread():
        scores: Float = classifier.fit(X, y).predict_proba(X_held_out)[:, 1]
    return scores


def auc_variance(positive: NDArray[np.bool_], scores: Float) -> tuple[float, float]:
    """Return the area under the curve and its variance by DeLong's method.

    Parameters
    ----------
    positive : ndarray of bool, shape (n_rows,)
    scores : ndarray of shape (n_rows,)

    Examples
    --------
    >>> auc_variance(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.3, 1]))
    (0.75, 0.125)
    """
    ranks = stats.rankdata(scores)
    high, low = scores[positive], scores[~positive]
    above = (ranks[positive] - stats.rankdata(high)) / low.size
    below = 1 - (ranks[~positive] - stats.rankdata(low)) / high.size
    variance = above.var(ddof=1) / high.size + below.var(ddof=1) / low.size
    return float(above.mean()), float(variance)
