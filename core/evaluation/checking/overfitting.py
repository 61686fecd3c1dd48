"""A gain over the baseline that mostly stays on the training rows."""

from typing import Final

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

LOST_SHARE: Final = 0.5


def look(evidence: Evidence) -> Verdict:
    """Find a training score beyond the interval, with half of the gain lost."""
    found, train = evidence.main, evidence.train_score
    head = evidence.evaluation.headline
    if found is None or train is None:
        return DoesNotApply(
            "the score on the training rows, or a baseline, is missing."
        )
    if head is None or head.low is None or head.high is None:
        return DoesNotApply("the metric has no interval on these rows.")
    sign = 1 if found.higher_is_better else -1
    gain_train = sign * (train - found.second)
    if gain_train <= 0:
        return DoesNotApply("not even the training rows show a gain over the baseline.")
    beyond = train > head.high if found.higher_is_better else train < head.low
    lost = 1 - sign * (found.first - found.second) / gain_train
    told = (
        f"{found.title} is {train:.4g} on the training rows and {found.first:.4g} on "
        "the test rows"
    )
    if not beyond or lost <= LOST_SHARE:
        return Passed(f"{told}.")
    return Finding(
        "EVAL-002",
        "warning",
        "Much of what was learned does not carry over",
        f"{told}: {lost:.0%} of the gain over the baseline is lost.",
        "Train on more rows or fewer columns, or choose a simpler candidate.",
    )


CHECK = Check("EVAL-002", "Does what it learned carry over?", look)
