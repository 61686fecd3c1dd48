"""Where the model errs: slices that were searched for, cohorts, groups of a column."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data import Cohort
from core.evaluation.slicing import Slice, Slices
from core.plots.slices import draw_slices
from core.wording import counted, percent, score_text, with_interval
from core.workspace import Cycle, EvaluationRecord, RunRecord
from core.workspace.scrutiny import Judgement
from pages.shared.evaluate_groups import show_groups
from pages.shared.frame import md, show_chart, stop_on_error
from pages.shared.state import workspace


@st.cache_resource(max_entries=4, show_spinner="Reading the test rows")
def judged_rows(cycle_id: str, evaluation_id: str) -> Judgement:
    """Return the test rows of one evaluation with the answers; kept, they are fixed."""
    del evaluation_id
    return workspace().scrutiny.judged(cycle_id)


def show_where(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show both parts; only the open one is worked out."""
    del run
    slices, groups = st.tabs(
        ["Where it errs most", "Groups side by side"], key="where", on_change="rerun"
    )
    with stop_on_error():
        judged = judged_rows(cycle.id, found.id)
    if slices.open:
        with slices, stop_on_error():
            with st.spinner("Searching for slices"):
                worst = workspace().scrutiny.slices(judged)
            show_slices(cycle, worst)
            show_cohorts(judged, worst)
    if groups.open:
        with groups, stop_on_error():
            show_groups(judged)


def show_slices(cycle: Cycle, worst: Slices) -> None:
    """Show the slices that were confirmed, and what the search rests on."""
    if worst.reason:
        st.info(f"No slices were searched for. {md(worst.reason)}")
        return
    basis = (
        f"{worst.n_tried:,} rules of up to three columns were searched on one half of "
        f"{worst.n_rows:,} test rows and confirmed on the other, both ways. The "
        "figures are of the confirming half, corrected for all rules that were put to "
        "the test (Holm)."
    )
    if not worst.found:
        st.success(
            "No slice of at least 2% of the rows is surely worse than the rest.",
            icon=":material/check_circle:",
        )
        st.caption(basis)
        return
    st.markdown(f"**{md(_headline(worst))}**")
    show_chart(
        draw_slices(worst.found, worst.error, of_classes=worst.of_classes), "slices"
    )
    _show_table(worst.found, "found-slices", of_classes=worst.of_classes)
    st.caption(basis)
    _offer_cohort(cycle, worst.found)


def _headline(worst: Slices) -> str:
    first = worst.found[0]
    said = percent if worst.of_classes else score_text
    what = "of the answers are wrong" if worst.of_classes else "is the mean error"
    return (
        f"Where {first.sentence}, {said(first.error)} {what}, elsewhere "
        f"{said(first.elsewhere)}. These are {percent(first.share)} of the test rows "
        f"and {percent(first.share_of_errors)} of all error."
    )


def _show_table(slices: Sequence[Slice], key: str, *, of_classes: bool) -> None:
    st.dataframe(
        slices_table(slices, of_classes=of_classes), hide_index=True, key=key,
        alt="Slices with their rows, errors and intervals",
    )  # fmt: skip


def slices_table(slices: Sequence[Slice], *, of_classes: bool) -> pd.DataFrame:
    """Return one row for each slice."""
    rows = []
    for one in slices:
        error = with_interval(one.error, one.low, one.high)
        if of_classes:
            ends = f"({percent(one.low)} to {percent(one.high)})"
            error = f"{percent(one.error)} {ends}"
        verdict = "worse" if one.is_worse else "not proven worse"
        row = {
            "Slice": f"{one.name}: {one.sentence}" if one.name else one.sentence,
            "Test rows": one.n_rows,
            "Share": percent(one.share),
            "Measured on": one.n_measured,
            "Wrong" if of_classes else "Mean absolute error": error,
            "Elsewhere": percent(one.elsewhere)
            if of_classes
            else score_text(one.elsewhere, like=one.error),
            "Share of all error": percent(one.share_of_errors),
            "Verdict": "too few rows" if one.too_few else verdict,
        }
        if one.expected is not None:
            row["The model expects"] = percent(one.expected)
        rows.append(row)
    return pd.DataFrame(rows)


def show_cohorts(judged: Judgement, worst: Slices) -> None:
    """Show the saved cohorts as slices of their own."""
    st.subheader("Saved cohorts", anchor=False)
    measured = workspace().scrutiny.cohorts(judged)
    if not measured:
        st.caption(
            "No saved cohort has rows here. Name a group of rows on Explore, or keep a "
            "slice found above; then it is measured here and can be looked at there."
        )
        return
    _show_table(measured, "cohort-slices", of_classes=worst.of_classes)
    rows = counted("test row", worst.n_rows)
    st.caption(f"Measured on all {rows}, corrected for {len(measured)} cohorts (Holm).")


def _offer_cohort(cycle: Cycle, slices: Sequence[Slice]) -> None:
    with st.expander("Keep a slice as a cohort", icon=":material/group_work:"):
        with st.form("keep-slice", border=False):
            places = range(len(slices))
            chosen = st.selectbox(
                "Slice", places, format_func=lambda i: slices[i].sentence,
                key="slice-to-keep",
            )  # fmt: skip
            name = st.text_input("Name", max_chars=60, key="slice-name")
            if not st.form_submit_button("Keep", icon=":material/add:"):
                return
        with stop_on_error():
            cohort = Cohort(name, slices[chosen].conditions)
            workspace().cohorts.save(cycle.project_id, cohort)
        st.rerun()
