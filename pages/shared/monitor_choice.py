"""Choosing what to look at on Monitor: a window of captured rows, or a later table."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core.monitoring.decision import MIN_ROWS
from core.monitoring.summary import WindowSummary
from core.wording import counted
from core.workspace import MonitorReport
from pages.shared.monitor_by import choose_by, show_open
from pages.shared.monitor_table import choose_table
from pages.shared.monitor_windows import Subject, summaries
from pages.shared.state import recall, remember, workspace

CAPTURED, LATER = "Captured predictions", "A later table"
EVERYTHING = "Everything captured"
ALL_CLOSED = "All closed windows"
_WANTED = "monitor-wanted-window"


def look_at(start: datetime) -> None:
    """Let the window that begins then be the one that is looked at next."""
    remember(_WANTED, start)


@dataclass(frozen=True)
class Choice:
    """What is looked at.

    Attributes
    ----------
    subject : Subject
    windows : tuple of WindowSummary
        All that is kept of the version, earliest first.
    report : MonitorReport or None
        None while nothing is chosen.
    """

    subject: Subject
    windows: tuple[WindowSummary, ...]
    report: MonitorReport | None


def choose(project_id: str, number: int) -> Choice:
    """Ask what to look at, and return it with its comparison."""
    source = st.segmented_control(
        "Look at",
        [CAPTURED, LATER],
        default=CAPTURED,
        required=True,
        label_visibility="collapsed",
        key=f"monitor-source-{project_id}",
        persist_state="session",
    )
    left, right, _ = st.columns([2, 4, 2])
    with left:
        period = choose_by(project_id)
    subject = Subject(project_id, number, period)
    kept = summaries(subject)
    if source == LATER:
        return Choice(subject, kept, choose_table(subject))
    show_open(subject)
    if not kept and subject.n_predictions:
        return Choice(subject, kept, None)
    if not kept:
        st.info(
            "No prediction of this version has been captured yet. Predict on the "
            "Predict page or through the API, or look at a later table instead.",
            icon=":material/info:",
        )
        return Choice(subject, kept, None)
    with right:
        chosen = _choose_window(subject, kept[::-1])
    if chosen is None:
        return Choice(subject, kept, _all_together(subject, subject.stamp))
    return Choice(subject, kept, _report(subject, chosen.start, subject.stamp))


def _choose_window(
    subject: Subject, windows: tuple[WindowSummary, ...]
) -> WindowSummary | None:
    labels = [f"{window.label} · {counted('row', window.n_rows)}" for window in windows]
    key = f"monitor-window-{subject.project_id}-{subject.period}-{len(windows)}"
    starts = [window.start for window in windows]
    everything = ALL_CLOSED if isinstance(subject.period, int) else EVERYTHING
    wanted = recall(_WANTED)
    if wanted in starts:
        remember(_WANTED, None)
        key = f"{key}-{wanted:%Y%m%d%H%M%S%f}"
    place = st.selectbox(
        "Window",
        [-1, *range(len(windows))],
        index=starts.index(wanted) + 1 if wanted in starts else _first_choice(windows),
        format_func=lambda i: everything if i < 0 else labels[i],
        key=key,
        persist_state="session",
    )
    return None if place < 0 else windows[place]


def _first_choice(windows: tuple[WindowSummary, ...]) -> int:
    """Place of the newest window with enough rows to judge, else of everything."""
    enough = [i for i, window in enumerate(windows) if window.n_rows >= MIN_ROWS]
    return enough[0] + 1 if enough else 0


@st.cache_resource(max_entries=16, show_spinner=False)
def _report(
    subject: Subject,
    start: datetime,
    stamp: int,  # noqa: ARG001  part of the cache's key
) -> MonitorReport:
    return workspace().monitoring.windows.report(
        subject.project_id, subject.number, subject.period, start
    )


@st.cache_resource(max_entries=4, show_spinner="Adding the windows up")
def _all_together(
    subject: Subject,
    stamp: int,  # noqa: ARG001  part of the cache's key
) -> MonitorReport:
    return workspace().monitoring.windows.together(
        subject.project_id, subject.number, subject.period
    )
