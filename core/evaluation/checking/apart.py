"""Test rows that are not like the training rows."""

from typing import Final

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

APART: Final = 0.6
FEWEST_ROWS: Final = 200


def look(evidence: Evidence) -> Verdict:
    """Find that a quick model tells test from training rows with AUC above 0.6."""
    found = evidence.apart
    if found is None:
        few = evidence.n_each is not None and evidence.n_each < FEWEST_ROWS
        return DoesNotApply(
            f"{evidence.n_each:,} rows of a set are too few; {FEWEST_ROWS} are needed."
            if few
            else "the training rows are not at hand."
        )
    told = (
        f"A quick model tells them apart with AUC {found.score:.2f} "
        f"({found.low:.2f} to {found.high:.2f}, on {found.n_rows:,} rows); 0.50 would "
        "be no difference."
    )
    if found.low <= APART:
        return Passed(told)
    return Finding(
        "EVAL-013",
        "warning",
        "Test rows differ from training rows",
        told,
        "Expected after a split by time or group: the numbers then speak for such "
        "later rows. Otherwise split at random and evaluate again.",
    )


CHECK = Check("EVAL-013", "Are the test rows like the training rows?", look)
