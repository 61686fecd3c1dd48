"""Curves over all thresholds, and how far probabilities can be taken at their word.

What is kept is at most 500 points a curve, never the rows.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import wilson_bounds
from core.evaluation.ranking import average_precision, roc_auc
from core.modeling.metrics import Floats

MOST_POINTS: Final = 500
MOST_CURVES: Final = 10
N_BINS: Final = 10


@dataclass(frozen=True)
class ScoreCurve:
    """What happens to one class against the rest at every threshold.

    Attributes
    ----------
    label : object
        The class.
    roc_area, pr_area : float
    n_positive, n_negative : int
        Rows of the class, and of the rest.
    threshold : tuple of float
        Highest first; a row is flagged when its probability is at least that. The
        first flags nothing.
    true_positives, false_positives : tuple of int
        Rows flagged at each threshold.
    """

    label: Any
    roc_area: float
    pr_area: float
    n_positive: int
    n_negative: int
    threshold: tuple[float, ...]
    true_positives: tuple[int, ...]
    false_positives: tuple[int, ...]

    @property
    def recall(self) -> Floats:
        """Share of the positive rows that is flagged; the ROC curve's height."""
        share: Floats = np.asarray(self.true_positives) / self.n_positive
        return share

    @property
    def false_positive_rate(self) -> Floats:
        """Share of the negative rows that is flagged."""
        share: Floats = np.asarray(self.false_positives) / self.n_negative
        return share

    @property
    def precision(self) -> Floats:
        """Share right among the flagged; 1 where nothing is flagged."""
        right = np.asarray(self.true_positives, dtype=np.float64)
        flagged = right + np.asarray(self.false_positives)
        share: Floats = np.ones_like(right)
        np.divide(right, flagged, out=share, where=flagged > 0)
        return share

    def nearest(self, threshold: float) -> int:
        """Return the position of the last point that a threshold still reaches."""
        reached = np.asarray(self.threshold) >= threshold
        return int(max(reached.sum() - 1, 0))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; the threshold of nothing flagged is None."""
        values = asdict(self)
        values["threshold"] = (None, *self.threshold[1:])
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ScoreCurve":
        """Return the record that `to_dict` wrote."""
        lists = ("threshold", "true_positives", "false_positives")
        taken = {**values, **{name: tuple(values[name]) for name in lists}}
        taken["threshold"] = (float("inf"), *taken["threshold"][1:])
        return cls(**taken)


def score_curve(
    positive: Floats, score: Floats, label: Any, keep: float | None = None
) -> ScoreCurve | None:
    """Count what every threshold flags, kept at up to 500 thresholds.

    Parameters
    ----------
    positive : ndarray of shape (n_rows,)
        1 for rows of the class, else 0.
    score : ndarray of shape (n_rows,)
    label : object
    keep : float, default=None
        A threshold whose point is kept in any case.

    Returns
    -------
    ScoreCurve or None
        None when the rows are all of the class, or none is.

    Examples
    --------
    >>> curve = score_curve(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.9]), "yes")
    >>> curve.threshold, curve.recall.tolist(), curve.precision.round(2).tolist()
    ((inf, 0.9, 0.4, 0.1), [0.0, 0.5, 1.0, 1.0], [1.0, 1.0, 1.0, 0.67])
    """
    roc, area = roc_auc(positive, score), average_precision(positive, score)
    if roc is None or area is None:
        return None
    distinct, group = np.unique(-score, return_inverse=True)
    hits = np.cumsum(np.bincount(group, positive)).astype(np.int64)
    alarms = np.cumsum(np.bincount(group)) - hits
    kept = _spread(hits / hits[-1] + alarms / alarms[-1], -distinct, keep)
    return ScoreCurve(
        label,
        roc.value,
        area.value,
        int(hits[-1]),
        int(alarms[-1]),
        (float("inf"), *(-distinct[kept]).tolist()),
        (0, *hits[kept].tolist()),
        (0, *alarms[kept].tolist()),
    )


def score_curves(held: HeldOut) -> tuple[ScoreCurve, ...]:
    """Return the curve of the positive class, or of each of the ten commonest."""
    if held.task == "binary":
        threshold = held.threshold
        found = score_curve(held.positive, held.score, held.classes[1], threshold)
        return () if found is None else (found,)
    counts = np.bincount(held.codes, minlength=len(held.classes))
    codes = np.sort(np.argsort(-counts, kind="stable")[:MOST_CURVES])
    curves = (
        score_curve(
            (held.codes == code).astype(np.float64),
            held.output[:, code],
            held.classes[code],
        )
        for code in codes
    )
    return tuple(curve for curve in curves if curve is not None)


@dataclass(frozen=True)
class Calibration:
    """What was promised against what happened, in bins of equally many rows.

    Attributes
    ----------
    label : object
        The positive class; None when it is the predicted class of several.
    predicted, observed, low, high : tuple of float
        By bin: mean probability, share that it happened, and its interval.
    n_rows : tuple of int
    distance : float
        Mean distance of promise and share, weighted by rows.
    p_value : float
        Chance of such distances if every probability were right.
    """

    label: Any
    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n_rows: tuple[int, ...]
    distance: float
    p_value: float

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Return the record that `to_dict` wrote."""
        lists = ("predicted", "observed", "low", "high", "n_rows")
        return cls(**{**values, **{name: tuple(values[name]) for name in lists}})


def calibration(held: HeldOut, confidence: float = 0.95) -> Calibration:
    """Compare probabilities with what happened.

    Of two classes, the probability of the positive one is judged; of more, that of
    the predicted class.
    """
    if held.task == "binary":
        return calibration_of(held.positive, held.score, held.classes[1], confidence)
    hit: Floats = (held.predicted == held.codes).astype(np.float64)
    return calibration_of(hit, held.output.max(axis=1), None, confidence)


def calibration_of(
    happened: Floats, probability: Floats, label: Any, confidence: float = 0.95
) -> Calibration:
    """Compare one probability a row with what happened, in ten bins.

    Rows of equal probability stay in one bin.

    Examples
    --------
    >>> found = calibration_of(np.array([0.0, 1.0] * 20), np.full(40, 0.5), "yes")
    >>> found.predicted, found.observed, found.distance
    ((0.5,), (0.5,), 0.0)
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, probability, side="left")
    _, bins = np.unique(bins, return_inverse=True)
    n_rows = np.bincount(bins)
    predicted = np.bincount(bins, probability) / n_rows
    observed = np.bincount(bins, happened) / n_rows
    low, high = wilson_bounds(observed, n_rows, confidence)
    expected_spread = np.bincount(bins, probability * (1 - probability))
    surprise = (n_rows * (observed - predicted)) ** 2 / np.maximum(
        expected_spread, 0.05
    )
    return Calibration(
        label,
        tuple(predicted.tolist()),
        tuple(observed.tolist()),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(n_rows.tolist()),
        float(np.average(np.abs(observed - predicted), weights=n_rows)),
        float(chdtrc(len(n_rows), surprise.sum())),
    )


def _spread(way: Floats, threshold: Floats, keep: float | None) -> NDArray[np.int64]:
    """Return positions spread evenly along the curve's way, both ends among them."""
    if len(way) <= MOST_POINTS - 2:
        return np.arange(len(way))
    steps = np.linspace(way[0], way[-1], MOST_POINTS - 3)
    chosen = np.searchsorted(way, steps)
    if keep is not None:
        chosen = np.append(chosen, max(int((threshold >= keep).sum()) - 1, 0))
    return np.unique(np.append(chosen, len(way) - 1))
