"""Choosing what to look at on Monitor: captured predictions, or a later table."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import pandas as pd
import streamlit as st

from core.data import read_table
from core.monitoring import Period, Window, cut_windows
from core.monitoring.decision import MIN_ROWS
from core.serving import CapturedPredictions
from core.wording import counted
from core.workspace import MonitorReport
from pages.shared.state import recall, remember, workspace

CAPTURED, LATER = "Captured predictions", "A later table"
WINDOWS: dict[str, Period] = {"Month": "month", "Week": "week", "Day": "day"}
EVERYTHING = "Everything captured"
_TYPES = ["csv", "tsv", "txt", "gz", "zip", "parquet", "xlsx"]
_CHANGES = "outcomes-brought-in"
_PERIOD = "monitor-period"


@dataclass(frozen=True)
class Subject:
    """The version looked after, and how much of its predictions is known.

    Attributes
    ----------
    project_id : str
    number : int
    n_predictions, n_outcomes, n_changes : int
        When one of them moves, what was computed before is out of date.
    """

    project_id: str
    number: int
    n_predictions: int
    n_outcomes: int
    n_changes: int


def subject_of(project_id: str, number: int) -> Subject:
    """Return the version as it is looked after at this moment."""
    monitoring = workspace().monitoring
    return Subject(
        project_id,
        number,
        monitoring.n_predictions(project_id, number),
        monitoring.n_outcomes(project_id, number),
        recall(_CHANGES, 0),
    )


def outcomes_have_changed() -> None:
    """Let go of what was computed from the outcomes before."""
    remember(_CHANGES, recall(_CHANGES, 0) + 1)


@st.cache_resource(max_entries=4, show_spinner="Reading captured predictions")
def captured(subject: Subject) -> CapturedPredictions:
    """Return what a version answered, the newest 100,000; do not change it."""
    return workspace().monitoring.captured(subject.project_id, number=subject.number)


def chosen_period() -> Period:
    """Return by what the windows are cut: as chosen above the tabs, else by month."""
    return WINDOWS[recall(_PERIOD, next(iter(WINDOWS)))]


def choose(subject: Subject) -> MonitorReport | None:
    """Ask what to look at, and return its comparison with the training rows."""
    source = st.segmented_control(
        "Look at",
        [CAPTURED, LATER],
        default=CAPTURED,
        required=True,
        label_visibility="collapsed",
        key=f"monitor-source-{subject.project_id}",
        persist_state="session",
    )
    if source == LATER:
        return _choose_table(subject)
    if not subject.n_predictions:
        st.info(
            "No prediction of this version has been captured yet. Predict on the "
            "Predict page or through the API, or look at a later table instead.",
            icon=":material/info:",
        )
        return None
    since, until = _choose_window(subject)
    return _compare_captured(subject, since, until)


def _choose_window(subject: Subject) -> tuple[datetime | None, datetime | None]:
    left, right, _ = st.columns([1, 2, 3], vertical_alignment="bottom")
    by = left.selectbox(
        "Windows by",
        list(WINDOWS),
        key=f"monitor-by-{subject.project_id}",
        persist_state="session",
    )
    remember(_PERIOD, by)
    windows = cut_windows(captured(subject).meta["at"], WINDOWS[by])[::-1]
    labels = [f"{window.label} · {counted('row', window.n_rows)}" for window in windows]
    place = right.selectbox(
        "Window",
        [-1, *range(len(windows))],
        index=_first_choice(windows),
        format_func=lambda i: EVERYTHING if i < 0 else labels[i],
        key=f"monitor-window-{subject.project_id}-{by}-{len(windows)}",
        persist_state="session",
    )
    if place < 0:
        return None, None
    chosen = windows[place]
    return chosen.start.to_pydatetime(), chosen.end.to_pydatetime()


def _first_choice(windows: tuple[Window, ...]) -> int:
    """Place of the newest window with enough rows to judge, else of everything."""
    enough = [i for i, window in enumerate(windows) if window.n_rows >= MIN_ROWS]
    return enough[0] + 1 if enough else 0


@st.cache_resource(max_entries=8, show_spinner="Comparing with the training rows")
def _compare_captured(
    subject: Subject, since: datetime | None, until: datetime | None
) -> MonitorReport:
    return workspace().monitoring.report(
        subject.project_id, since=since, until=until, number=subject.number
    )


def _choose_table(subject: Subject) -> MonitorReport | None:
    uploaded = st.file_uploader(
        "A later table with the columns of the model",
        type=_TYPES,
        key=f"monitor-table-{subject.project_id}",
    )
    if uploaded is None:
        st.caption("Its rows are compared with the training rows; they are not kept.")
        return None
    return _compare_table(subject, uploaded.file_id, uploaded)


@st.cache_resource(
    max_entries=2, scope="session", show_spinner="Comparing with the training rows"
)
def _compare_table(
    subject: Subject,
    upload_id: str,  # noqa: ARG001  the cache's key
    _uploaded: BinaryIO,
) -> MonitorReport:
    _uploaded.seek(0)
    table = read_table(_uploaded, name=getattr(_uploaded, "name", "table"))
    return workspace().monitoring.report_for(
        subject.project_id, pd.DataFrame(table.frame), subject.number
    )
