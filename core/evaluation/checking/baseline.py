"""A model that is not surely better than guessing."""

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding


def look(evidence: Evidence) -> Verdict:
    """Find a paired difference from the baseline whose interval reaches zero."""
    found = evidence.main
    if found is None:
        return DoesNotApply("there is no baseline to hold it against.")
    told = (
        f"{found.title} is {found.first:.4g} against {found.second:.4g} of the "
        f"baseline, a difference of {found.difference:+.3g} (interval "
        f"{found.low:+.3g} to {found.high:+.3g}) on "
        f"{evidence.evaluation.n_rows:,} rows."
    )
    if found.outcome == "better":
        return Passed(told)
    worse = found.outcome == "worse" or found.difference == 0
    return Finding(
        "EVAL-001",
        "problem" if worse else "warning",
        "The model is not better than the baseline"
        if worse
        else "The model is not proven better than the baseline",
        told,
        "Bring columns that have to do with the target, or more rows. Do not deploy "
        "it yet.",
    )


CHECK = Check("EVAL-001", "Is it better than the baseline?", look)
