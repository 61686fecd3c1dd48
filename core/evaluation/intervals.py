"""Intervals in closed form, each for the kind of number it was found to cover.

Coverage of all of them is measured in ``benchmarks/evaluation.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import bdtr, expit, logit, ndtri, stdtrit

from core.evaluation.measured import Measured
from core.modeling.metrics import Floats


@dataclass(frozen=True)
class Interval:
    """Two ends of what the value may be, and how they were found."""

    low: float
    high: float
    method: str

    @property
    def width(self) -> float:
        """Distance of the ends."""
        return self.high - self.low


def wilson(share: float, n_rows: float, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval of a proportion.

    Parameters
    ----------
    share : float, in [0, 1]
    n_rows : float
        Number of rows it was counted on, above zero.
    confidence : float, default=0.95

    Examples
    --------
    >>> interval = wilson(1.0, 100)
    >>> round(interval.low, 3), interval.high
    (0.963, 1.0)
    """
    low, high = wilson_bounds(share, n_rows, confidence)
    return Interval(float(low), float(high), "Wilson")


def wilson_bounds(
    share: ArrayLike, n_rows: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the ends of Wilson's interval for many proportions at once."""
    z = normal_quantile(confidence)
    p, n = np.asarray(share, dtype=float), np.asarray(n_rows, dtype=float)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # The ends of 0 and 1 are exact; rounding must not move them.
    low = np.where(p <= 0, 0.0, np.clip(centre - half, 0, 1))
    return low, np.where(p >= 1, 1.0, np.clip(centre + half, 0, 1))


def f1_interval(
    n_right: float, n_missed: float, n_false: float, confidence: float = 0.95
) -> Interval:
    """Return an interval of F1: Wilson on TP / (TP + FP + FN), carried over.

    Examples
    --------
    >>> interval = f1_interval(40, 5, 5)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.802, 0.94)
    """
    n_rows = n_right + n_missed + n_false
    found = wilson(n_right / n_rows, n_rows, confidence)
    low, high = (2 * end / (1 + end) for end in (found.low, found.high))
    return Interval(low, high, "Wilson on TP / (TP + FP + FN)")


def mean_of_proportions(
    share: Floats, n_rows: Floats, confidence: float = 0.95
) -> Interval:
    """Return an interval of the mean of independent proportions.

    The distances of each one's Wilson ends are squared and added (Newcombe).

    Examples
    --------
    >>> interval = mean_of_proportions(np.array([0.9, 0.7]), np.array([80, 20]))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.683, 0.881)
    """
    low, high = wilson_bounds(share, n_rows, confidence)
    centre = share.mean()
    below = np.sqrt(((share - low) ** 2).sum()) / len(share)
    above = np.sqrt(((high - share) ** 2).sum()) / len(share)
    return Interval(float(centre - below), float(centre + above), "Wilson, combined")


def logit_interval(
    measured: Measured, n_fewest: int, confidence: float = 0.95
) -> Interval:
    """Return an interval of a number between 0 and 1, made on the logit scale.

    Parameters
    ----------
    measured : Measured
    n_fewest : int
        Rows of the rarest group it rests on: sets the degrees of freedom.
    confidence : float, default=0.95
    """
    edge = 0.5 / (len(measured.influence) + 1)
    value = min(max(measured.value, edge), 1 - edge)
    half = _t_quantile(confidence, n_fewest) * measured.standard_error
    half /= value * (1 - value)
    low, high = expit(logit(value) - half), expit(logit(value) + half)
    return Interval(
        min(float(low), measured.value),
        max(float(high), measured.value),
        "influence values, logit scale",
    )


def auc_interval(
    measured: Measured, n_positive: int, n_negative: int, confidence: float = 0.95
) -> Interval:
    """Return an interval of a ROC area: the wider of DeLong's and Newcombe's fifth.

    DeLong's is made on the logit scale; Newcombe's holds where DeLong's variance is
    far too small, with few rows or an area near 1.

    Examples
    --------
    >>> from core.evaluation.ranking import roc_auc
    >>> positive = np.repeat([0.0, 1.0], 10)
    >>> interval = auc_interval(roc_auc(positive, positive), 10, 10)
    >>> round(interval.low, 2), interval.high, interval.method
    (0.8, 1.0, 'Newcombe 5')
    """
    n_fewest = min(n_positive, n_negative)
    delong = logit_interval(measured, n_fewest, confidence)
    newcombe = _newcombe(measured.value, n_positive, n_negative, confidence)
    if newcombe.width >= delong.width:
        return newcombe
    return Interval(delong.low, delong.high, "DeLong, logit scale")


def fisher_interval(
    measured: Measured, n_fewest: int, confidence: float = 0.95
) -> Interval:
    """Return an interval of a correlation, made on Fisher's z scale.

    Parameters
    ----------
    measured : Measured
    n_fewest : int
        Rows of the rarest group it rests on: sets the degrees of freedom.
    confidence : float, default=0.95
    """
    edge = 1 - 0.5 / (len(measured.influence) + 1)
    value = min(max(measured.value, -edge), edge)
    half = _t_quantile(confidence, n_fewest) * measured.standard_error
    half /= 1 - value**2
    centre = np.arctanh(value)
    return Interval(
        min(float(np.tanh(centre - half)), measured.value),
        max(float(np.tanh(centre + half)), measured.value),
        "influence values, Fisher's z",
    )


def median_interval(values: Floats, confidence: float = 0.95) -> Interval:
    """Return an interval of a median, from two of the sorted values.

    It makes no assumption; with fewer than six values the whole range is given.

    Examples
    --------
    >>> interval = median_interval(np.arange(1.0, 101.0))
    >>> interval.low, interval.high
    (40.0, 61.0)
    """
    ordered, n = np.sort(values), len(values)
    tail = (1 - confidence) / 2
    below = int((bdtr(np.arange(n), n, 0.5) <= tail).sum())
    position = max(below - 1, 0)
    low, high = ordered[position], ordered[n - 1 - position]
    return Interval(float(low), float(high), "order statistics")


def difference_interval(measured: Measured, confidence: float = 0.95) -> Interval:
    """Return an interval of a paired difference, from its influence values."""
    n_rows = len(measured.influence)
    half = _t_quantile(confidence, n_rows) * measured.standard_error
    return Interval(
        measured.value - half, measured.value + half, "paired influence values"
    )


def combine_paired(
    first: tuple[float, Interval],
    second: tuple[float, Interval],
    correlation: float,
) -> Interval:
    """Return an interval of a paired difference from the interval of each part.

    The distances of the ends are squared and added, less what they have in common
    (Newcombe); it holds where few rows make the influence values unreliable.

    Parameters
    ----------
    first, second : tuple of float and Interval
        Value and interval of each.
    correlation : float, in [-1, 1]
        Of the two values over draws of the rows.

    Examples
    --------
    >>> one, two = (0.9, Interval(0.8, 1.0, "")), (0.6, Interval(0.5, 0.7, ""))
    >>> found = combine_paired(one, two, 0.0)
    >>> round(found.low, 2), round(found.high, 2)
    (0.16, 0.44)
    """
    (a, ours), (b, theirs) = first, second
    low = _hypotenuse(a - ours.low, theirs.high - b, correlation)
    high = _hypotenuse(ours.high - a, b - theirs.low, correlation)
    return Interval(a - b - low, a - b + high, "intervals of both, combined")


def normal_quantile(confidence: float) -> float:
    """Return the half width of a normal interval in standard errors.

    Examples
    --------
    >>> round(normal_quantile(0.95), 2)
    1.96
    """
    return float(ndtri((1 + confidence) / 2))


def _hypotenuse(one: float, two: float, correlation: float) -> float:
    return float(max(one**2 + two**2 - 2 * correlation * one * two, 0.0) ** 0.5)


def _t_quantile(confidence: float, n_rows: int) -> float:
    return float(stdtrit(max(n_rows - 1, 1), (1 + confidence) / 2))


def _newcombe(auc: float, m: int, n: int, confidence: float) -> Interval:
    z, half = normal_quantile(confidence), (m + n) / 2 - 1

    def excess(area: float) -> float:
        spread = area * (1 - area) / (m * n)
        spread *= 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
        return (auc - area) ** 2 - z**2 * spread

    return Interval(_root(excess, 0.0, auc), _root(excess, 1.0, auc), "Newcombe 5")


def _root(function: Callable[[float], float], end: float, value: float) -> float:
    """Return the zero between a value, where it is negative, and an end of [0, 1]."""
    if abs(end - value) < 1e-9:
        return end
    towards = 1e-9 * np.sign(end - value)
    first, last = end - 1e-3 * towards, value + towards
    return float(brentq(function, first, last)) if function(first) > 0 else end
