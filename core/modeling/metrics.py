"""Metrics as plain numpy functions: weighted, without checks, fast enough to search.

Each takes the truth, the prediction and a weight per row (None: all equal) and
returns one number. Classes are codes 0 … k-1, where 1 is the positive one of two;
`predicted` holds probabilities of shape (n_rows, n_classes), codes or numbers, as
the metric asks.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TINY = 1e-15


def roc_auc(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Chance that a positive row scores above a negative one; ties count half.

    Examples
    --------
    >>> y = np.array([0, 1, 1])
    >>> roc_auc(y, np.array([[0.8, 0.2], [0.8, 0.2], [0.1, 0.9]]))
    0.75
    """
    score, positive = predicted[:, 1], (y == 1).astype(float)
    weight = np.ones(len(y)) if weight is None else weight
    _, group = np.unique(score, return_inverse=True)
    pos = np.bincount(group, weight * positive)
    neg = np.bincount(group, weight * (1 - positive))
    below = np.cumsum(neg) - neg
    pairs = pos.sum() * neg.sum()
    return float((pos * (below + neg / 2)).sum() / pairs) if pairs else float("nan")


def average_precision(
    y: Floats, predicted: Floats, weight: Floats | None = None
) -> float:
    """Area under the precision-recall curve, as a sum of steps.

    Examples
    --------
    >>> y = np.array([0, 1])
    >>> average_precision(y, np.array([[0.8, 0.2], [0.4, 0.6]]))
    1.0
    """
    score, positive = predicted[:, 1], (y == 1).astype(float)
    weight = np.ones(len(y)) if weight is None else weight
    _, group = np.unique(-score, return_inverse=True)
    pos = np.bincount(group, weight * positive)
    every = np.bincount(group, weight)
    flagged = np.cumsum(every)
    precision = np.divide(
        np.cumsum(pos), flagged, out=np.zeros_like(flagged), where=flagged > 0
    )
    total = pos.sum()
    return float((precision * pos).sum() / total) if total else float("nan")


def log_loss(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Mean negative log probability of the true class.

    Examples
    --------
    >>> round(log_loss(np.array([1]), np.array([[0.5, 0.5]])), 3)
    0.693
    """
    share = predicted[np.arange(len(y)), y.astype(np.int64)]
    share = share / np.maximum(predicted.sum(axis=1), _TINY)
    return _mean(-np.log(np.clip(share, _TINY, 1.0)), weight)


def brier(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Mean squared distance of the probabilities from the truth (for two classes: one).

    Examples
    --------
    >>> brier(np.array([1]), np.array([[0.5, 0.5]]))
    0.25
    """
    return _mean((predicted[:, 1] - (y == 1)) ** 2, weight)


def accuracy(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Share of rows whose class is right.

    Examples
    --------
    >>> accuracy(np.array([0, 1]), np.array([0, 0]))
    0.5
    """
    return _mean((y == predicted).astype(float), weight)


def balanced_accuracy(
    y: Floats, predicted: Floats, weight: Floats | None = None
) -> float:
    """Mean over the classes of the share found.

    Examples
    --------
    >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))
    0.5
    """
    right, truth, _ = _per_class(y, predicted, weight)
    present = truth > 0
    return float((right[present] / truth[present]).mean())


def f1(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Harmonic mean of precision and recall of the positive class.

    Examples
    --------
    >>> round(f1(np.array([0, 1, 1]), np.array([1, 1, 0])), 2)
    0.5
    """
    right, truth, named = _per_class(y, predicted, weight)
    if len(truth) < 2 or not truth[1] + named[1]:
        return 0.0
    return float(2 * right[1] / (truth[1] + named[1]))


def f_beta(
    y: Floats, predicted: Floats, weight: Floats | None = None, *, beta: float = 2.0
) -> float:
    """Weighted harmonic mean of precision and recall of the positive class.

    Recall counts `beta` times as much as precision.

    Examples
    --------
    >>> round(f_beta(np.array([0, 1, 1]), np.array([0, 1, 0]), beta=2.0), 3)
    0.556
    """
    right, truth, named = _per_class(y, predicted, weight)
    if len(truth) < 2 or not truth[1] + named[1]:
        return 0.0
    square = beta**2
    return float((1 + square) * right[1] / (square * truth[1] + named[1]))


def mean_cost(  # noqa: PLR0913 one cost for each cell of the table
    y: Floats,
    predicted: Floats,
    weight: Floats | None = None,
    *,
    false_positive: float = 1.0,
    false_negative: float = 5.0,
    true_positive: float = 0.0,
    true_negative: float = 0.0,
) -> float:
    """Mean cost of a row, in the unit of the costs; a gain is negative.

    Examples
    --------
    >>> mean_cost(np.array([0, 1, 1, 0]), np.array([1, 0, 1, 0]))
    1.5
    """
    costs = np.array([[true_negative, false_positive], [false_negative, true_positive]])
    return _mean(costs[y.astype(np.int64), predicted.astype(np.int64)], weight)


def f1_macro(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """F1, averaged over the classes that occur or are predicted.

    Examples
    --------
    >>> f1_macro(np.array([0, 1, 2]), np.array([0, 1, 2]))
    1.0
    """
    right, truth, named = _per_class(y, predicted, weight)
    size = truth + named
    present = size > 0
    return float((2 * right[present] / size[present]).mean())


def rmse(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Root of the mean squared error, in the unit of the target.

    Examples
    --------
    >>> rmse(np.array([0.0, 0.0]), np.array([3.0, 3.0]))
    3.0
    """
    return float(np.sqrt(_mean((y - predicted) ** 2, weight)))


def mae(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Mean absolute error, in the unit of the target.

    Examples
    --------
    >>> mae(np.array([0.0, 0.0]), np.array([1.0, -3.0]))
    2.0
    """
    return _mean(np.abs(y - predicted), weight)


def pinball(
    y: Floats, predicted: Floats, weight: Floats | None = None, *, alpha: float = 0.9
) -> float:
    """Mean loss of a predicted quantile: `alpha` a unit too low, 1 - alpha too high.

    Examples
    --------
    >>> pinball(np.array([10.0, 10.0]), np.array([8.0, 12.0]), alpha=0.75)
    1.0
    """
    short = y - predicted
    return _mean(np.maximum(alpha * short, (alpha - 1) * short), weight)


def r2(y: Floats, predicted: Floats, weight: Floats | None = None) -> float:
    """Share of the target's variance that is explained; 0 for a constant target.

    Examples
    --------
    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]))
    0.0
    """
    spread = _mean((y - np.average(y, weights=weight)) ** 2, weight)
    return 1 - _mean((y - predicted) ** 2, weight) / spread if spread else 0.0


def _mean(values: Floats, weight: Floats | None) -> float:
    return float(values.mean() if weight is None else (values @ weight) / weight.sum())


def _per_class(
    y: Floats, predicted: Floats, weight: Floats | None
) -> tuple[Floats, Floats, Floats]:
    truth, named = y.astype(np.int64), predicted.astype(np.int64)
    size = int(max(truth.max(), named.max())) + 1
    weight = np.ones(len(truth)) if weight is None else weight
    return (
        np.bincount(truth, weight * (truth == named), minlength=size).astype(float),
        np.bincount(truth, weight, minlength=size).astype(float),
        np.bincount(named, weight, minlength=size).astype(float),
    )
