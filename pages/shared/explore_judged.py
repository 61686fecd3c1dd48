"""What a person makes of a finding: rows to look at, and reasons to ignore it."""

import json

import numpy as np
import streamlit as st

from core.data import Cohort, Profile, Task
from core.data.examples import ExampleRows, examples_of
from core.findings import Finding
from core.wording import counted, percent
from core.workspace import Cycle, Dataset
from pages.shared.explore_facts import profile_of, table_in_words
from pages.shared.frame import md, show_finding, stop_on_error
from pages.shared.state import workspace

ROWS, EFFECT = "Rows", "What the fix would do"
Reasons = dict[tuple[str, ...], str]


def key_of(finding: Finding) -> tuple[str, ...]:
    """Return what a finding is known by when it is ignored."""
    return (finding.code, *finding.columns)


def show_cohort_findings(dataset: Dataset, report: Profile, cohort: Cohort) -> None:
    """Show what is found among the rows of a cohort; fixes are for the whole table."""
    st.caption(
        "Found among these rows alone. A fix changes the whole table: show all rows "
        "to take one."
    )
    if not report.findings:
        st.success("Nothing is wrong in these rows.", icon=":material/check_circle:")
    for finding in report.findings:
        with st.container(border=True):
            show_finding(finding)
            if ask_look(finding, fix=False) is not None:
                show_examples(dataset, report, finding, cohort)


def ask_look(finding: Finding, *, fix: bool) -> str | None:
    """Ask what is to be seen below a card: its rows, or what its fix would do."""
    chosen: str | None = st.pills(
        "Look closer",
        [ROWS, EFFECT] if fix else [ROWS],
        key=f"look-{'-'.join(key_of(finding))}",
        label_visibility="collapsed",
    )
    return chosen


def show_examples(
    dataset: Dataset, report: Profile, finding: Finding, cohort: Cohort | None = None
) -> None:
    """Show at most five rows that a finding is about, and say how many there are."""
    rule = None if cohort is None else json.dumps(cohort.to_dict())
    found = _examples(dataset.id, report.target, report.task, key_of(finding), rule)
    if not len(found.rows):
        st.caption("It is about the whole table; single rows show nothing.")
        return
    if found.n_rows is not None:
        share = percent(found.n_rows / max(report.n_rows, 1))
        st.caption(
            f"{len(found.rows)} of {counted('row', found.n_rows)} ({share}); the "
            "number in front is the row's place in the table, from 0."
        )
    st.dataframe(found.rows, alt=f"Rows that show: {finding.title}.")


@st.cache_resource(max_entries=32, show_spinner=False)
def _examples(
    dataset_id: str,
    target: str | None,
    task: Task | None,
    key: tuple[str, ...],
    rule: str | None,
) -> ExampleRows:
    dataset = workspace().data.get(dataset_id)
    cohort = None if rule is None else Cohort.from_dict(json.loads(rule))
    report = profile_of(dataset, target, task, cohort)
    finding = next(item for item in report.findings if key_of(item) == key)
    frame = table_in_words(dataset, target)
    if cohort is None:
        return examples_of(finding, frame, report)
    places = np.flatnonzero(cohort.mask(frame))
    found = examples_of(finding, frame.iloc[places].reset_index(drop=True), report)
    return ExampleRows(found.rows.set_axis(places[found.rows.index]), found.n_rows)


def ask_reason(cycle: Cycle, finding: Finding) -> None:
    """Ask why a finding does not matter, and keep the answer."""
    mark = "-".join(key_of(finding))
    with st.popover("Ignore", icon=":material/visibility_off:"):
        reason = st.text_input("Why it does not matter", key=f"why-{mark}")
        if st.button("Ignore it", key=f"ignore-{mark}", disabled=not reason.strip()):
            _keep(cycle, key_of(finding), reason)


def show_ignored(cycle: Cycle, report: Profile, reasons: Reasons) -> None:
    """List the findings that are ignored, each with its reason and a way back."""
    ignored = [item for item in report.findings if key_of(item) in reasons]
    if not ignored:
        return
    with st.expander(f"{len(ignored)} ignored"):
        for item in ignored:
            mark = "-".join(key_of(item))
            with st.container(horizontal=True, vertical_alignment="center"):
                named = f" ({md(', '.join(item.columns[:3]))})" if item.columns else ""
                st.markdown(
                    f"**{md(item.title)}**{named}: {md(reasons[key_of(item)])}",
                    width="stretch",
                )
                if st.button("Look at it again", key=f"again-{mark}"):
                    _keep(cycle, key_of(item), "")


def _keep(cycle: Cycle, key: tuple[str, ...], reason: str) -> None:
    with stop_on_error():
        workspace().cycles.ignore_finding(cycle.id, key[0], key[1:], reason)
    st.rerun()


def show_unusual(dataset: Dataset, report: Profile) -> None:
    """Show the rows that stand most alone, once asked for."""
    if not report.unusual:
        return
    place = st.expander(
        "The most unusual rows", key=f"unusual-{dataset.id}", on_change="rerun"
    )
    if place.open:
        with place:
            frame = workspace().data.frame(dataset.id)
            rows = frame.iloc[[item.row for item in report.unusual]]
            scores = [round(item.score, 2) for item in report.unusual]
            rows.insert(0, "How unusual", scores, allow_duplicates=True)
            st.caption(
                "By an isolation forest on a sample of at most 2,000 rows: about 0.5 "
                "is ordinary, 1 stands all alone. Unusual is not wrong."
            )
            st.dataframe(rows, alt="The ten most unusual rows of a sample.")
