"""A score that hangs on which rows were learned from."""

from typing import Final

import numpy as np

from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

FEWEST_FITS: Final = 3
TOO_MUCH: Final = 0.5


def look(evidence: Evidence) -> Verdict:
    """Find fits on other rows whose scores differ by half the gain over the baseline.

    The difference is two standard deviations of their scores.
    """
    scores, found = evidence.refits, evidence.main
    if scores is None or len(scores) < FEWEST_FITS:
        return DoesNotApply(
            f"it takes {FEWEST_FITS} fits on different rows; the learning curve makes "
            "them."
        )
    if found is None or not found.difference:
        return DoesNotApply("there is no gain over a baseline to hold it against.")
    spread = 2 * float(np.std(scores, ddof=1))
    told = (
        f"{len(scores)} fits on different rows and seeds reach {found.title} "
        f"{min(scores):.4g} to {max(scores):.4g}; the gain over the baseline is "
        f"{abs(found.difference):.3g}."
    )
    if spread <= TOO_MUCH * abs(found.difference):
        return Passed(told)
    return Finding(
        "EVAL-014",
        "warning",
        "The score hangs on which rows were learned from",
        told,
        "Bring more rows or choose a simpler candidate; a new fit may well be worse "
        "than this one.",
    )


CHECK = Check("EVAL-014", "Would other rows and seeds give the same model?", look)
