"""What every decision threshold does to rows that the model has not learned from.

The curve holds counts at some thousands of thresholds, so that whoever moves a slider
computes from it, not from rows. A threshold is chosen on validation rows; the test
rows only show what it does.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import EvaluationError
from core.modeling.metrics import Floats

MOST_POINTS: Final = 2_000


@dataclass(frozen=True)
class ThresholdCurve:
    """Rows called positive at each threshold, and how many of them are.

    Attributes
    ----------
    label : object
        The positive class.
    n_positive, n_negative : float
        Rows of the class, and of the rest; with weights, their sums, scaled so that
        both together are the number of rows.
    threshold : tuple of float
        Falling. A row is called positive when its probability is at least that; each
        lies halfway between two probabilities that occur.
    true_positives, false_positives : tuple of float
        At each threshold.
    """

    label: Any
    n_positive: float
    n_negative: float
    threshold: tuple[float, ...]
    true_positives: tuple[float, ...]
    false_positives: tuple[float, ...]

    @property
    def n_rows(self) -> float:
        """Rows in all."""
        return self.n_positive + self.n_negative

    @property
    def cells(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Found, false alarms, missed, rightly left, each of shape (n_thresholds,)."""
        found = np.asarray(self.true_positives, dtype=np.float64)
        alarms = np.asarray(self.false_positives, dtype=np.float64)
        return found, alarms, self.n_positive - found, self.n_negative - alarms

    def nearest(self, threshold: float) -> int:
        """Return the place of the last point that flags no more than a threshold does.

        Examples
        --------
        >>> curve = threshold_curve(np.array([0.0, 1.0]), np.array([0.2, 0.8]), "yes")
        >>> curve.threshold, curve.nearest(0.5), curve.nearest(0.6)
        ((0.9, 0.5, 0.0), 1, 0)
        """
        reached = np.asarray(self.threshold) >= threshold
        return int(max(reached.sum() - 1, 0))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ThresholdCurve":
        """Return the record that `to_dict` wrote."""
        names = ("threshold", "true_positives", "false_positives")
        return cls(**{**values, **{name: tuple(values[name]) for name in names}})


def threshold_curve(
    positive: Floats, score: Floats, label: Any, weight: Floats | None = None
) -> ThresholdCurve:
    """Count what each threshold flags, at up to 2,000 thresholds.

    Parameters
    ----------
    positive : ndarray of shape (n_rows,)
        1 for rows of the class, else 0.
    score : ndarray of shape (n_rows,)
        Probability of the class, from a model that has not learned from the row.
    label : object
    weight : ndarray of shape (n_rows,), default=None

    Raises
    ------
    EvaluationError
        The rows are all of one class.

    Examples
    --------
    >>> y, score = np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.9])
    >>> curve = threshold_curve(y, score, "yes")
    >>> curve.true_positives, curve.false_positives
    ((0.0, 1.0, 2.0, 2.0), (0.0, 0.0, 0.0, 1.0))
    """
    if not 0 < positive.sum() < len(positive):
        raise EvaluationError(
            f"The {len(positive):,} validation rows all have the same outcome, so no "
            "threshold can be told to be better than another.",
            hint="Split anew on Explore, in proportion to the classes.",
        )
    weight = np.ones(len(score)) if weight is None else weight / weight.mean()
    distinct, group = np.unique(-score, return_inverse=True)
    found = np.cumsum(np.bincount(group, weight * positive))
    alarms = np.cumsum(np.bincount(group, weight)) - found
    scores = -distinct
    middle = np.append((scores[1:] + scores[:-1]) / 2, 0.0)
    if scores[0] < 1:  # else no threshold up to 1 flags nothing
        middle = np.append((1 + scores[0]) / 2, middle)
        found, alarms = np.append(0.0, found), np.append(0.0, alarms)
    kept = _thinned(found / found[-1] + alarms / max(alarms[-1], 1e-12))
    return ThresholdCurve(
        label,
        float(found[-1]),
        float(alarms[-1]),
        *(tuple(part[kept].tolist()) for part in (middle, found, alarms)),
    )


def _thinned(way: Floats) -> NDArray[np.int64]:
    """Return up to 2,000 places, spread along what is flagged, both ends among them."""
    if len(way) <= MOST_POINTS:
        return np.arange(len(way))
    chosen = np.searchsorted(way, np.linspace(way[0], way[-1], MOST_POINTS - 2))
    return np.unique(np.concatenate([[0], chosen, [len(way) - 1]]))


