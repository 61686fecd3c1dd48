"""Watching a job from a page, at the pace of the job."""

import streamlit as st

from core.errors import JobError
from core.workspace import Job
from pages.shared import frame, state


def watch_job(job_id: str, title: str) -> Job | None:
    """Show a job's progress until it ends; return it once it has ended.

    While it works, only this part of the page is drawn anew, each second. When it
    ends, the page runs once more and gets the ended job.
    """
    jobs = state.workspace().jobs
    job = jobs.get(job_id)
    if not job.is_active:
        if job.state == "failed":
            error = job.error or {}
            frame.show_error(
                JobError(
                    error.get("message", "The job failed."),
                    hint=error.get("hint", "Start it again."),
                )
            )
            with st.expander("The end of its log"):
                st.code(jobs.log_tail(job_id) or "The log is empty.", language=None)
        return job

    @st.fragment(run_every=1.0)
    def view() -> None:
        now = jobs.get(job_id)
        if not now.is_active:
            st.rerun()
        st.progress(now.progress, text=f"{title}: {frame.md(now.message)}")
        if st.button("Cancel", key=f"cancel-{job_id}", icon=":material/close:"):
            jobs.cancel(job_id)
            st.rerun()

    view()
    return None
