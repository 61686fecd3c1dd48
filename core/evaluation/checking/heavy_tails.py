"""Errors so uneven that a few rows decide the numbers."""

from typing import Final

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

HEAVY: Final = 0.25
FEWEST_ROWS: Final = 200


def look(evidence: Evidence) -> Verdict:
    """Find a hundredth of the rows with more than a quarter of all squared error."""
    found, n_rows = evidence.evaluation.residuals, evidence.evaluation.n_rows
    if found is None:
        return DoesNotApply("the model does not predict numbers.")
    if n_rows < FEWEST_ROWS:
        return DoesNotApply(f"{n_rows:,} rows are too few; {FEWEST_ROWS} are needed.")
    told = (
        f"The worst hundredth of the rows has {found.largest_share:.0%} of all "
        "squared error"
    )
    if found.largest_share <= HEAVY:
        return Passed(f"{told}.")
    return Finding(
        "EVAL-010",
        "warning",
        "A few rows decide the error",
        f"{told}; the interval of RMSE is too narrow then.",
        "Look at these rows, and judge by MAE or the median error.",
    )


CHECK = Check("EVAL-010", "Is the error that of many rows?", look)
