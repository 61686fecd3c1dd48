"""The parts of an evaluation, one tab each; only the open one is drawn."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.plots.evaluation import (
    draw_calibration,
    draw_importance,
    draw_precision_recall,
    draw_roc,
)
from core.wording import score_text
from core.workspace import Cycle, EvaluationRecord
from pages.shared.evaluate_confusion import show_confusion
from pages.shared.evaluate_coverage import show_coverage
from pages.shared.evaluate_gains import show_gains
from pages.shared.evaluate_numbers import (
    show_errors,
    show_predicted,
    show_residuals,
    show_worst,
)
from pages.shared.evaluate_rows import Report, opened_rows
from pages.shared.evaluate_words import basis_words
from pages.shared.frame import md, show_chart

Show = Callable[[Report], None]


def show_parts(cycle: Cycle, record: EvaluationRecord) -> None:
    """Show tabs that fit the task."""
    found = record.champion
    report = Report(found, partial(opened_rows, cycle.id, record.id))
    parts = _NUMBERS if found.task == "regression" else _CLASSES
    tabs = st.tabs(list(parts), key="evaluate-part", on_change="rerun")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show(report)


def show_curves(report: Report) -> None:
    """Show what every threshold would do."""
    found = report.evaluation
    if not found.curves:
        st.info("Curves need rows of at least two classes.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**ROC**")
        show_chart(draw_roc(found.curves, found.threshold), "roc")
    with right:
        st.markdown("**Precision and recall**")
        show_chart(draw_precision_recall(found.curves, found.threshold), "pr")
    if found.task == "multiclass" and len(found.classes) > len(found.curves):
        st.caption("Each class against the rest; the most frequent ones are drawn.")
    elif found.task == "multiclass":
        st.caption("Each class against the rest.")


def show_calibration(report: Report) -> None:
    """Show whether probabilities can be taken at their word."""
    found = report.evaluation
    if found.calibration is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_chart(draw_calibration(found.calibration), "calibration")
    with right:
        of = (
            "of the predicted class"
            if found.calibration.label is None
            else f"of {md(found.calibration.label)}"
        )
        st.markdown(
            f"The probability {of} differs from what happened by "
            f"**{found.calibration.distance * 100:.1f} points** on average."
        )
        brier = found.metrics.get("brier")
        if brier is not None:
            st.caption(
                f"Brier score {score_text(brier.value)}: the mean squared distance of "
                "the probabilities from what happened. They are corrected under "
                "*Decision*."
            )


def show_importance(report: Report) -> None:
    """Show on which columns the model relies."""
    found = report.evaluation
    if found.importance_basis is None:
        st.info("The importance of columns was not measured.")
        return
    show_chart(draw_importance(found.importance, found.importance_basis), "importance")
    st.caption(basis_words(found.importance_basis, found.n_rows))


def show_promises(report: Report) -> None:
    """Show how often intervals or sets held the truth."""
    show_coverage(report.evaluation)


_CLASSES: dict[str, Show] = {
    "Confusion": show_confusion,
    "ROC and PR": show_curves,
    "Lift and gain": show_gains,
    "Calibration": show_calibration,
    "Uncertainty": show_promises,
    "Importance": show_importance,
}
_NUMBERS: dict[str, Show] = {
    "Predicted and actual": show_predicted,
    "Residuals": show_residuals,
    "Error by group": show_errors,
    "Worst rows": show_worst,
    "Uncertainty": show_promises,
    "Importance": show_importance,
}
