"""What windows go by: a period of the calendar, or a number of rows."""

import streamlit as st

from core.monitoring import Period, WindowBy
from core.monitoring.windows import FEWEST_ROWS, MOST_ROWS
from core.wording import counted
from pages.shared.monitor_windows import Subject
from pages.shared.state import workspace

BY_ROWS = "Number of rows"
_PERIODS: dict[str, Period] = {
    "Month": "month",
    "Week": "week",
    "Day": "day",
    "Hour": "hour",
}
WINDOWS = (*_PERIODS, BY_ROWS)
_USUAL_ROWS = 1_000


def name_of(by: WindowBy) -> str:
    """Return what the page calls it.

    Examples
    --------
    >>> name_of("week"), name_of(500)
    ('Week', 'Number of rows')
    """
    named = {period: name for name, period in _PERIODS.items()}
    return BY_ROWS if isinstance(by, int) else named[by]


def by_name(name: str, n_rows: int) -> WindowBy:
    """Return what windows go by, from what the page calls it and the number given."""
    return n_rows if name == BY_ROWS else _PERIODS[name]


def choose_by(project_id: str) -> WindowBy:
    """Ask by what windows are cut: as alarms are judged, unless chosen otherwise."""
    usual = workspace().alarms.watch(project_id).period
    name = st.selectbox(
        "Windows by",
        WINDOWS,
        index=WINDOWS.index(name_of(usual)),
        key=f"monitor-by-{project_id}-{usual}",
        persist_state="session",
    )
    if name != BY_ROWS:
        return by_name(name, 0)
    return by_name(name, ask_rows(usual, key=f"monitor-rows-{project_id}-{usual}"))


def ask_rows(usual: WindowBy, *, key: str | None = None) -> int:
    """Ask for the rows of a window that goes by rows."""
    n_rows = st.number_input(
        "Rows a window",
        FEWEST_ROWS,
        MOST_ROWS,
        usual if isinstance(usual, int) else _USUAL_ROWS,
        step=50,
        help="A window by number of rows closes with its last row; of a period this "
        "says nothing.",
        key=key,
        persist_state="session" if key else None,
    )
    return int(n_rows)


def show_open(subject: Subject) -> None:
    """Say how far the window of n rows is that has not closed yet."""
    if isinstance(subject.period, int):
        so_far = workspace().monitoring.windows.so_far(
            subject.project_id, subject.number, subject.period
        )
        st.caption(
            f"The open window has {so_far:,} of {counted('row', subject.period)} so "
            "far; it is judged when it is full."
        )
