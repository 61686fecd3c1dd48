"""Which columns promise most: how well each alone predicts the target."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.associations import sample_present
from core.data.frames import ColumnKind
from core.data.information import group_codes, outcome_codes, shared_bits
from core.data.profiled import Relation
from core.data.small_tree import bin_numbers, grow, level_means
from core.data.target import Task
from core.data.values import as_numbers, encode_words

MOST_ROWS: Final = 10_000
N_FOLDS: Final = 3
_MANY_COLUMNS, _FEW_ROWS = 300, 2_000
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

    A small tree (numbers, dates) or smoothed level means (words) is fitted on two
    thirds of a sample of at most 10,000 rows and judged on the other third, three
    times. Columns beyond 300 are judged on 2,000 rows. Beside it stands the mutual
    information on the same rows, which needs no shape and no order of values.

    Examples
    --------
    >>> table = pd.DataFrame({"x": range(60), "y": [0] * 30 + [1] * 30})
    >>> best, = rank_columns(table, {"x": "integer"}, "y", "binary", ["x"])
    >>> best.score > 0.9
    True
    """
    limit = _FEW_ROWS if len(columns) > _MANY_COLUMNS else MOST_ROWS
    rows = sample_present(frame[target], limit)
    goal = outcome(frame[target].iloc[rows], task)
    if rows.size < 3 * N_FOLDS or goal.shape[1] == 0:
        return ()
    folds = fold_numbers(rows.size)
    codes = outcome_codes(goal, classes=_is_classes(goal))
    relations = []
    for name in columns:
        values = feature(frame[name].iloc[rows], kinds[name])
        bins, words = _binned(values)
        found = _relate_bins(name, bins, goal, folds, words=words)
        groups = group_codes(bins, ordered=not words)
        relations.append(replace(found, bits=shared_bits(groups, codes)))
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
    return encode_words(values).codes.astype(np.int64)


def relate(
    name: str,
    values: Numbers | NDArray[np.int64],
    goal: Numbers,
    folds: NDArray[np.int64],
) -> Relation:
    """Judge one feature by its predictions for rows that it was not fitted on.

    Rows are counted once, by fold and level or bin; what a fold learns from is the
    count of all rows less its own. Missing numbers are predicted by their own mean.
    """
    bins, words = _binned(values)
    return _relate_bins(name, bins, goal, folds, words=words)


def _binned(values: Numbers | NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """Return the bins of numbers, or the codes of words, and whether it is words."""
    if values.dtype == np.int64:
        return values.astype(np.int64, copy=False), True
    return bin_numbers(values.astype(np.float64)), False


def _relate_bins(
    name: str,
    bins: NDArray[np.int64],
    goal: Numbers,
    folds: NDArray[np.int64],
    *,
    words: bool,
) -> Relation:
    bins = bins + 1
    width = int(bins.max(initial=0)) + 1
    cell = np.asarray(folds * width + bins, dtype=np.int64)
    shape = (N_FOLDS, width)
    tallied = np.bincount(cell, minlength=N_FOLDS * width).reshape(shape)
    counts = tallied.astype(np.float64)
    classes = _is_classes(goal)
    middle = 0.0 if classes else goal.mean(axis=0)
    of_output = [
        np.bincount(cell, weights=column, minlength=N_FOLDS * width).reshape(shape)
        for column in (goal - middle).T
    ]
    sums = np.asarray(np.stack(of_output, axis=-1), dtype=np.float64)
    n, total = counts.sum(axis=0) - counts, sums.sum(axis=0) - sums
    predicted = level_means(n, total)
    if not words:
        least = np.maximum(5, n.sum(axis=1) // 100)
        predicted[:, 1:] = grow(n[:, 1:], total[:, 1:], least)
    if not classes:
        return _judge_numbers(name, goal, counts, sums, predicted)
    return _judge_classes(name, goal, counts, sums, predicted)


def _judge_numbers(
    name: str, goal: Numbers, counts: Numbers, sums: Numbers, predicted: Numbers
) -> Relation:
    """Return the R² of predictions made for each cell."""
    variance = float(goal.var())
    squares = float(((goal - goal.mean(axis=0)) ** 2).sum())
    missed = (predicted**2 * counts[:, :, None] - 2 * predicted * sums).sum()
    error = max(squares + float(missed), 0.0) / len(goal)
    score = 1 - error / variance if variance > 0 else 0.0
    power = min(max(score, 0.0), 1.0)
    return Relation(name, "R²", score, score, power, len(goal))


def _judge_classes(
    name: str, goal: Numbers, counts: Numbers, sums: Numbers, predicted: Numbers
) -> Relation:
    """Return the AUC of predictions made for each cell."""
    n_rows, sizes = len(goal), goal.sum(axis=0)
    judged = (sizes > 0) & (sizes < n_rows)
    if not judged.any():
        return Relation(name, "AUC", 0.5, 0.5, 0.0, n_rows)
    aucs = [
        _weighted_auc(
            predicted[:, :, k].ravel(),
            sums[:, :, k].ravel(),
            (counts - sums[:, :, k]).ravel(),
        )
        for k in np.flatnonzero(judged)
    ]
    score = float(np.average(aucs, weights=sizes[judged]))
    n_positive = float(min(sizes[judged].max(), n_rows - sizes[judged].max()))
    low = auc_low(score, max(n_positive, 1.0), max(n_rows - n_positive, 1.0))
    return Relation(name, "AUC", score, low, min(max(2 * score - 1, 0.0), 1.0), n_rows)


def _is_classes(goal: Numbers) -> bool:
    return bool(np.isin(goal, (0.0, 1.0)).all())


def auc(positive: Numbers, score: Numbers) -> float:
    """Return the chance that a positive row scores above a negative one.

    Ties count half.

    Examples
    --------
    >>> auc(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.9]))
    0.75
    """
    flags = (positive > 0).astype(np.float64)
    return _weighted_auc(score, flags, 1 - flags)


def _weighted_auc(score: Numbers, positive: Numbers, negative: Numbers) -> float:
    """Return the AUC of scores that several positive and negative rows share."""
    order = np.argsort(score)
    ordered = score[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    above = np.add.reduceat(positive[order], first)
    below = np.add.reduceat(negative[order], first)
    won = float((above * (below.cumsum() - below / 2)).sum())
    return won / (float(positive.sum()) * float(negative.sum()))


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
