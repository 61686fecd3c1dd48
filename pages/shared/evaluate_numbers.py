"""Predicted numbers: against the truth, what was missed, where, and the worst rows."""

import pandas as pd
import streamlit as st

from core.evaluation.error_by import ErrorGroup, error_by, worst_rows
from core.plots.errors import draw_error_by
from core.plots.residuals import (
    draw_predicted_actual,
    draw_residual_histogram,
    draw_residuals,
)
from core.wording import score_text, with_interval
from pages.shared.evaluate_rows import Report, show_opened
from pages.shared.frame import show_chart, stop_on_error

_ACTUAL, _PREDICTED = "the actual value", "the predicted value"
N_WORST = 20


def show_predicted(report: Report) -> None:
    """Show predicted against actual numbers."""
    found = report.evaluation
    if found.predicted_actual is not None:
        chart = draw_predicted_actual(found.predicted_actual, found.target)
        show_chart(chart, "predicted-actual")


def show_residuals(report: Report) -> None:
    """Show what was missed, along the prediction and by size."""
    found = report.evaluation
    if found.residuals is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_chart(draw_residuals(found.residuals, found.target), "residuals")
    with right:
        show_chart(draw_residual_histogram(found.residuals), "residual-histogram")


def show_errors(report: Report) -> None:
    """Show how far the model is off in tenths of the target, or by any column."""
    with stop_on_error():
        given = report.rows()
    target = report.evaluation.target
    columns = [name for name in given.frame.columns if name != target]
    place = st.selectbox(
        "Error by", range(len(columns) + 2), key="error-by", width=360,
        format_func=lambda i: _way(i, columns),
    )  # fmt: skip
    if place == 0:
        name, values = _ACTUAL, given.frame[target]
    elif place == 1:
        name, values = _PREDICTED, pd.Series(given.held.output)
    else:
        name = columns[place - 2]
        values = given.frame[name]
    groups = error_by(given.held.error, values.reset_index(drop=True))
    show_chart(draw_error_by(groups, name, target), "error-by-chart")
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(
            groups_table(groups),
            hide_index=True,
            height="content",
            alt="Rows and errors of each group, with intervals",
            key="error-groups",
        )


def show_worst(report: Report) -> None:
    """Show the rows that are missed by most."""
    with stop_on_error():
        given = report.rows()
    places = worst_rows(given.held, N_WORST)
    target = report.evaluation.target
    show_opened(given, target, places, "missed by most, the worst first", key="worst")
    found = report.evaluation.residuals
    if found is not None:
        st.caption(
            f"The worst hundredth of the rows carries {100 * found.largest_share:.0f}% "
            "of all squared error. Look for a wrong value in them first."
        )


def groups_table(groups: tuple[ErrorGroup, ...]) -> pd.DataFrame:
    """Return one row a group, in the target's unit."""
    return pd.DataFrame(
        {
            "Group": [group.label for group in groups],
            "Rows": [group.n_rows for group in groups],
            "Mean distance": [
                with_interval(g.mae, g.mae_low, g.mae_high) for g in groups
            ],
            "Actual minus predicted": [
                with_interval(g.bias, g.bias_low, g.bias_high)
                if g.bias_low is not None
                else score_text(g.bias, g.mae)
                for g in groups
            ],
        }
    )


def _way(place: int, columns: list[str]) -> str:
    if place < 2:
        return f"{(_ACTUAL, _PREDICTED)[place]}, in tenths"
    return columns[place - 2]
