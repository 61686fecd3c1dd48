"""Everything that was done to the versions of a project."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import pandas as pd
import streamlit as st

from core.registry import HistoryEntry
from core.storage.types import now
from core.wording import counted
from pages.shared.frame import md
from pages.shared.state import workspace


def history_table(entries: Sequence[HistoryEntry]) -> pd.DataFrame:
    """Return one row a change, newest first."""
    lines = list(reversed(entries))
    return pd.DataFrame(
        {
            "When (UTC)": [f"{entry.at:%Y-%m-%d %H:%M:%S}" for entry in lines],
            "Who": [entry.who for entry in lines],
            "What": [in_words(entry) for entry in lines],
            "Why": [entry.why for entry in lines],
        }
    )


def in_words(entry: HistoryEntry) -> str:
    """Say what an entry did."""
    subject = f"version {entry.number}"
    if entry.action == "rolled back":
        return f"rolled back to {subject}"
    if entry.action == "saved":
        return f"{subject} saved"
    if entry.action == "retraining begun":
        return f"a challenger of {subject} begun"
    if entry.action == "judged":
        return f"{subject} judged against the champion"
    if entry.alias is None:
        return f"{subject} marked {entry.action}"
    verb = "made" if entry.action == "alias set" else "is no more"
    return f"{subject} {verb} {entry.alias}"


def show_history(project_id: str) -> None:
    """Show the history, and whether it is what was written."""
    registry = workspace().registry
    entries, check = registry.history(project_id), registry.verify_history(project_id)
    st.dataframe(
        history_table(entries),
        hide_index=True,
        alt=f"{counted('change', len(entries))}, newest first.",
    )
    _ask_moment(project_id)
    if check.intact:
        st.caption(
            f":material/verified: {counted('line', check.n_entries)}, as first "
            "written: each one's fingerprint covers the line before it."
        )
    else:
        st.error(
            f"The history was changed from outside. {md(check.problem)}\n\n"
            "**Next step:** compare it with a copy of the database.",
            icon=":material/error:",
        )


def _ask_moment(project_id: str) -> None:
    """Answer which version was live at a moment."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        today = now()
        day = st.date_input("What was live on", today.date(), key="live-day", width=160)
        hour = st.time_input("at (UTC)", time(12), key="live-time", width=140)
    if not isinstance(day, date) or hour is None:
        return
    at = datetime.combine(day, hour, UTC).replace(second=59, microsecond=999_999)
    number = workspace().registry.champion_at(project_id, at)
    moment = f"On {day:%Y-%m-%d} at {hour:%H:%M} UTC"
    if at > today:
        st.markdown(f"{moment} is still to come.")
        return
    if number is None:
        st.markdown(f"{moment} **no version was live**.")
        return
    info = workspace().registry.version(project_id, number)
    st.markdown(f"{moment} **version {number}** was live: {md(info.summary['name'])}.")
