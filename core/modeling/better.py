"""Is A better than B: how likely, beyond a difference that matters.

The Bayesian bootstrap (Rubin, "The Bayesian Bootstrap", Annals of Statistics 9, 1981)
gives every row a random weight from a flat Dirichlet law, and so a posterior of the
difference of two scores on the same rows. A zone of no practical difference around
zero splits it into better, practically equal and worse (Benavoli, Corani, Demsar and
Zaffalon, "Time for a change", JMLR 18, 2017, who call it rope).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from core.modeling.judged import Judged
from core.modeling.metrics import Floats
from core.modeling.scoring import Metric
from core.modeling.thresholds import decided

ZONE: Final = 0.01
N_DRAWS: Final = 1_000
_SURE: Final = 0.95


@dataclass(frozen=True)
class Better:
    """How likely one candidate is better than another on rows like these.

    Attributes
    ----------
    p_better, p_equal, p_worse : float
        That the first is better by more than the zone, within it, or worse; they sum
        to 1.
    gain : float
        By how much the first scores better on these rows; negative: worse.
    low, high : float
        The middle 95% of the posterior of that gain.
    zone : float
        Half width of the zone of no practical difference, in the metric's unit.
    n_rows : int
    """

    p_better: float
    p_equal: float
    p_worse: float
    gain: float
    low: float
    high: float
    zone: float
    n_rows: int

    @property
    def within_noise(self) -> bool:
        """Whether the first is not shown, and not likely, to be worse.

        Either it is better or practically equal with 95% probability; or the rows
        cannot tell the two apart, and worse is the less likely case.
        """
        if self.p_worse <= 1 - _SURE:
            return True
        return self.low <= 0 <= self.high and self.p_worse < 0.5


def is_better(  # noqa: PLR0913 the two, what they are scored by, and how
    judged: Judged,
    metric: Metric,
    first: str,
    second: str,
    *,
    zone: float = ZONE,
    n_draws: int = N_DRAWS,
    random_state: int = 0,
) -> Better:
    """Compare two candidates on the rows that neither has learned from.

    Parameters
    ----------
    judged : Judged
    metric : Metric
    first, second : str
        Names of candidates.
    zone : float, default=0.01
        A difference up to this does not matter: on the metric's own scale where
        higher is better (ROC AUC, accuracy, F1, R²), as a share of the mean of both
        scores for errors, losses and costs.
    n_draws : int, default=1000
    random_state : int, default=0

    Returns
    -------
    Better

    Raises
    ------
    ModelingError
        The answers of a candidate were not kept.

    Examples
    --------
    >>> from core.modeling.scoring import METRICS
    >>> y = np.arange(200.0)
    >>> judged = Judged(y, {"A": y + 0.1, "B": y + 3.0}, 200)
    >>> is_better(judged, METRICS["mae"], "A", "B").p_better
    1.0
    """
    first_scores = posterior_scores(
        judged, metric, first, n_draws=n_draws, random_state=random_state
    )
    second_scores = posterior_scores(
        judged, metric, second, n_draws=n_draws, random_state=random_state
    )
    return verdict(judged, metric, first_scores, second_scores, zone=zone)


def posterior_scores(
    judged: Judged,
    metric: Metric,
    candidate: str,
    *,
    n_draws: int = N_DRAWS,
    random_state: int = 0,
) -> Floats:
    """Return a candidate's score on the rows, then under each draw of weights.

    The same seed weights the rows of every candidate alike, so that differences are
    paired.

    Returns
    -------
    ndarray of shape (1 + n_draws,)
    """
    y = judged.y
    own = np.ones(len(y)) if judged.weight is None else judged.weight
    output = decided(metric, y, judged.of(candidate), weight=judged.weight)
    score = _scorer(metric, y, output)
    rng = np.random.default_rng(random_state)
    drawn = (own * rng.standard_exponential(len(y)) for _ in range(n_draws))
    return np.array([score(own), *(score(weight) for weight in drawn)])


def verdict(
    judged: Judged, metric: Metric, first: Floats, second: Floats, *, zone: float = ZONE
) -> Better:
    """Compare two candidates by what `posterior_scores` gave for each."""
    sign = 1.0 if metric.higher_is_better else -1.0
    gains = sign * (first - second)
    gain = float(gains[0])
    shrink = np.sqrt(len(judged.y) / judged.n_rows)  # a sample stands for all rows
    posterior = gain + (gains[1:] - gain) * shrink
    unit = 1.0 if metric.higher_is_better else abs(float(first[0] + second[0])) / 2
    width = zone * unit
    p_better = float((posterior > width).mean())
    p_worse = float((posterior < -width).mean())
    low, high = np.quantile(posterior, [0.025, 0.975])
    return Better(
        p_better, 1 - p_better - p_worse, p_worse, gain, float(low), float(high),
        width, judged.n_rows,
    )  # fmt: skip


def _scorer(metric: Metric, y: Floats, output: Floats) -> Callable[[Floats], float]:
    """Return what scores an output under weights; ROC AUC sorts only once."""
    if metric.name == "roc_auc":
        return _ranked_auc(y, output[:, 1])
    readable = metric.readable(output)
    return partial(_weighted, metric, y, readable)


def _weighted(metric: Metric, y: Floats, readable: Floats, weight: Floats) -> float:
    return metric.function(y, readable, weight)


def _ranked_auc(y: Floats, score: Floats) -> Callable[[Floats], float]:
    _, group = np.unique(score, return_inverse=True)
    n_groups, positive = int(group.max()) + 1, (y == 1).astype(np.float64)

    def auc(weight: Floats) -> float:
        ours = np.bincount(group, weight * positive, minlength=n_groups)
        others = np.bincount(group, weight, minlength=n_groups) - ours
        below = np.cumsum(others) - others
        pairs = ours.sum() * others.sum()
        return float((ours * (below + others / 2)).sum() / pairs)

    return auc