@dataclass(frozen=True)
class Payoff:
    """What each cell of the two-by-two table is worth; costs are below zero.

    Attributes
    ----------
    found, false_alarm, missed, left_alone : float
        A positive row that is flagged; a negative one that is; a positive one that is
        not; a negative one that is not.
    """

    found: float = 10.0
    false_alarm: float = -1.0
    missed: float = 0.0
    left_alone: float = 0.0

    def of(self, curve: ThresholdCurve) -> Floats:
        """Return the mean worth per row at each threshold, shape (n_thresholds,).

        Examples
        --------
        >>> curve = threshold_curve(np.array([0.0, 1.0]), np.array([0.2, 0.8]), "yes")
        >>> Payoff(10, -1, 0, 0).of(curve).tolist()
        [0.0, 5.0, 4.5]
        """
        return np.asarray(self._total(curve.cells) / curve.n_rows)

    def spread(self, curve: ThresholdCurve) -> Floats:
        """Return the standard error of the mean at each threshold."""
        squared = Payoff(*(worth**2 for worth in asdict(self).values()))
        mean = self.of(curve)
        variance = squared.of(curve) - mean**2
        return np.asarray(np.sqrt(np.maximum(variance, 0) / curve.n_rows))

    def _total(self, cells: tuple[Floats, Floats, Floats, Floats]) -> Floats:
        worth = asdict(self).values()
        return np.asarray(sum(w * c for w, c in zip(worth, cells, strict=True)))


def _f_beta(beta: float) -> Callable[[ThresholdCurve], Floats]:
    def score(curve: ThresholdCurve) -> Floats:
        found, alarms, missed, _ = curve.cells
        square = beta**2
        return np.asarray(
            (1 + square) * found / ((1 + square) * found + square * missed + alarms)
        )

    return score


def _accuracy(curve: ThresholdCurve) -> Floats:
    found, _, _, left = curve.cells
    return np.asarray((found + left) / curve.n_rows)


def _balanced(curve: ThresholdCurve) -> Floats:
    found, _, _, left = curve.cells
    return np.asarray((found / curve.n_positive + left / curve.n_negative) / 2)


def _mcc(curve: ThresholdCurve) -> Floats:
    found, alarms, missed, left = curve.cells
    size = (found + alarms) * (missed + left) * curve.n_positive * curve.n_negative
    safe = np.where(size > 0, size, 1.0)
    return np.where(size > 0, (found * left - alarms * missed) / np.sqrt(safe), 0.0)


METRICS: Final[Mapping[str, Callable[[ThresholdCurve], Floats]]] = MappingProxyType(
    {
        "F1": _f_beta(1.0),
        "F2, recall weighs more": _f_beta(2.0),
        "F0.5, precision weighs more": _f_beta(0.5),
        "Balanced accuracy": _balanced,
        "Matthews correlation": _mcc,
        "Accuracy": _accuracy,
    }
)
"""Metrics that a threshold can be chosen by: a curve in, one value a point out."""


def best_place(curve: ThresholdCurve, worth: Floats) -> int:
    """Return the place of the highest worth; of equal ones that nearest to 0.5."""
    tied = np.flatnonzero(worth >= worth.max() - 1e-12)
    return int(tied[np.argmin(np.abs(np.asarray(curve.threshold)[tied] - 0.5))])


def place_for_capacity(curve: ThresholdCurve, share: float) -> int:
    """Return the place that flags as many rows as fit into a share of all.

    Rows of equal probability are flagged together or not at all.

    Examples
    --------
    >>> y, score = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.4, 0.9, 0.2])
    >>> curve = threshold_curve(y, score, "yes")
    >>> curve.threshold[place_for_capacity(curve, 0.5)]
    0.30000000000000004
    """
    found, alarms, _, _ = curve.cells
    fits = np.flatnonzero(found + alarms <= share * curve.n_rows + 1e-9)
    return int(fits[-1]) if len(fits) else 0


def place_for_precision(curve: ThresholdCurve, floor: float) -> int | None:
    """Return the place that finds most while at least this share of flags is right.

    Returns
    -------
    int or None
        None when no threshold that flags a row reaches the floor.

    Examples
    --------
    >>> y, score = np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.9])
    >>> curve = threshold_curve(y, score, "yes")
    >>> place_for_precision(curve, 0.9)
    2
    """
    found, alarms, _, _ = curve.cells
    flagged = found + alarms
    right = np.divide(found, flagged, out=np.zeros_like(found), where=flagged > 0)
    reached = np.flatnonzero(right >= floor)
    if not len(reached):
        return None
    most = reached[found[reached] == found[reached].max()]
    return int(most[0])
