"""Learning curves: would more rows help, and how many.

The error is followed over growing shares of the training rows and described by a power
law with a floor, error(n) = floor + scale * n ** -rate, the usual shape of such curves
(Cortes et al. 1994; Hestness et al. 2017; review: Viering and Loog 2023). Its
uncertainty is that of drawing the fits anew (bootstrap within each size).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

from core.modeling.metrics import Floats

BETTER_BY: Final = 0.1
FARTHEST: Final = 10.0
FEWEST_SIZES: Final = 4
_RATES: Final = np.geomspace(0.05, 2.0, 40)
_DRAWS: Final = 300
_WORTH: Final = 0.02

Answer = Literal["yes", "hardly", "not sure"]


@dataclass(frozen=True)
class SizePoint:
    """Fits on as many rows, drawn anew each time, and their scores."""

    n_rows: int
    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean score."""
        return float(np.mean(self.scores))


@dataclass(frozen=True)
class LearningCurve:
    """Scores over growing numbers of training rows.

    Attributes
    ----------
    candidate : str
        What was fitted.
    metric, title : str
    higher_is_better : bool
    best : float
        The score of a perfect model; the error is the distance from it.
    n_valid : int
        Rows that every fit was scored on.
    points : tuple of SizePoint
        Fewest rows first.
    """

    candidate: str
    metric: str
    title: str
    higher_is_better: bool
    best: float
    n_valid: int
    points: tuple[SizePoint, ...]

    @property
    def n_rows(self) -> int:
        """Most rows that were learned from."""
        return self.points[-1].n_rows

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "LearningCurve":
        """Return the curve that `to_dict` wrote."""
        points = [SizePoint(p["n_rows"], tuple(p["scores"])) for p in values["points"]]
        return cls(**{**values, "points": tuple(points)})


@dataclass(frozen=True, eq=False)
class Outlook:
    """What more rows would bring, from the power law.

    Attributes
    ----------
    n_rows : ndarray of shape (n_grid,)
        From the fewest rows to ten times the most.
    score, low, high : ndarray of shape (n_grid,)
        What is expected there, with its 95 % interval.
    gain, gain_low, gain_high : float
        By how much twice the rows would better the score; positive is better.
    answer : {"yes", "hardly", "not sure"}
        Whether twice the rows help: surely more than 2 % of the error, surely less,
        or neither.
    n_needed : int or None
        Rows that lower the error by a tenth; None where no number up to ten times the
        present one does.
    n_needed_low, n_needed_high : int or None
        Its 95 % interval; None: more than ten times as many.
    """

    n_rows: Floats
    score: Floats
    low: Floats
    high: Floats
    gain: float
    gain_low: float
    gain_high: float
    answer: Answer
    n_needed: int | None
    n_needed_low: int | None
    n_needed_high: int | None


def look_ahead(curve: LearningCurve, *, random_state: int = 0) -> Outlook | None:
    """Say what more rows would bring.

    Parameters
    ----------
    curve : LearningCurve
    random_state : int, default=0
        Of the bootstrap.

    Returns
    -------
    Outlook or None
        None with fewer than four sizes.

    Examples
    --------
    >>> sizes = (50, 100, 200, 400)
    >>> points = tuple(SizePoint(n, (0.9 - 4 / n, 0.9 - 4.1 / n)) for n in sizes)
    >>> curve = LearningCurve("A", "roc_auc", "ROC AUC", True, 1.0, 300, points)
    >>> ahead = look_ahead(curve)
    >>> ahead.answer, round(ahead.gain, 3)
    ('yes', 0.005)
    """
    points = [point for point in curve.points if point.scores]
    if len(points) < FEWEST_SIZES:
        return None
    sizes = np.array([point.n_rows for point in points], dtype=np.float64)
    rng = np.random.default_rng(random_state)
    errors = [np.abs(curve.best - np.array(point.scores)) for point in points]
    counts = np.array([len(each) for each in errors], dtype=np.float64)
    means = np.array([each.mean() for each in errors])
    laws = [fit_power_law(sizes, means, counts)]
    laws += [
        fit_power_law(sizes, np.array([_redrawn(e, rng) for e in errors]), counts)
        for _ in range(_DRAWS)
    ]
    return _outlook(curve, sizes, np.array(laws))


