"""Probabilities that are surely and clearly off."""

from typing import Final

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

FAR_OFF: Final = 0.03
SURELY: Final = 0.01
FEWEST_ROWS: Final = 200


def look(evidence: Evidence) -> Verdict:
    """Find bins whose promise and outcome differ by more than chance allows."""
    found, n_rows = evidence.evaluation.calibration, evidence.evaluation.n_rows
    if found is None:
        return DoesNotApply("the model gives no probabilities.")
    if n_rows < FEWEST_ROWS:
        return DoesNotApply(f"{n_rows:,} rows are too few; {FEWEST_ROWS} are needed.")
    told = (
        f"They differ from what happened by {found.distance * 100:.1f} points on "
        f"average, on {n_rows:,} rows (p = {found.p_value:.2g})."
    )
    if found.p_value >= SURELY or found.distance <= FAR_OFF:
        return Passed(told)
    return Finding(
        "EVAL-005",
        "warning",
        "The probabilities cannot be taken at their word",
        told,
        "Use the order and the decision, not the probability itself, or choose a "
        "candidate that is better calibrated.",
    )


CHECK = Check("EVAL-005", "Can its probabilities be taken at their word?", look)
