"""What a window says: the verdict, quality, drift of columns and of predictions."""

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.findings import Finding
from core.monitoring import DriftReport
from core.monitoring.report import ColumnDrift
from core.plots.monitoring import draw_distribution, draw_drift
from core.serving import Service
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


def show_verdict(report: MonitorReport, fallen: str = "") -> None:
    """Say in one sentence whether anything is wrong.

    `fallen` says that outcomes show the model to have become worse, if they do.
    """
    broken = [each for each in report.quality if each.severity == "problem"]
    drift, answers = report.drift, report.predictions
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        st.error(
            f"{md(broken[0].title)}. {md(broken[0].evidence)}{more} "
            "Mend this before reading anything else.",
            title="Something is broken",
            icon=":material/error:",
        )
    elif fallen:
        st.error(
            f"{md(fallen)} {_what_moved(report)}",
            title="The model has become worse",
            icon=":material/trending_down:",
        )
    elif not drift.enough:
        st.info(
            f"{md(drift.sentence)} Wait for more rows, or choose a longer window.",
            title="Too early to say",
            icon=":material/info:",
        )
    elif drift.drifted or answers.drifted or _warnings(report):
        st.warning(_what_moved(report), title="Look at this", icon=":material/warning:")
    else:
        st.success(
            md(drift.sentence), title="Nothing is wrong", icon=":material/check_circle:"
        )


def _what_moved(report: MonitorReport) -> str:
    said = [md(report.drift.sentence)]
    if report.predictions.drifted:
        said.append("The predictions have moved with them.")
    elif report.drift.drifted and report.predictions.enough:
        said.append("The predictions have not moved.")
    warned = _warnings(report)
    if warned:
        said.append(f"{md(warned[0].title)}. {md(warned[0].evidence)}")
    return " ".join(said)


def _warnings(report: MonitorReport) -> list[Finding]:
    return [each for each in report.quality if each.severity == "warning"]


def show_columns(report: MonitorReport) -> None:
    """Show faults of delivery first, then each column's drift."""
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
        return
    st.header("Drift", anchor=False)
    st.caption(_rows_compared(drift))
    show_findings(each for each in drift.findings if not _is_column(each.code))
    left, right = st.columns(2, gap="large")
    with left:
        show_chart(draw_drift(drift), key="monitor-drift")
    with right:
        _show_then_and_now(drift)
    with st.expander("All figures", icon=":material/table_chart:"):
        show_figures(drift)


def _is_column(code: str) -> bool:
    return code in ("MONITOR-010", "MONITOR-011")


def _rows_compared(drift: DriftReport) -> str:
    return (
        f"{counted('row', drift.n_current)} of the window against "
        f"{counted('training row', drift.n_reference)}. Drifted: the change is "
        "beyond chance, and large."
    )


def _show_then_and_now(drift: DriftReport) -> None:
    names = [column.name for column in drift.ranked]
    name = st.selectbox("Then and now", names, key="monitor-column")
    column = drift.columns[name]
    show_chart(draw_distribution(column.distribution), key="monitor-distribution")


def show_figures(drift: DriftReport) -> None:
    """Show every column's distances in one table, largest change first."""
    rows = [_figures(column) for column in drift.ranked]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        alt="Each column's change and distances since training.",
        column_config=_FIGURES,
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
    show_chart(draw_distribution(seen, then="Validation rows"), key="monitor-answers")
    with st.expander("All figures", icon=":material/table_chart:"):
        show_figures(drift)


def _answer_name(service: Service) -> str:
    version = service.version
    if version.task == "binary":
        return f"Probability of {version.model.pos_label}"
    return f"Predicted {version.target}"
