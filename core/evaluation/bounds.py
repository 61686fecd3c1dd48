"""How each number gets its interval: the rows in, two ends out."""

from collections.abc import Callable

import numpy as np

from core.evaluation import bootstrap, intervals
from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import Interval
from core.evaluation.measured import Measured
from core.modeling.metrics import Floats

Bound = Callable[[HeldOut, Measured, float], Interval]
"""Rows, what was measured on them, and the confidence; the interval out."""


def r2_features(held: HeldOut) -> Floats:
    """Return what R² is made of, once averaged, shape (n_rows, 3)."""
    centred = held.y - held.y.mean()  # large numbers would cancel
    return np.column_stack([held.error**2, centred, centred**2])


def r2_of_averages(averages: Floats) -> Floats:
    """Return R² from averages of squared error, target and squared target."""
    squared, target, squared_target = np.moveaxis(averages, -1, 0)
    ratio: Floats = squared / np.maximum(squared_target - target**2, 1e-300)
    return 1 - ratio


def root(averages: Floats) -> Floats:
    """Return the root of the first average."""
    return np.sqrt(averages[..., 0])


def relative_error(held: HeldOut) -> Floats:
    """Return each error as a share of the true number, shape (n_rows,)."""
    return np.abs(held.error / held.y)


def by_bootstrap(
    features: Callable[[HeldOut], Floats],
    combine: bootstrap.Combine = lambda averages: averages[..., 0],
) -> Bound:
    """Bound a function of averages: features of the rows, and what they combine to."""

    def bound(held: HeldOut, found: Measured, confidence: float) -> Interval:
        table = features(held)
        table = table[:, None] if table.ndim == 1 else table
        return bootstrap.bca_interval(found, table, combine, confidence)

    return bound


def recall(code: int) -> Bound:
    """Bound the recall of a class: Wilson on its rows."""

    def bound(held: HeldOut, found: Measured, confidence: float) -> Interval:
        n_rows = int((held.codes == code).sum())
        return intervals.wilson(found.value, n_rows, confidence)

    return bound


def precision(code: int) -> Bound:
    """Bound the precision of a class: Wilson on the rows predicted so."""

    def bound(held: HeldOut, found: Measured, confidence: float) -> Interval:
        n_rows = int((held.predicted == code).sum())
        return intervals.wilson(found.value, n_rows, confidence)

    return bound


def f1(code: int) -> Bound:
    """Bound the F1 of a class."""

    def bound(held: HeldOut, _: Measured, confidence: float) -> Interval:
        true, named = held.codes == code, held.predicted == code
        right = int((true & named).sum())
        missed, false = int(true.sum()) - right, int(named.sum()) - right
        return intervals.f1_interval(right, missed, false, confidence)

    return bound


def balanced(held: HeldOut, _: Measured, confidence: float) -> Interval:
    """Bound balanced accuracy: the recalls of the classes are independent."""
    found = held.shares
    present = found.true > 0
    return intervals.mean_of_proportions(
        found.right[present] / found.true[present],
        found.true[present] * held.n_rows,
        confidence,
    )


def macro_precision(held: HeldOut, _: Measured, confidence: float) -> Interval:
    """Bound macro precision: the precisions of the classes are independent."""
    found = held.shares
    named = found.named > 0
    return intervals.mean_of_proportions(
        found.right[named] / found.named[named],
        found.named[named] * held.n_rows,
        confidence,
    )


def auc(held: HeldOut, found: Measured, confidence: float) -> Interval:
    """Bound the area under the ROC curve."""
    n_positive = int((held.y == 1).sum())
    n_negative = held.n_rows - n_positive
    return intervals.auc_interval(found, n_positive, n_negative, confidence)


def logit(held: HeldOut, found: Measured, confidence: float) -> Interval:
    """Bound a number in [0, 1] that rests on the rarest class."""
    counts = np.bincount(held.codes)
    n_fewest = counts[1] if held.task == "binary" else counts[counts > 0].min()
    return intervals.logit_interval(found, int(n_fewest), confidence)


def mcc(held: HeldOut, found: Measured, confidence: float) -> Interval:
    """Bound a correlation of classes, which rests on the rarest of them."""
    groups = np.concatenate([np.bincount(held.codes), np.bincount(held.predicted)])
    n_fewest = int(groups[groups > 0].min())
    return intervals.fisher_interval(found, n_fewest, confidence)
