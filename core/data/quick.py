"""Before any training: what a quick model reaches, and which rows are unusual."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor, IsolationForest

from core.data.associations import sample_present, sample_rows
from core.data.frames import ColumnKind, as_text
from core.data.ranking import N_FOLDS, fold_numbers, outcome
from core.data.scored import QuickScore, UnusualRow
from core.data.target import Task
from core.data.values import as_numbers

MOST_ROWS: Final = 2_000
N_TREES: Final = 25
N_UNUSUAL: Final = 10
_MOST_COLUMNS, _FEWEST_ROWS, _N_DRAWS = 60, 100, 100
_MOST_TRIED: Final = 10
"""Each cut of a tree tries half of the columns, at most so many."""

_TOP: Final = float(np.finfo(np.float32).max)

Numbers = NDArray[np.float64]


def quick_score(
    frame: pd.DataFrame,
    kinds: dict[str, ColumnKind],
    target: str,
    task: Task,
    columns: Sequence[str],
    left_out: Sequence[str] = (),
) -> QuickScore | None:
    """Fit 25 random trees on two thirds of a sample, judge the rest, three times.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    kinds : mapping of column to kind
    target : str
    task : {"binary", "multiclass", "regression"}
    columns : sequence of str
        Best first; at most 60 are used.
    left_out : sequence of str, default ()
        Columns that are not used.

    Returns
    -------
    QuickScore or None
        None under 100 rows with a target, or when no column is left.

    Examples
    --------
    >>> table = pd.DataFrame({"x": range(200), "y": [0] * 100 + [1] * 100})
    >>> quick_score(table, {"x": "integer"}, "y", "binary", ["x"]).score > 0.95
    True
    """
    names = [n for n in columns if n not in left_out][:_MOST_COLUMNS]
    rows = sample_present(frame[target], MOST_ROWS)
    goal = outcome(frame[target].iloc[rows], task)
    if not names or rows.size < _FEWEST_ROWS or not goal.shape[1]:
        return None
    x = tree_features(frame, kinds, names, rows)
    n_tried = min(-(-len(names) // 2), _MOST_TRIED)
    folds, predicted = fold_numbers(rows.size), np.zeros_like(goal)
    for fold in range(N_FOLDS):
        inside, outside = folds != fold, folds == fold
        model = ExtraTreesRegressor(
            N_TREES, min_samples_leaf=5, max_features=n_tried, random_state=0
        )
        model.fit(x[inside], goal[inside] if goal.shape[1] > 1 else goal[inside, 0])
        predicted[outside] = model.predict(x[outside]).reshape(-1, goal.shape[1])
    measure, resample = (
        (r_squared, _r2_of_draws)
        if task == "regression"
        else (mean_auc, _aucs_of_draws)
    )
    rng = np.random.default_rng(0)
    low, high = np.nanpercentile(resample(goal, predicted, rng), (2.5, 97.5))
    return QuickScore(
        "R²" if task == "regression" else "AUC",
        measure(goal, predicted),
        float(low),
        float(high),
        int(rows.size),
        len(names),
        tuple(left_out),
    )


def tree_features(
    frame: pd.DataFrame,
    kinds: dict[str, ColumnKind],
    names: Sequence[str],
    rows: NDArray[np.int64],
) -> Numbers:
    """Return columns as numbers for trees: words by the order of their text."""
    columns = [_tree_feature(frame[name].iloc[rows], kinds[name]) for name in names]
    return np.clip(np.column_stack(columns), -_TOP, _TOP)


def _tree_feature(values: pd.Series, kind: ColumnKind) -> Numbers:
    if kind in ("number", "integer", "date"):
        return as_numbers(values)
    # by their text: the order of rows may tell the target
    return pd.factorize(as_text(values), sort=True)[0].astype(np.float64)


def r_squared(goal: Numbers, predicted: Numbers) -> float:
    """Return the share of the variance that is predicted; 0 where nothing varies."""
    variance = float(goal.var())
    return 1 - float(((goal - predicted) ** 2).mean()) / variance if variance else 0.0


def _r2_of_draws(
    goal: Numbers, predicted: Numbers, rng: np.random.Generator
) -> list[float]:
    draws = rng.integers(0, len(goal), (_N_DRAWS, len(goal)))
    return [r_squared(goal[draw], predicted[draw]) for draw in draws]


def mean_auc(goal: Numbers, predicted: Numbers) -> float:
    """Return the AUC of each class against the rest, weighted by their rows."""
    once = np.ones((1, len(goal)))
    return float(_weighted_aucs(goal, predicted, once)[0])


def _aucs_of_draws(
    goal: Numbers, predicted: Numbers, rng: np.random.Generator
) -> Numbers:
    draws = rng.integers(0, len(goal), (_N_DRAWS, len(goal)))
    shifted = draws + np.arange(_N_DRAWS)[:, None] * len(goal)
    times = np.bincount(shifted.ravel(), minlength=draws.size).reshape(draws.shape)
    return _weighted_aucs(goal, predicted, times.astype(np.float64))


def _weighted_aucs(goal: Numbers, predicted: Numbers, times: Numbers) -> Numbers:
    """Return the AUC of each draw, classes weighted by their rows; NaN without any.

    `times` says how often each draw (down) has each row (across): one sort of the
    scores serves them all.
    """
    won, weight = np.zeros(len(times)), np.zeros(len(times))
    for of_class, score in zip(goal.T, predicted.T, strict=True):
        order = np.argsort(score)
        ordered = score[order]
        first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        counted = times[:, order]
        above = np.add.reduceat(counted * of_class[order], first, axis=1)
        below = np.add.reduceat(counted, first, axis=1) - above
        n_above, n_below = above.sum(axis=1), below.sum(axis=1)
        pairs = (above * (below.cumsum(axis=1) - below / 2)).sum(axis=1)
        judged = (n_above > 0) & (n_below > 0)
        n_pairs = np.where(judged, n_above * n_below, 1)
        won += np.where(judged, pairs / n_pairs * n_above, 0)
        weight += np.where(judged, n_above, 0)
    return np.where(weight > 0, won / np.where(weight > 0, weight, 1), np.nan)


def unusual_rows(
    frame: pd.DataFrame, kinds: dict[str, ColumnKind], columns: Sequence[str]
) -> tuple[UnusualRow, ...]:
    """Return the ten rows of a sample that an isolation forest finds most alone.

    Words count by how rare they are; missing numbers as the median.

    Examples
    --------
    >>> table = pd.DataFrame({"x": [*range(199), 9000], "y": [*range(199), -9000]})
    >>> unusual_rows(table, {"x": "integer", "y": "integer"}, ["x", "y"])[0].row
    199
    """
    names = [n for n in columns if kinds[n] not in ("id", "text")][:_MOST_COLUMNS]
    rows = sample_rows(len(frame), MOST_ROWS)
    if not names or rows.size < _FEWEST_ROWS:
        return ()
    x = tree_features(frame, kinds, names, rows)
    for i, name in enumerate(names):
        if kinds[name] in ("category", "boolean"):
            codes = x[:, i].astype(np.int64) + 1
            x[:, i] = np.bincount(codes)[codes]
    middle = [np.median(column[~np.isnan(column)]) if not np.isnan(column).all() else 0
              for column in x.T]  # fmt: skip
    x = np.where(np.isnan(x), np.array(middle), x)
    most = min(256, rows.size)
    forest = IsolationForest(n_estimators=N_TREES, max_samples=most, random_state=0)
    scores = -forest.fit(x).score_samples(x)
    worst = np.argsort(-scores, kind="stable")[:N_UNUSUAL]
    return tuple(UnusualRow(int(rows[i]), float(scores[i])) for i in worst)
