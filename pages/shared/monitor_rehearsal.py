"""Alarms tried on what is known already: which would have fired, and when."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core.monitoring.rehearsal import RehearsedRule, rehearse
from core.monitoring.summary import WindowSummary
from core.wording import counted
from core.workspace import Job
from pages.shared.jobs import watch_job
from pages.shared.monitor_windows import Subject
from pages.shared.state import workspace

TEST_ROWS, CAPTURED = "Test rows", "Captured so far"


def show_rehearsal(subject: Subject, windows: Sequence[WindowSummary]) -> None:
    """Show which alarms a history would have raised, and offer quieter thresholds."""
    st.header("Rehearsal", anchor=False)
    st.caption(
        "The rules judge a history as if it were happening. On test rows nothing has "
        "changed, so every alarm there is a false one."
    )
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    source = left.segmented_control(
        "History", [TEST_ROWS, CAPTURED], default=TEST_ROWS, required=True
    )
    one_in = int(middle.number_input("At most one alarm in … windows", 4, 520, 52))
    history = tuple(windows)
    if source == TEST_ROWS:
        usual = subject.period if isinstance(subject.period, int) else 200
        n_rows = int(right.number_input("Rows a window", 50, 100_000, usual))
        found = newest_result(subject, "rehearsal", "Rehearse", n_rows)
        if found is None:
            return
        history = tuple(WindowSummary.from_dict(each) for each in found["history"])
        st.caption(
            f"{counted('window', len(history))} of "
            f"{counted('test row', found['n_rows'])}. The estimate without "
            "outcomes is left out: it learned from these rows."
        )
    watch = workspace().alarms.watch(subject.project_id)
    rehearsed = rehearse(watch.active, history, one_in=one_in)
    st.dataframe(
        pd.DataFrame([_rule_row(each, one_in) for each in rehearsed]),
        hide_index=True,
        alt="What each rule would have done.",
    )
    _offer_thresholds(subject, rehearsed)


def _rule_row(each: RehearsedRule, one_in: int) -> dict[str, object]:
    return {
        "Rule": each.rule.title,
        "Windows judged": each.n_windows,
        "Bad": each.n_bad,
        "Warnings": each.n_warnings,
        "Alarms": each.n_alarms,
        "First": each.first,
        "Above": each.rule.threshold,
        f"Above, for one in {one_in}": each.quiet_threshold,
    }


def _offer_thresholds(subject: Subject, rehearsed: Sequence[RehearsedRule]) -> None:
    raised = {
        each.rule.id: each.quiet_threshold
        for each in rehearsed
        if each.quiet_threshold > each.rule.threshold
    }
    if not raised:
        st.success(
            "No rule would have alarmed more often than that; the thresholds can stay.",
            icon=":material/check_circle:",
        )
        return
    if st.button(f"Raise {counted('threshold', len(raised))}", icon=":material/tune:"):
        watch = workspace().alarms.watch(subject.project_id)
        rules = tuple(
            replace(rule, threshold=raised.get(rule.id, rule.threshold))
            for rule in watch.rules
        )
        workspace().alarms.save_watch(subject.project_id, watch.with_rules(rules))
        st.rerun()


def newest_result(
    subject: Subject, kind: str, label: str, n_rows: int
) -> dict[str, Any] | None:
    """Offer to run a job, watch it, and return what the newest one found."""
    arguments = {"number": subject.number, "n_rows": n_rows}
    jobs = [
        job
        for job in workspace().jobs.list(subject.project_id)
        if job.kind == kind and job.arguments["number"] == subject.number
    ]
    newest: Job | None = jobs[0] if jobs else None
    if newest is not None and newest.is_active:
        watch_job(newest.id, label)
        return None
    if newest is not None and newest.state == "failed":
        watch_job(newest.id, label)
    if st.button(label, key=f"run-{kind}", icon=":material/play_arrow:"):
        workspace().jobs.submit(kind, subject.project_id, arguments)
        st.rerun()
    done = [job for job in jobs if job.state == "done" and job.result]
    return dict(done[0].result or {}) if done else None
