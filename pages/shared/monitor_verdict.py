"""One sentence: whether anything is wrong with what is looked at."""

import streamlit as st

from core.findings import Finding
from core.workspace import MonitorReport
from pages.shared.frame import md


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
