"""What waits for somebody, said in the sidebar of every page."""

import streamlit as st

from core.wording import counted
from pages.shared.navigation import switch_to
from pages.shared.state import project, workspace


def show_waiting() -> None:
    """Offer the way to the open alarms of the chosen project, if there are any."""
    chosen = project()
    n_open = 0 if chosen is None else workspace().alarms.n_open(chosen.id)
    if n_open and st.button(
        f"{counted('alarm', n_open)} open",
        icon=":material/notifications_active:",
        key="waiting-alarms",
        help="Shows them on Monitor.",
        width="stretch",
    ):
        switch_to("monitor")
