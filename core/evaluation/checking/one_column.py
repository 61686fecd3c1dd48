"""A model that lives on a single column."""

from typing import Final

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

NEARLY_ALL: Final = 0.8


def look(evidence: Evidence) -> Verdict:
    """Find a column with more than 80 % of all importance, surely above the next."""
    ranked = evidence.evaluation.importance
    total = sum(max(item.value, 0.0) for item in ranked)
    if len(ranked) < 3 or not total:
        return DoesNotApply("the importance of three columns or more is not known.")
    first, second = ranked[0], ranked[1]
    basis = evidence.evaluation.importance_basis
    n_rows = basis.n_rows if basis else evidence.evaluation.n_rows
    told = (
        f"{first.column!r} has {first.value / total:.0%} of all importance, "
        f"measured on {n_rows:,} test rows."
    )
    if first.value <= NEARLY_ALL * total or first.low <= max(second.high, 0.0):
        return Passed(told)
    return Finding(
        "EVAL-006",
        "warning",
        "One column carries nearly all of the model",
        told,
        "Make sure that it is known before the outcome is; else the model looks "
        "into the future and fails in use.",
        (first.column,),
    )


CHECK = Check("EVAL-006", "Does it rest on more than one column?", look)
