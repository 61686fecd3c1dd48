"""Groups on which no error rate can be counted."""

from typing import Final

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding
from core.wording import counted

FEWEST_ROWS: Final = 30
_N_NAMED: Final = 6


def look(evidence: Evidence) -> Verdict:
    """Find groups with under 30 test rows."""
    groups = evidence.groups
    if not groups:
        return DoesNotApply("there are no cohorts and no columns of a few categories.")
    small = {name: n for name, n in groups.items() if n < FEWEST_ROWS}
    if not small:
        least = min(groups, key=lambda name: groups[name])
        return Passed(
            f"The smallest of {len(groups):,} groups, {least}, has "
            f"{counted('test row', groups[least])}."
        )
    named = ", ".join(f"{name} ({n})" for name, n in list(small.items())[:_N_NAMED])
    more = f" and {len(small) - _N_NAMED} more" if len(small) > _N_NAMED else ""
    return Finding(
        "EVAL-016",
        "note",
        "Nobody has counted the errors of some groups",
        f"{len(small)} of {len(groups)} groups have under {FEWEST_ROWS} of the "
        f"{evidence.evaluation.n_rows:,} test rows: {named}{more}.",
        "The numbers do not speak for them. Bring more rows of these groups before the "
        "model decides about them.",
    )


CHECK = Check("EVAL-016", "Are the errors of every group counted?", look)
