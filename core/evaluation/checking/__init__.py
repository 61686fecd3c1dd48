"""Checks of an evaluation: what its numbers together say of the model.

One pitfall a module. A check gives a finding, or that it passed, or why it does not
apply; docs/findings.md has a heading for each code.
"""

from typing import Final

from core.evaluation.checking import (
    apart,
    baseline,
    calibration,
    claim,
    groups,
    heavy_tails,
    leak,
    one_column,
    overfitting,
    stability,
)
from core.evaluation.checking.check import Check, CheckResult, DoesNotApply, Passed
from core.evaluation.checking.evidence import Evidence
from core.evaluation.comparison import Comparison
from core.evaluation.evaluation import Evaluation
from core.findings import Finding

CHECKS: Final[tuple[Check, ...]] = (
    baseline.CHECK,
    overfitting.CHECK,
    leak.CHECK,
    apart.CHECK,
    stability.CHECK,
    calibration.CHECK,
    one_column.CHECK,
    claim.CHECK,
    groups.CHECK,
    heavy_tails.CHECK,
)
"""Every check of an evaluation, in the order in which they are shown."""

CODES: Final = tuple(f"EVAL-{number:03d}" for number in range(1, 17))
"""Every code that an evaluation can give, those of its rows included."""


def run_checks(evidence: Evidence) -> tuple[CheckResult, ...]:
    """Run every check, and return what each came to."""
    return tuple(check.run(evidence) for check in CHECKS)


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
    known = {finding.code for finding in evaluation.findings}
    found = (result.finding for result in run_checks(evidence))
    new = (f for f in found if f is not None and f.code not in known)
    return (*evaluation.findings, *new)


__all__ = [
    "CHECKS",
    "CODES",
    "Check",
    "CheckResult",
    "DoesNotApply",
    "Evidence",
    "Passed",
    "review",
    "run_checks",
]
