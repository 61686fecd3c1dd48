"""A column, or a score, that is too good to be known in time."""

from typing import Final

from core.data.leaks import ALONE_AUC, CERTAIN_R2
from core.evaluation.checking.check import Check, DoesNotApply, Passed, Verdict
from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

TOO_GOOD: Final = 0.995
_JUDGED: Final = ("roc_auc", "roc_auc_macro", "r2")


def look(evidence: Evidence) -> Verdict:
    """Find a column that nearly decides the target alone, or a nearly perfect score."""
    if not evidence.alone:
        return DoesNotApply("no column could be tried alone on these rows.")
    best = max(evidence.alone, key=lambda item: item.low)
    told = (
        f"{best.column!r} alone reaches {best.metric} {best.score:.3f} (at least "
        f"{best.low:.3f}) on {best.n_rows:,} test rows."
    )
    if best.low >= (ALONE_AUC if best.metric == "AUC" else CERTAIN_R2):
        return Finding(
            "EVAL-012",
            "problem",
            "A column may know the outcome",
            told,
            "Ask whether it is known at the moment of prediction. If it is filled in "
            "afterwards, or is the target in other words, drop it and train again.",
            (best.column,),
        )
    metrics = evidence.evaluation.metrics
    for value in (metrics[name] for name in _JUDGED if name in metrics):
        if value.low is not None and value.low >= TOO_GOOD:
            return Finding(
                "EVAL-012",
                "warning",
                "The score is nearly perfect",
                f"{value.title} is {value.value:.4f} (at least {value.low:.4f}) on "
                f"{evidence.evaluation.n_rows:,} test rows. {told}",
                "Few real problems are so easy: look for columns that come after the "
                "outcome, and for rows that stand in several sets.",
            )
    return Passed(told)


CHECK = Check("EVAL-012", "Is every column known in time?", look)
