"""The parts of an evaluation, one tab each; only the open one is drawn."""

from collections.abc import Callable

import streamlit as st

from core.evaluation import Evaluation
from core.plots.evaluation import (
    draw_calibration,
    draw_confusion,
    draw_importance,
    draw_precision_recall,
    draw_roc,
)
from core.plots.residuals import (
    draw_predicted_actual,
    draw_residual_histogram,
    draw_residuals,
)
from core.wording import score_text
from pages.shared.evaluate_coverage import show_coverage
from pages.shared.evaluate_words import basis_words, classes_table
from pages.shared.frame import md, show_chart

Show = Callable[[Evaluation], None]


def show_parts(found: Evaluation) -> None:
    """Show tabs that fit the task."""
    parts = _NUMBERS if found.task == "regression" else _CLASSES
    tabs = st.tabs(list(parts), key="evaluate-part", on_change="rerun")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show(found)


def show_confusion(found: Evaluation) -> None:
    """Show what is taken for what, and from which probability on."""
    if found.confusion is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_chart(draw_confusion(found.confusion), "confusion")
    with right:
        st.markdown(
            f"**{found.confusion.n_right:,} of {found.n_rows:,} rows are right.**"
        )
        if found.threshold is not None:
            st.markdown(
                f"A row counts as **{md(found.pos_label)}** when its probability is at "
                f"least **{score_text(found.threshold)}**, the threshold that is saved "
                "with the model. A lower one finds more of them and raises more false "
                "alarms."
            )
    if found.task == "multiclass":
        st.dataframe(
            classes_table(found.classes),
            hide_index=True,
            alt="Recall, precision and F1 of each class with intervals",
            key="classes",
        )


def show_curves(found: Evaluation) -> None:
    """Show what every threshold would do."""
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


def show_calibration(found: Evaluation) -> None:
    """Show whether probabilities can be taken at their word."""
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
                "the probabilities from what happened."
            )


def show_predicted(found: Evaluation) -> None:
    """Show predicted against actual numbers."""
    if found.predicted_actual is not None:
        chart = draw_predicted_actual(found.predicted_actual, found.target)
        show_chart(chart, "predicted-actual")


def show_residuals(found: Evaluation) -> None:
    """Show what was missed, along the prediction and by size."""
    if found.residuals is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_chart(draw_residuals(found.residuals, found.target), "residuals")
    with right:
        show_chart(draw_residual_histogram(found.residuals), "residual-histogram")


def show_importance(found: Evaluation) -> None:
    """Show on which columns the model relies."""
    if found.importance_basis is None:
        st.info("The importance of columns was not measured.")
        return
    show_chart(draw_importance(found.importance, found.importance_basis), "importance")
    st.caption(basis_words(found.importance_basis, found.n_rows))


_CLASSES: dict[str, Show] = {
    "Confusion": show_confusion,
    "ROC and PR": show_curves,
    "Calibration": show_calibration,
    "Uncertainty": show_coverage,
    "Importance": show_importance,
}
_NUMBERS: dict[str, Show] = {
    "Predicted and actual": show_predicted,
    "Residuals": show_residuals,
    "Uncertainty": show_coverage,
    "Importance": show_importance,
}
