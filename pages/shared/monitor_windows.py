"""The windows that Monitor shows: brought up to date, then read as they are kept."""

from dataclasses import dataclass

import streamlit as st

from core.monitoring import WindowBy
from core.monitoring.summary import WindowSummary
from core.wording import counted
from pages.shared.jobs import watch_job
from pages.shared.state import workspace

AT_ONCE = 20_000
WINDOWS_AT_ONCE = 8
"""So many rows and windows are summarised while the page waits; more in a job."""


@dataclass(frozen=True)
class Subject:
    """The version looked after, and how its windows are cut.

    Attributes
    ----------
    project_id : str
    number : int
    period : {"hour", "day", "week", "month"} or int
    """

    project_id: str
    number: int
    period: WindowBy

    @property
    def n_predictions(self) -> int:
        """Predictions captured of the version."""
        return workspace().monitoring.n_predictions(self.project_id, self.number)

    @property
    def n_outcomes(self) -> int:
        """Predictions of the version whose outcome is known."""
        return workspace().monitoring.n_outcomes(self.project_id, self.number)

    @property
    def stamp(self) -> int:
        """Changes whenever a window is summarised anew."""
        return workspace().monitoring.windows.stamp(
            self.project_id, self.number, self.period
        )


def summaries(subject: Subject) -> tuple[WindowSummary, ...]:
    """Return what is kept of every window, after summarising what is due."""
    _bring_up_to_date(subject)
    return workspace().monitoring.windows.list(
        subject.project_id, subject.number, subject.period
    )


def _bring_up_to_date(subject: Subject) -> None:
    windows = workspace().monitoring.windows
    track = (subject.project_id, subject.number, subject.period)
    due = windows.due(*track)
    n_rows = sum(each.n_rows for each in due)
    if due and n_rows <= AT_ONCE and len(due) <= WINDOWS_AT_ONCE:
        with st.spinner(f"Summarising {counted('window', len(due))}"):
            windows.bring_up_to_date(*track)
    elif due:
        _bring_in_a_job(subject, n_rows)
    workspace().alarms.retire(subject.project_id, subject.number)
    if workspace().alarms.n_unjudged(subject.project_id, subject.number):
        workspace().alarms.judge(subject.project_id, subject.number)


def _bring_in_a_job(subject: Subject, n_rows: int) -> None:
    jobs = workspace().jobs
    under_way = [
        j for j in jobs.active("windows") if j.project_id == subject.project_id
    ]
    if under_way:
        job_id = under_way[0].id
    else:
        arguments = {"number": subject.number, "period": subject.period}
        job_id = jobs.submit("windows", subject.project_id, arguments).id
    st.caption(
        f"{counted('new row', n_rows)} are summarised once; what is known already is "
        "shown below."
    )
    watch_job(job_id, "Windows")
