"""Which columns promise most: how well each alone predicts the target."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from core.data.associations import sample_rows
from core.data.frames import ColumnKind
from core.data.profiled import Relation
from core.data.target import Task
from core.data.values import as_numbers

MOST_ROWS: Final = 10_000
N_FOLDS: Final = 3
_MANY_COLUMNS, _FEW_ROWS = 300, 2_000
_DEPTH: Final = 4
_PRIOR_ROWS: Final = 5.0
_Z: Final = 1.96

Numbers = NDArray[np.float64]


def rank_columns(
    frame: pd.DataFrame,
    kinds: dict[str, ColumnKind],
    target: str,
    task: Task,
    columns: Sequence[str],
) -> tuple[Relation, ...]:
    """Rank columns by how well each alone predicts the target, best first.

    A small tree (numbers, dates) or smoothed level means (words) are fitted on two
    thirds of a sample of at most 10,000 rows and judged on the other third, three
    times. Columns beyond 300 are judged on 2,000 rows.

    Examples
    --------
    >>> table = pd.DataFrame({"x": range(60), "y": [0] * 30 + [1] * 30})
    >>> best, = rank_columns(table, {"x": "integer"}, "y", "binary", ["x"])
    >>> best.score > 0.9
    True
    """
    known = np.flatnonzero(frame[target].notna().to_numpy())
    limit = _FEW_ROWS if len(columns) > _MANY_COLUMNS else MOST_ROWS
    rows = known[sample_rows(known.size, limit)]
    goal = outcome(frame[target].iloc[rows], task)
    if rows.size < 3 * N_FOLDS or goal.shape[1] == 0:
        return ()
    folds = fold_numbers(rows.size)
    relations = [
        relate(name, feature(frame[name].iloc[rows], kinds[name]), goal, folds)
        for name in columns
    ]
    return tuple(sorted(relations, key=lambda item: -item.power))


def outcome(values: pd.Series, task: Task) -> Numbers:
    """Return the target as one column of numbers, or one indicator per class.

    Two classes need one indicator; classes beyond the twentieth are left out.
    """
    if task == "regression":
        return as_numbers(values)[:, None]
    codes, levels = pd.factorize(values, sort=True)
    if len(levels) < 2:
        return np.zeros((len(values), 0))
    sizes = np.bincount(codes, minlength=len(levels))
    chosen = np.argsort(-sizes, kind="stable")[:20]
    chosen = np.array([1]) if len(levels) == 2 else chosen
    return np.asarray(codes[:, None] == chosen[None, :], dtype=np.float64)


def fold_numbers(n_rows: int) -> NDArray[np.int64]:
    """Return the fold of each row, shuffled, the same every time."""
    return np.random.default_rng(0).permutation(np.arange(n_rows) % N_FOLDS)


def feature(values: pd.Series, kind: ColumnKind) -> Numbers | NDArray[np.int64]:
    """Return numbers for a tree, or integer codes for level means (-1 missing)."""
    if kind in ("number", "integer", "date"):
        return as_numbers(values)
    codes, _ = pd.factorize(values)
    return codes.astype(np.int64)


def relate(
    name: str,
    values: Numbers | NDArray[np.int64],
    goal: Numbers,
    folds: NDArray[np.int64],
) -> Relation:
    """Judge one feature by its predictions for rows that it was not fitted on."""
    predicted = np.zeros_like(goal)
    words = values.dtype == np.int64
    for fold in range(N_FOLDS):
        inside, outside = folds != fold, folds == fold
        fitted = _level_means if words else _tree
        predicted[outside] = fitted(values[inside], goal[inside], values[outside])
    n_rows = len(goal)
    if not _is_classes(goal):
        error = float(((goal - predicted) ** 2).mean())
        variance = float(goal.var())
        score = 1 - error / variance if variance > 0 else 0.0
        return Relation(name, "R²", score, score, min(max(score, 0.0), 1.0), n_rows)
    sizes = goal.sum(axis=0)
    judged = (sizes > 0) & (sizes < n_rows)
    if not judged.any():
        return Relation(name, "AUC", 0.5, 0.5, 0.0, n_rows)
    aucs = np.array([auc(goal[:, k], predicted[:, k]) for k in np.flatnonzero(judged)])
    score = float(np.average(aucs, weights=sizes[judged]))
    n_positive = float(min(sizes[judged].max(), n_rows - sizes[judged].max()))
    low = auc_low(score, max(n_positive, 1.0), max(n_rows - n_positive, 1.0))
    return Relation(name, "AUC", score, low, min(max(2 * score - 1, 0.0), 1.0), n_rows)


def _is_classes(goal: Numbers) -> bool:
    return bool(np.isin(goal, (0.0, 1.0)).all())


def _tree(train: Numbers, goal: Numbers, test: Numbers) -> Numbers:
    leaf = max(5, len(train) // 100)
    grow = {"max_depth": _DEPTH, "min_samples_leaf": leaf, "random_state": 0}
    x, x_test = _bounded(train)[:, None], _bounded(test)[:, None]
    if goal.shape[1] == 1:
        fitted = DecisionTreeRegressor(**grow).fit(x, goal[:, 0])
        return np.asarray(fitted.predict(x_test))[:, None]
    labels = np.where(goal.any(axis=1), goal.argmax(axis=1), goal.shape[1])
    classifier = DecisionTreeClassifier(**grow).fit(x, labels)
    shares = np.zeros((len(test), goal.shape[1] + 1))
    shares[:, classifier.classes_] = classifier.predict_proba(x_test)
    return shares[:, : goal.shape[1]]


def _bounded(values: Numbers) -> Numbers:
    """Keep numbers within what a tree takes (single precision)."""
    top = float(np.finfo(np.float32).max)
    return np.clip(values, -top, top)


def _level_means(
    train: NDArray[np.int64], goal: Numbers, test: NDArray[np.int64]
) -> Numbers:
    """Return each level's mean outcome, drawn to the overall mean when rare."""
    n_levels = int(max(train.max(initial=-1), test.max(initial=-1))) + 2
    counts = np.bincount(train + 1, minlength=n_levels)[:, None]
    sums = np.column_stack(
        [
            np.bincount(train + 1, weights=column, minlength=n_levels)
            for column in goal.T
        ]
    )
    means = (sums + _PRIOR_ROWS * goal.mean(axis=0)) / (counts + _PRIOR_ROWS)
    return np.asarray(means[test + 1])


def auc(positive: Numbers, score: Numbers) -> float:
    """Return the chance that a positive row scores above a negative one.

    Ties count half.

    Examples
    --------
    >>> auc(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.9]))
    0.75
    """
    ranks = pd.Series(score).rank().to_numpy()
    n_positive = float(positive.sum())
    n_negative = positive.size - n_positive
    above = float(ranks[positive > 0].sum()) - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)


def auc_low(score: float, n_positive: float, n_negative: float) -> float:
    """Return the lower end of the 95 % interval of an AUC (Newcombe's method 5).

    Examples
    --------
    >>> round(auc_low(1.0, 10, 10), 2), round(auc_low(0.98, 500, 500), 2)
    (0.8, 0.97)
    """
    half = (n_positive + n_negative) / 2 - 1
    low, high = 0.0, score
    for _ in range(40):
        theta = (low + high) / 2
        spread = 1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        variance = theta * (1 - theta) * spread / (n_positive * n_negative)
        if score - theta > _Z * np.sqrt(variance):
            low = theta
        else:
            high = theta
    return low
