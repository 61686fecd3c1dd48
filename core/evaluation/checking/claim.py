"""Too few test rows to confirm the difference that was claimed."""

import math

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding


def look(evidence: Evidence) -> Verdict:
    """Find an interval wider than the gain that validation rows promised."""
    found, claimed = evidence.main, evidence.claimed
    if found is None or claimed is None:
        return DoesNotApply("the gain on validation rows, or a baseline, is missing.")
    n_rows, half = evidence.evaluation.n_rows, (found.high - found.low) / 2
    if not claimed:
        return DoesNotApply("validation rows promised no gain over the baseline.")
    told = (
        f"On validation rows {found.title} was {claimed:+.3g} against the baseline; on "
        f"{n_rows:,} test rows such a difference is known to within {half:.3g}."
    )
    if half < abs(claimed):
        return Passed(told)
    needed = math.ceil(n_rows * (half / abs(claimed)) ** 2)
    return Finding(
        "EVAL-015",
        "warning",
        "There are too few test rows for the difference claimed",
        told,
        f"About {needed:,} test rows would confirm a difference of this size; hold out "
        "more rows, or bring new ones.",
    )


CHECK = Check("EVAL-015", "Are there enough test rows for the gain claimed?", look)