def fit_power_law(
    sizes: Floats, errors: Floats, weights: Floats
) -> tuple[float, float, float]:
    """Return floor, scale and rate of the power law, by weighted least squares.

    Floor and scale are not negative; the rate is the best of 40 from 0.05 to 2.

    Examples
    --------
    >>> n = np.array([10.0, 100.0, 1000.0])
    >>> floor, scale, rate = fit_power_law(n, 0.1 + 2 / n**0.5, np.ones(3))
    >>> round(floor, 2), round(rate, 1)
    (0.09, 0.5)
    """
    x = (sizes / sizes[-1]) ** -_RATES[:, None]
    w = weights / weights.sum()
    x_mean, y_mean = (x * w).sum(axis=1), float((errors * w).sum())
    spread = (w * (x - x_mean[:, None]) ** 2).sum(axis=1)
    slope = (w * (x - x_mean[:, None]) * (errors - y_mean)).sum(axis=1) / spread
    slope = np.maximum(slope, 0.0)
    floor = y_mean - slope * x_mean
    below = floor < 0
    through_zero = (w * x * errors).sum(axis=1) / (w * x**2).sum(axis=1)
    slope, floor = np.where(below, through_zero, slope), np.where(below, 0.0, floor)
    lost = (w * (errors - floor[:, None] - slope[:, None] * x) ** 2).sum(axis=1)
    best = int(lost.argmin())
    rate = float(_RATES[best])
    return float(floor[best]), float(slope[best] * sizes[-1] ** rate), rate


def _redrawn(errors: Floats, rng: np.random.Generator) -> float:
    """Return the mean of errors drawn anew; as a t would spread for so few fits."""
    n = len(errors)
    drawn = float(rng.choice(errors, n).mean())
    widen = (n / (n - 1)) ** 0.5 if n > 1 else 1.0
    return float(errors.mean()) + widen * (drawn - float(errors.mean()))


def _at(laws: Floats, n_rows: Floats) -> Floats:
    floor, scale, rate = laws.T[:, :, None]
    expected: Floats = floor + scale * n_rows[None, :] ** -rate
    return expected


def _outlook(curve: LearningCurve, sizes: Floats, laws: Floats) -> Outlook:
    now = sizes[-1]
    grid = np.geomspace(sizes[0], FARTHEST * now, 60)
    errors = _at(laws, grid)
    sign = -1.0 if curve.higher_is_better else 1.0
    scores = curve.best + sign * errors
    low, high = np.quantile(scores[1:], (0.025, 0.975), axis=0)
    here, twice = _at(laws, np.array([now, 2 * now])).T
    gains = here - twice
    gain_low, gain_high = np.quantile(gains[1:], (0.025, 0.975))
    needed = np.array([_needed(law, now) for law in laws])
    n_low, n_high = np.quantile(needed[1:], (0.025, 0.975), method="nearest")
    return Outlook(
        grid, scores[0], np.minimum(low, scores[0]), np.maximum(high, scores[0]),
        float(gains[0]), min(float(gain_low), float(gains[0])),
        max(float(gain_high), float(gains[0])),
        _answer(float(gain_low), float(gain_high), float(here[0])),
        *(_rows(value, now) for value in (needed[0], n_low, n_high)),
    )  # fmt: skip


def _answer(low: float, high: float, error: float) -> Answer:
    if low > _WORTH * error:
        return "yes"
    return "hardly" if high < _WORTH * error else "not sure"


def _needed(law: Floats, now: float) -> float:
    """Return the rows at which the error is a tenth lower; infinite where nowhere."""
    floor, scale, rate = law
    aim = (1 - BETTER_BY) * (floor + scale * now**-rate) - floor
    return float((scale / aim) ** (1 / rate)) if aim > 0 and scale > 0 else np.inf


def _rows(needed: float, now: float) -> int | None:
    return int(np.ceil(needed)) if needed <= FARTHEST * now else None


def sizes_of(n_rows: int, fewest: int = 50) -> Sequence[int]:
    """Return how many rows to learn from at each point of a curve.

    Examples
    --------
    >>> list(sizes_of(1600))
    [100, 200, 400, 800, 1280, 1600]
    """
    shares = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 4 / 5, 1.0)
    return sorted(
        {int(n_rows * s) for s in shares if n_rows * s >= min(fewest, n_rows)}
    )
