"""What is taken away: the report as one file, and the judgement for the model card."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.errors import RondoError
from core.evaluation.checking import CheckResult
from core.evaluation.slicing import Slices
from core.plots.html_report import ReportParts, write_report
from core.registry.card import RISKS, Judgement
from core.wording import percent, score_text
from core.workspace import Cycle, EvaluationRecord, RunRecord
from core.workspace.cards import preview_card
from pages.shared.deploy_versions import readable
from pages.shared.evaluate_slices import judged_rows
from pages.shared.frame import stop_on_error
from pages.shared.state import recall, remember, workspace


def show_download(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Offer the report, and the model card with what only a person can say."""
    del run
    st.subheader("The report", anchor=False)
    st.markdown(
        "**One HTML file**, for people without Rondo: metrics with intervals, charts, "
        "checks, slices and the learning curve. It works offline, holds no script and "
        "no row of the data, and lies in the folder of every version that is saved."
    )
    with stop_on_error(), st.spinner("Writing the report"):
        report, limits_found = report_and_limits(cycle, found)
    if report:
        st.download_button(
            f"Download the report ({len(report.encode()) / 1_000:,.0f} kB)", report,
            f"{cycle.project_id}-report.html", "text/html",
            icon=":material/download:", key="report-download", on_click="ignore",
        )  # fmt: skip
    st.subheader("The model card", anchor=False)
    _show_card(cycle, limits_found)


def _show_card(cycle: Cycle, limits_found: tuple[str, ...]) -> None:
    """Ask for the judgement, and show the card that it makes."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.caption("All else is filled in. These three are yours to say.")
        judgement = ask_judgement(cycle)
    with right, stop_on_error():
        card = preview_card(
            workspace(), cycle.id, replace(judgement, limits=limits_found)
        )
        st.download_button(
            "Download the card", card, f"{cycle.project_id}-card.md", "text/markdown",
            icon=":material/download:", key="card-download", on_click="ignore",
        )  # fmt: skip
        with st.container(border=True, height=460, key="card-preview"):
            st.markdown(readable(card))
        st.caption("As it would be written if a version were saved now.")


def report_parts(cycle: Cycle, found: EvaluationRecord) -> ReportParts:
    """Gather what the report shows.

    Raises
    ------
    WorkspaceError
        The rows of the opening were not kept.
    """
    scrutiny = workspace().scrutiny
    judged = judged_rows(cycle.id, found.id)
    return ReportParts(
        workspace().projects.get(cycle.project_id).name,
        found,
        scrutiny.checks(judged),
        scrutiny.slices(judged),
        scrutiny.cohorts(judged),
        scrutiny.learning(found),
    )


def ask_judgement(cycle: Cycle) -> Judgement:
    """Ask what only a person can say of the model; what was said stays."""
    known = judgement_of(cycle)
    use = st.text_area(
        "Intended use", known.intended_use, max_chars=2_000, key="card-use", height=100,
        placeholder="Who uses its answers, for which decision",
    )  # fmt: skip
    misuse = st.text_area(
        "Not intended", known.not_intended_use, max_chars=2_000, key="card-misuse",
        height=100, placeholder="What it must not be used for",
    )  # fmt: skip
    risk = st.selectbox(
        "Risk", RISKS, RISKS.index(known.risk), key="card-risk",
        help="How bad a wrong answer is for the people it is about.",
    )  # fmt: skip
    found = Judgement(use.strip(), misuse.strip(), risk)
    remember(f"judgement-{cycle.id}", found)
    return found


def judgement_of(cycle: Cycle) -> Judgement:
    """Return what was said of a cycle's model in this tab."""
    known: Judgement = recall(f"judgement-{cycle.id}", Judgement())
    return known


def report_and_limits(
    cycle: Cycle, found: EvaluationRecord
) -> tuple[str, tuple[str, ...]]:
    """Return the report for a version's folder, and the limits for its card.

    Both are empty where the rows of the opening were not kept.
    """
    try:
        parts = report_parts(cycle, found)
    except RondoError:
        return "", ()
    spots = workspace().scrutiny.blind_spots(found)
    return write_report(parts), (*limits(parts.checks, parts.slices), *spots)


def limits(checks: Sequence[CheckResult], slices: Slices | None) -> tuple[str, ...]:
    """Say in sentences what was found against the model.

    Examples
    --------
    >>> limits([CheckResult("EVAL-001", "Better?", "passed", "Yes.")], None)
    ()
    """
    told = [
        f"{check.finding.title}: {check.finding.evidence}"
        for check in checks
        if check.finding is not None
    ]
    for one in slices.found if slices is not None else ():
        say = percent if slices is not None and slices.of_classes else score_text
        told.append(
            f"Where {one.sentence}, the error is {say(one.error)} against "
            f"{say(one.elsewhere)} elsewhere ({one.n_measured:,} rows)."
        )
    return tuple(told)
