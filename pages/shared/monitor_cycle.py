"""Starting the next cycle from the training rows and what came true since."""

import streamlit as st

from core.retraining import NextTable
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_windows import Subject
from pages.shared.navigation import switch_to
from pages.shared.state import go_to, workspace


def offer_next_cycle(subject: Subject) -> None:
    """Say what the next table will hold, and begin the next cycle on it."""
    st.header("Start the next cycle", anchor=False)
    st.markdown(
        "The next cycle begins with a new table: the rows of the last one and, below "
        "them, the captured rows whose outcome is known. Explore opens on it."
    )
    if not subject.n_outcomes:
        st.info(
            "No captured prediction has an outcome yet. Bring outcomes in first.",
            icon=":material/info:",
        )
        return
    with stop_on_error():
        table = next_table(subject.project_id, subject.stamp)
    st.markdown(f"**{md(table.sentence)}**")
    if not table.n_added:
        st.info(
            "Nothing would be new: every outcome is in the table already.",
            icon=":material/info:",
        )
        return
    note = st.text_input(
        "Note", placeholder="Why now? (may stay empty)", key="next-cycle-note"
    )
    if st.button("Start the next cycle", type="primary", icon=":material/restart_alt:"):
        with stop_on_error(), st.spinner("Keeping the new table"):
            cycle = workspace().next_cycle.start(subject.project_id, note=note)
        go_to(subject.project_id, cycle.number)
        # Streamlit refuses to clear parameters that are bound, as the project is.
        switch_to("explore")


@st.cache_resource(max_entries=2, show_spinner="Counting the rows")
def next_table(
    project_id: str,
    stamp: int,  # noqa: ARG001  part of the cache's key
) -> NextTable:
    """Return the table that the next cycle would start with; do not change it."""
    return workspace().next_cycle.table(project_id)
