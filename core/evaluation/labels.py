"""Numbers about predicted classes: accuracy, precision, recall, F1, MCC.

Each takes the true and the predicted codes and returns a `Measured`: the value, and
the exact first-order effect of each row on it, which depends on its cell of the
confusion matrix alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.measured import Measured
from core.modeling.metrics import Floats

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of the rows by true and by predicted class.

    Attributes
    ----------
    y, predicted : ndarray of shape (n_rows,)
        Codes.
    right, true, named : ndarray of shape (n_classes,)
        Share of all rows that are of the class and predicted so; that are of it;
        that are predicted to be of it.
    """

    y: Codes
    predicted: Codes
    right: Floats
    true: Floats
    named: Floats

    @property
    def hit(self) -> Floats:
        """1 where the row's class was predicted, shape (n_rows,)."""
        hit: Floats = (self.y == self.predicted).astype(np.float64)
        return hit


def shares(y: Codes, predicted: Codes, n_classes: int) -> Shares:
    """Count the shares that all numbers about classes are made of."""
    n_rows = len(y)
    return Shares(
        y,
        predicted,
        np.bincount(y[y == predicted], minlength=n_classes) / n_rows,
        np.bincount(y, minlength=n_classes) / n_rows,
        np.bincount(predicted, minlength=n_classes) / n_rows,
    )


def accuracy(found: Shares) -> Measured:
    """Share of rows whose class is right.

    Examples
    --------
    >>> y = np.array([0, 1, 1, 1])
    >>> accuracy(shares(y, np.array([0, 1, 1, 0]), 2)).value
    0.75
    """
    hit = found.hit
    return Measured(float(hit.mean()), hit - hit.mean())


def recall(found: Shares, code: int) -> Measured | None:
    """Share of a class's rows that were found; None when it has none."""
    return _conditional(found.hit, found.y == code)


def precision(found: Shares, code: int) -> Measured | None:
    """Share right among the rows predicted as a class; None when there are none."""
    return _conditional(found.hit, found.predicted == code)


def balanced_accuracy(found: Shares) -> Measured:
    """Mean over the classes that occur of the share found.

    Examples
    --------
    >>> balanced_accuracy(shares(np.array([0, 0, 1]), np.array([0, 0, 0]), 2)).value
    0.5
    """
    return _mean_ratio(found.right, found.true, found.hit, found.y)


def macro_precision(found: Shares) -> Measured:
    """Mean over the classes that were predicted of the share right among them."""
    return _mean_ratio(found.right, found.named, found.hit, found.predicted)


def f1(found: Shares, code: int) -> Measured | None:
    """Harmonic mean of precision and recall of a class; None when it is nowhere.

    Examples
    --------
    >>> y, predicted = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])
    >>> round(f1(shares(y, predicted, 2), 1).value, 3)
    0.667
    """
    size = float(found.true[code] + found.named[code])
    if not size:
        return None
    value = 2 * float(found.right[code]) / size
    true, named = found.y == code, found.predicted == code
    influence = (2.0 * (true & named) - value * (true.astype(float) + named)) / size
    return Measured(value, influence)


def macro_f1(found: Shares) -> Measured:
    """F1, averaged over the classes that occur or are predicted.

    Examples
    --------
    >>> macro_f1(shares(np.array([0, 1, 2]), np.array([0, 1, 2]), 3)).value
    1.0
    """
    size = found.true + found.named
    present = size > 0
    safe = np.where(present, size, 1.0)
    each = 2 * found.right / safe
    slope = each / safe
    pull = 2 * found.hit / safe[found.y] - slope[found.y] - slope[found.predicted]
    return Measured(float(each[present].mean()), pull / present.sum())


def mcc(found: Shares) -> Measured | None:
    """Matthews correlation of truth and prediction; None when either is constant.

    Examples
    --------
    >>> y = np.array([0, 1, 1, 0])
    >>> mcc(shares(y, y, 2)).value
    1.0
    """
    spread_named, spread_true = (
        1 - found.named @ found.named,
        1 - found.true @ found.true,
    )
    if min(spread_named, spread_true) < 1e-12:
        return None
    scale = np.sqrt(spread_named * spread_true)
    value = (found.right.sum() - found.true @ found.named) / scale
    named, true = found.named[found.predicted], found.true[found.y]
    pull = (found.hit - found.named[found.y] - found.true[found.predicted]) / scale
    pull += value * (named / spread_named + true / spread_true)
    return Measured(float(value), pull - pull.mean())


def _conditional(hit: Floats, within: NDArray[np.bool_]) -> Measured | None:
    share = within.mean()
    if not share:
        return None
    value = hit[within].mean()
    return Measured(float(value), within * (hit - value) / share)


def _mean_ratio(right: Floats, size: Floats, hit: Floats, group: Codes) -> Measured:
    present = size > 0
    safe = np.where(present, size, 1.0)
    each = right / safe
    pull = (hit - each[group]) / safe[group] / present.sum()
    return Measured(float(each[present].mean()), pull)
