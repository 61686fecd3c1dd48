"""Lift and gain: how much of a class is found among the rows ranked first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.evaluation.curves import ScoreCurve
from core.evaluation.intervals import wilson

SHARES: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
AVERAGE: Final = "mean of the classes"
_GRID: Final = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class Gain:
    """What is found of a class when rows are taken in the order of its probability.

    Attributes
    ----------
    label : str
    share : tuple of float
        Of all rows taken, rising from 0 to 1.
    found : tuple of float
        Of the rows of the class, the share that is among them.
    prevalence : float
        Share of the class among all rows.
    """

    label: str
    share: tuple[float, ...]
    found: tuple[float, ...]
    prevalence: float

    @property
    def lift(self) -> tuple[float, ...]:
        """How many times more of the class than in rows taken at random."""
        return tuple(
            f / s if s else float("nan")
            for f, s in zip(self.found, self.share, strict=True)
        )

    def at(self, share: float) -> float:
        """Return the share found when this share of the rows is taken."""
        return float(np.interp(share, self.share, self.found))


@dataclass(frozen=True)
class GainPoint:
    """What the first rows hold, with 95 % intervals.

    Attributes
    ----------
    share : float
        Of all rows taken.
    n_rows : int
        How many these are.
    found, found_low, found_high : float
        Share of the class that is among them.
    lift, lift_low, lift_high : float
        Times more than in rows taken at random.
    """

    share: float
    n_rows: int
    found: float
    found_low: float
    found_high: float
    lift: float
    lift_low: float
    lift_high: float


def gain(curve: ScoreCurve) -> Gain:
    """Return what is found along the ranking; straight between kept points.

    Examples
    --------
    >>> from core.evaluation.curves import score_curve
    >>> y, score = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.9, 0.2, 0.8])
    >>> found = gain(score_curve(y, score, "yes"))
    >>> found.at(0.5), found.lift[1]
    (1.0, 2.0)
    """
    flagged = np.asarray(curve.true_positives) + np.asarray(curve.false_positives)
    n_rows = curve.n_positive + curve.n_negative
    return Gain(
        str(curve.label),
        tuple((flagged / n_rows).tolist()),
        tuple(curve.recall.tolist()),
        curve.n_positive / n_rows,
    )


def mean_gain(gains: Sequence[Gain]) -> Gain:
    """Return the mean over classes at each share of rows, each class alike.

    Examples
    --------
    >>> line = Gain("a", (0.0, 1.0), (0.0, 1.0), 0.5)
    >>> mean_gain([line, line]).at(0.25)
    0.25
    """
    found = np.mean([[each.at(share) for share in _GRID] for each in gains], axis=0)
    prevalence = float(np.mean([each.prevalence for each in gains]))
    return Gain(AVERAGE, tuple(_GRID.tolist()), tuple(found.tolist()), prevalence)


def gain_points(curve: ScoreCurve) -> tuple[GainPoint, ...]:
    """Return what the first 1 to 50 % of the rows hold; Wilson's intervals.

    The interval of the lift is that of the precision among the rows taken, over the
    share of the class.

    Examples
    --------
    >>> from core.evaluation.curves import score_curve
    >>> score = np.linspace(0, 1, 200)
    >>> point = gain_points(score_curve((score > 0.5).astype(float), score, "yes"))[2]
    >>> point.share, point.n_rows, point.found, point.lift
    (0.1, 20, 0.2, 2.0)
    """
    found = gain(curve)
    n_rows = curve.n_positive + curve.n_negative
    points = []
    for share in SHARES:
        n_taken = max(round(share * n_rows), 1)
        part = min(found.at(n_taken / n_rows), 1.0)
        right = min(part * curve.n_positive / n_taken, 1.0)
        recall = wilson(part, curve.n_positive)
        precision = wilson(right, n_taken)
        points.append(
            GainPoint(
                share, n_taken, part, recall.low, recall.high,
                right / found.prevalence, precision.low / found.prevalence,
                precision.high / found.prevalence,
            )
        )  # fmt: skip
    return tuple(points)
