"""What a window says: quality, drift of the columns and what it harms."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.monitoring import DriftReport
from core.monitoring.report import ColumnDrift
from core.plots.monitoring import draw_distribution, draw_drift
from core.plots.windows import draw_harm
from core.wording import counted
from core.workspace import MonitorReport
from pages.shared.frame import md, show_chart, show_findings

_FIGURES: dict[str, ColumnConfig] = {
    "Change": st.column_config.NumberColumn(
        "Change",
        format="%.2f",
        help="In standard deviations of shift; decides, from 0.10 on.",
    ),
    "PSI": st.column_config.NumberColumn(
        "PSI", format="%.3f", help="Often watched over 0.1, acted on over 0.25."
    ),
    "Jensen-Shannon": st.column_config.NumberColumn(
        "Jensen-Shannon", format="%.3f", help="0 is equal, 1 has nothing in common."
    ),
    "Wasserstein": st.column_config.NumberColumn(
        "Wasserstein", format="%.2f", help="In standard deviations of training."
    ),
    "Missing": st.column_config.NumberColumn("Missing", format="percent"),
}


def show_quality(report: MonitorReport) -> None:
    """Show faults of delivery, before any drift."""
    st.header("Quality", anchor=False)
    drift = report.drift
    notes = [each for each in report.quality if each.severity == "note"]
    show_findings(
        (each for each in report.quality if each.severity != "note"),
        empty="Every column came as the model expects it." if drift.enough else "",
    )
    for note in notes:
        st.caption(f"{md(note.title)}. {md(note.evidence)}")
    if not drift.enough:
        st.caption(
            f"{counted('row', drift.n_current)}: too few to say that every column "
            "comes as expected, or has drifted."
        )


def show_columns(report: MonitorReport, *, as_share: bool) -> None:
    """Show each column's drift and its harm, where there are rows enough.

    `as_share` tells whether the model answers with probabilities.
    """
    drift = report.drift
    if not drift.enough:
        return
    st.header("Drift", anchor=False)
    st.caption(_rows_compared(report))
    show_findings(each for each in drift.findings if not _is_column(each.code))
    left, right = st.columns(2, gap="large")
    with left:
        chart = draw_harm(drift, report.harm, report.weight, as_share=as_share)
        show_chart(chart, key="monitor-harm")
    with right:
        _show_then_and_now(report)
    with st.expander("All figures", icon=":material/table_chart:"):
        show_chart(draw_drift(drift), key="monitor-drift")
        show_figures(drift, report.harm, as_share=as_share)


def _is_column(code: str) -> bool:
    return code in ("MONITOR-010", "MONITOR-011")


def _rows_compared(report: MonitorReport) -> str:
    drift, watched = report.drift, report.n_watched
    wanders = (
        f" How far healthy windows wander is learned from {watched} of them that had "
        "closed, and is not drift."
        if watched
        else ""
    )
    return (
        f"{counted('row', drift.n_current)} of the window against "
        f"{counted('training row', drift.n_reference)}. Drifted: the change is "
        f"beyond chance, and large.{wanders}"
    )


def _show_then_and_now(report: MonitorReport) -> None:
    ranked = ranked_by_harm(report)
    name = st.selectbox(
        "Then and now",
        [column.name for column in ranked],
        key="monitor-column",
        help="Those whose move changes the answers most come first.",
    )
    column = report.drift.columns[name]
    show_chart(draw_distribution(column.distribution), key="monitor-distribution")


def ranked_by_harm(report: MonitorReport) -> list[ColumnDrift]:
    """Return the columns, those that harm most first."""
    return sorted(report.drift.ranked, key=lambda c: -report.harm.get(c.name, 0.0))


def show_figures(
    drift: DriftReport, harm: Mapping[str, float], *, as_share: bool = False
) -> None:
    """Show every column's distances in one table, most harm first."""
    ranked = sorted(drift.ranked, key=lambda column: -harm.get(column.name, 0.0))
    rows = [_figures(column) for column in ranked]
    for row, column in zip(rows, ranked, strict=True):
        if harm:
            row["Harm"] = harm.get(column.name)
    config = dict(_FIGURES)
    config["Harm"] = st.column_config.NumberColumn(
        "Harm",
        format="percent" if as_share else None,
        help="How far this column's move alone changes the answers, on average.",
    )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        alt="Each column's change and distances since training.",
        column_config=config,
    )


def _figures(column: ColumnDrift) -> dict[str, object]:
    state = "changed a little" if column.changed else "steady"
    return {
        "Column": column.name,
        "State": "drifted" if column.drifted else state,
        "What is seen": column.reason if column.changed else "",
        "Change": column.effect,
        "PSI": column.psi,
        "Jensen-Shannon": column.jensen_shannon,
        "Wasserstein": column.wasserstein,
        "Missing": column.distribution.missing_now,
    }
