"""Train: plan a run, watch it, and choose among what it found."""

import streamlit as st

from core.errors import JobError
from core.workspace import Cycle, Job, SplitRecord
from pages.shared.frame import header, next_step, show_error, stop_on_error
from pages.shared.state import require_cycle, require_split, workspace
from pages.shared.train_live import watch_run
from pages.shared.train_plan import ask_plan, show_ground
from pages.shared.train_result import show_result


def show_failure(job: Job) -> None:
    """Say why the last run came to nothing."""
    if job.state == "cancelled":
        st.info("The last run was cancelled; nothing of it was kept.")
        return
    error = job.error or {}
    show_error(
        JobError(
            error.get("message", "The last run failed."),
            hint=error.get("hint", "Train again."),
        )
    )
    with st.expander("The end of its log"):
        tail = workspace().jobs.log_tail(job.id)
        st.code(tail or "The log is empty.", language=None)


def plan_run(cycle: Cycle, split: SplitRecord, key: str) -> None:
    """Ask for a plan and start it as a job."""
    plan = ask_plan(cycle, split, key)
    if plan is not None:
        with stop_on_error():
            workspace().training.start(cycle.id, plan)
        st.rerun()


def show_finished(cycle: Cycle, split: SplitRecord) -> None:
    """Show the cycle's run, or ask for the first one."""
    run = workspace().training.run(cycle.id)
    if run is None or run.split_id != split.id:
        if run is not None:
            st.info("The split has changed since the last run. Train anew.")
        show_ground(cycle, split)
        plan_run(cycle, split, "first")
        return
    show_result(cycle, run, split)
    with st.expander("Train again", icon=":material/replay:"):
        show_ground(cycle, split)
        plan_run(cycle, split, "again")
    next_step("evaluate", "Measure the choice on the sealed test rows.")


header(
    "Train",
    "Models learn from the training rows and are compared on the validation rows. "
    "The test rows stay sealed.",
)
split = require_split()
cycle = require_cycle()
jobs = workspace().training.jobs(cycle.id)
if jobs and jobs[0].is_active:
    watch_run(jobs[0])
else:
    if jobs and jobs[0].state in {"failed", "cancelled"}:
        show_failure(jobs[0])
    show_finished(cycle, split)
