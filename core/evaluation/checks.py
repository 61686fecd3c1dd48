"""Findings about an evaluation: what its numbers together say of the model.

A check yields nothing when it finds nothing, and also when what it needs was not
given: the comparison with the baseline, or the score on the training rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from core.evaluation.comparison import Comparison, Difference
from core.evaluation.evaluation import Evaluation
from core.findings import Finding

LOST_SHARE: Final = 0.5
FAR_OFF: Final = 0.03
SURELY: Final = 0.01
NEARLY_ALL: Final = 0.8
HEAVY: Final = 0.25
FEWEST_TO_CALIBRATE: Final = 200


@dataclass(frozen=True, eq=False)
class Evidence:
    """An evaluation and what it can be held against.

    Attributes
    ----------
    evaluation : Evaluation
    against_baseline : Comparison or None
        The model (first) against the baseline, on the same rows.
    train_score : float or None
        The model's metric on its training rows.
    """

    evaluation: Evaluation
    against_baseline: Comparison | None = None
    train_score: float | None = None

    @property
    def main(self) -> Difference | None:
        """The model's own metric against the baseline."""
        if self.against_baseline is None or self.evaluation.headline is None:
            return None
        return self.against_baseline.differences.get(self.evaluation.headline.name)


def no_better_than_baseline(evidence: Evidence) -> Iterator[Finding]:
    """Find a model that is not surely better than guessing."""
    found = evidence.main
    if found is None or found.outcome == "better":
        return
    worse = found.outcome == "worse" or found.difference == 0
    yield Finding(
        "EVAL-001",
        "problem" if worse else "warning",
        "The model is not better than the baseline"
        if worse
        else "The model is not proven better than the baseline",
        f"{found.title} is {found.first:.4g} against {found.second:.4g} of the "
        f"baseline, a difference of {found.difference:+.3g} (interval "
        f"{found.low:+.3g} to {found.high:+.3g}) on "
        f"{evidence.evaluation.n_rows:,} rows.",
        "Bring columns that have to do with the target, or more rows. Do not deploy "
        "it yet.",
    )


def overfitting(evidence: Evidence) -> Iterator[Finding]:
    """Find a gain over the baseline that mostly stays on the training rows."""
    found, train = evidence.main, evidence.train_score
    if found is None or train is None:
        return
    sign = 1 if found.higher_is_better else -1
    gain_train, gain_test = (
        sign * (train - found.second),
        sign * (found.first - found.second),
    )
    head = evidence.evaluation.headline
    if head is None or head.low is None or head.high is None or gain_train <= 0:
        return
    beyond = train > head.high if found.higher_is_better else train < head.low
    lost = 1 - gain_test / gain_train
    if beyond and lost > LOST_SHARE:
        yield Finding(
            "EVAL-002",
            "warning",
            "Much of what was learned does not carry over",
            f"{found.title} is {train:.4g} on the training rows and "
            f"{found.first:.4g} on the test rows: {lost:.0%} of the gain over the "
            "baseline is lost.",
            "Train on more rows or fewer columns, or choose a simpler candidate.",
        )


def miscalibrated(evidence: Evidence) -> Iterator[Finding]:
    """Find probabilities that are surely and clearly off."""
    found = evidence.evaluation.calibration
    if found is None or evidence.evaluation.n_rows < FEWEST_TO_CALIBRATE:
        return
    if found.p_value < SURELY and found.distance > FAR_OFF:
        yield Finding(
            "EVAL-005",
            "warning",
            "The probabilities cannot be taken at their word",
            f"They differ from what happened by {found.distance * 100:.1f} points on "
            f"average, on {evidence.evaluation.n_rows:,} rows (p = "
            f"{found.p_value:.2g}).",
            "Use the order and the decision, not the probability itself, or choose a "
            "candidate that is better calibrated.",
        )


def one_column_carries_all(evidence: Evidence) -> Iterator[Finding]:
    """Find a model that lives on a single column."""
    ranked = evidence.evaluation.importance
    total = sum(max(item.value, 0.0) for item in ranked)
    if len(ranked) < 3 or not total:
        return
    first, second = ranked[0], ranked[1]
    if first.value > NEARLY_ALL * total and first.low > max(second.high, 0.0):
        basis = evidence.evaluation.importance_basis
        n_rows = basis.n_rows if basis else evidence.evaluation.n_rows
        yield Finding(
            "EVAL-006",
            "warning",
            "One column carries nearly all of the model",
            f"{first.column!r} has {first.value / total:.0%} of all importance, "
            f"measured on {n_rows:,} test rows.",
            "Make sure that it is known before the outcome is; else the model looks "
            "into the future and fails in use.",
            (first.column,),
        )


def heavy_tails(evidence: Evidence) -> Iterator[Finding]:
    """Find errors so uneven that a few rows decide the numbers."""
    found = evidence.evaluation.residuals
    if found is None or found.largest_share <= HEAVY:
        return
    if evidence.evaluation.n_rows < FEWEST_TO_CALIBRATE:
        return
    yield Finding(
        "EVAL-010",
        "warning",
        "A few rows decide the error",
        f"The worst hundredth of the rows has {found.largest_share:.0%} of all "
        "squared error; the interval of RMSE is too narrow then.",
        "Look at these rows, and judge by MAE or the median error.",
    )


CHECKS: Final[tuple[Callable[[Evidence], Iterator[Finding]], ...]] = (
    no_better_than_baseline,
    overfitting,
    miscalibrated,
    one_column_carries_all,
    heavy_tails,
)
"""Every check of an evaluation; each yields findings or nothing."""

CODES: Final = tuple(f"EVAL-{number:03d}" for number in range(1, 12))
"""Every code that an evaluation can give."""


def review(
    evaluation: Evaluation,
    *,
    against_baseline: Comparison | None = None,
    train_score: float | None = None,
) -> tuple[Finding, ...]:
    """Return an evaluation's own findings and those of what it is held against.

    Parameters
    ----------
    evaluation : Evaluation
    against_baseline : Comparison, default=None
        Of the model (first) with the baseline.
    train_score : float, default=None
        The model's metric on its training rows.

    Returns
    -------
    tuple of Finding
    """
    evidence = Evidence(evaluation, against_baseline, train_score)
    found = [finding for check in CHECKS for finding in check(evidence)]
    known = {finding.code for finding in evaluation.findings}
    return (*evaluation.findings, *(f for f in found if f.code not in known))
