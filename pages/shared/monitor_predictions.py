"""How the model's answers have moved, in a window and over time."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.monitoring.summary import WindowSummary
from core.plots.monitoring import draw_distribution
from core.plots.windows import draw_signals
from core.serving import Service
from core.wording import counted
from core.workspace import MonitorReport
from pages.shared.frame import md, show_chart
from pages.shared.monitor_drift import show_figures


def show_predictions(report: MonitorReport, service: Service) -> None:
    """Show how the model's answers have moved."""
    drift = report.predictions
    st.header("What the model answers", anchor=False)
    if not drift.enough:
        st.caption(md(drift.sentence))
        return
    (column,) = drift.columns.values()
    if column.drifted:
        st.warning(
            f"The answers have drifted: {md(column.reason)} (change "
            f"{column.effect:.2f} over {counted('row', drift.n_current)}).",
            icon=":material/warning:",
        )
    else:
        st.success(
            f"The answers are distributed as on the test rows "
            f"({drift.n_current:,} against {drift.n_reference:,} rows).",
            icon=":material/check_circle:",
        )
    seen = replace(column.distribution, name=_answer_name(service))
    show_chart(draw_distribution(seen, then="Test rows"), key="monitor-answers")
    with st.expander("All figures", icon=":material/table_chart:"):
        show_figures(drift, {})


def _answer_name(service: Service) -> str:
    version = service.version
    if version.task == "binary":
        return f"Probability of {version.model.pos_label}"
    return f"Predicted {version.target}"


def show_over_time(windows: Sequence[WindowSummary], threshold: float) -> None:
    """Show how columns and answers have drifted window by window."""
    judged = [window for window in windows if window.enough]
    if len(judged) < 2:
        return
    st.header("Over time", anchor=False)
    chart = draw_signals(judged, ("columns", "predictions"), threshold)
    show_chart(chart, key="monitor-over-time")
