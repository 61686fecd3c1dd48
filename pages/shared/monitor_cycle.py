"""The way back on Monitor: a challenger in one press, a policy, or a cycle by hand."""

import streamlit as st

from core.retraining import NextTable
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_challenge import offer_challenge, show_challenges
from pages.shared.monitor_policy import edit_policy
from pages.shared.monitor_windows import Subject
from pages.shared.navigation import switch_to
from pages.shared.state import go_to, workspace


def offer_next_cycle(subject: Subject) -> None:
    """Say what the next table will hold, and offer the three ways to go on."""
    st.header("Train a challenger", anchor=False)
    if not subject.n_outcomes:
        st.info(
            "No captured prediction has an outcome yet. Bring outcomes in first.",
            icon=":material/info:",
        )
        edit_policy(subject.project_id)
        return
    with stop_on_error():
        table = next_table(subject.project_id, subject.number, subject.stamp)
    st.markdown(f"**{md(table.sentence)}**")
    if table.n_added:
        offer_challenge(subject)
    else:
        st.info(
            "Nothing would be new: every outcome is in the table already.",
            icon=":material/info:",
        )
    show_challenges(subject.project_id)
    edit_policy(subject.project_id)
    if table.n_added:
        _start_by_hand(subject)


def _start_by_hand(subject: Subject) -> None:
    st.header("Go round by hand", anchor=False)
    st.markdown(
        "The next cycle begins with this table and the recipe of the last one. Explore "
        "opens on it, and every step is yours."
    )
    note = st.text_input(
        "Note", placeholder="Why now? (may stay empty)", key="next-cycle-note"
    )
    if st.button("Start the next cycle", icon=":material/restart_alt:"):
        with stop_on_error(), st.spinner("Keeping the new table"):
            cycle = workspace().next_cycle.start(subject.project_id, note=note)
        go_to(subject.project_id, cycle.number)
        # Streamlit refuses to clear parameters that are bound, as the project is.
        switch_to("explore")


@st.cache_resource(max_entries=2, show_spinner="Counting the rows")
def next_table(
    project_id: str,
    number: int,  # noqa: ARG001  part of the cache's key, as the stamp is
    stamp: int,  # noqa: ARG001
) -> NextTable:
    """Return the table that the next cycle would start with; do not change it."""
    return workspace().next_cycle.table(project_id)
