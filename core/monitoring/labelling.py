"""Which rows to label next, so that a few outcomes say most about performance.

Rows are put into strata: how sure the answer is, and how unlike the labelled rows the
inputs are. Each stratum gets its share of the budget in proportion to its number of
rows times the spread of what could come true there (Neyman 1934): a row counts for
being uncertain and for standing for many others. Within a stratum chance decides, so
that the outcomes, with their weights, estimate the whole window without bias.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import MonitoringError
from core.monitoring.binning import Float

N_LEVELS = 4
"""Strata by uncertainty: quarters of the rows, surest first."""
LEAST_SPREAD = 0.05
"""Share of the largest spread that every stratum counts with: sure answers err too."""

_SURE = (
    "a sure answer",
    "a fairly sure answer",
    "a less sure answer",
    "an uncertain answer",
)


@dataclass(frozen=True, eq=False)
class LabelChoice:
    """Rows to label.

    Attributes
    ----------
    rows : ndarray of shape (n_chosen,)
        Positions, most telling first.
    weights : ndarray of shape (n_chosen,)
        How many rows of the window each stands for.
    why : tuple of str
        Of each, in words.
    """

    rows: NDArray[np.int64]
    weights: Float
    why: tuple[str, ...]


def spread_of(meta: pd.DataFrame) -> Float:
    """Return how much the outcome of each row can spread, from its probability.

    Parameters
    ----------
    meta : DataFrame
        With ``probability``; of several classes that of the predicted one.

    Examples
    --------
    >>> spread_of(pd.DataFrame({"probability": [0.5, 0.9, None]})).round(2)
    array([0.5, 0.3, 0.5])
    """
    p = meta["probability"].to_numpy(dtype=np.float64, na_value=np.nan)
    p = np.clip(np.where(np.isnan(p), 0.5, p), 0.0, 1.0)
    spread: Float = np.sqrt(p * (1 - p))
    return spread


def choose_rows(
    spread: Float, n: int, *, novelty: Float | None = None, random_state: int = 0
) -> LabelChoice:
    """Choose n rows whose outcomes change the estimate of performance most.

    Parameters
    ----------
    spread : ndarray of shape (n_rows,)
        How much each row's outcome can spread: standard deviation, or expected error.
    n : int
        Budget; at least 1.
    novelty : ndarray of shape (n_rows,), default=None
        Larger for rows unlike those that are labelled already; the upper half is a
        stratum of its own.
    random_state : int, default=0
        The same rows and state always give the same choice.

    Raises
    ------
    MonitoringError
        There is no row, or the budget is under 1.

    Examples
    --------
    >>> choice = choose_rows(np.array([0.5] * 50 + [0.1] * 50), 12)
    >>> len(choice.rows), int((choice.rows < 50).sum()), round(choice.weights.sum())
    (12, 10, 100)
    """
    if n < 1 or not spread.size:
        raise MonitoringError(
            "There is no row to label.",
            hint="Give a budget of at least one, and rows without an outcome.",
        )
    rng = np.random.default_rng(random_state)
    level = _quarters(spread)
    unlike = np.zeros(spread.size, dtype=np.int64)
    if novelty is not None:
        unlike = (novelty > np.median(novelty)).astype(np.int64)
    stratum = level * 2 + unlike
    budget = _allocate(stratum, spread, min(n, spread.size))
    rows, weights, why = [], [], []
    for each, size in budget.items():
        members = np.flatnonzero(stratum == each)
        chosen = np.sort(rng.choice(members, size, replace=False))
        rows.append(chosen)
        weights.append(np.full(size, members.size / size))
        why += [_in_words(each // 2, bool(each % 2), novelty is not None)] * size
    places = np.concatenate(rows)
    order = np.argsort(-spread[places], kind="stable")
    told = tuple(why[i] for i in order)
    return LabelChoice(places[order], np.concatenate(weights)[order], told)


def _quarters(spread: Float) -> NDArray[np.int64]:
    """Return each row's quarter by spread; equal ones are of one quarter."""
    edges = np.quantile(spread, np.arange(1, N_LEVELS) / N_LEVELS, method="lower")
    return np.searchsorted(edges, spread, side="left").astype(np.int64)


def _allocate(stratum: NDArray[np.int64], spread: Float, n: int) -> dict[int, int]:
    """Share the budget out by rows times spread; largest remainders get the rest."""
    names, place, sizes = np.unique(stratum, return_inverse=True, return_counts=True)
    mean = np.bincount(place, spread) / sizes
    mean = np.maximum(mean, LEAST_SPREAD * mean.max()) if mean.max() > 0 else mean + 1
    left, given = float(n), np.zeros(names.size, dtype=np.int64)
    while left >= 1:
        room = sizes - given
        worth = np.where(room > 0, sizes * mean / (2 * given + 1), -1.0)
        given[int(np.argmax(worth))] += 1
        left -= 1
    kept = zip(names.tolist(), given.tolist(), strict=True)
    return {name: count for name, count in kept if count}


def _in_words(level: int, unlike: bool, is_known: bool) -> str:
    said = _SURE[level]
    if not is_known:
        return said
    return f"{said}, {'unlike' if unlike else 'like'} the labelled rows"
