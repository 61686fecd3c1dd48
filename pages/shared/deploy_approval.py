"""Four eyes: who has approved a version, and approving it."""

import streamlit as st

from core.registry.approval import approvers
from pages.shared.frame import md, stop_on_error
from pages.shared.state import person, workspace


def show_approval(project_id: str, number: int) -> None:
    """Say who has approved a version, and let somebody do so, where that is needed."""
    registry = workspace().registry
    if not registry.four_eyes:
        return
    names = approvers(registry.history(project_id), number)
    if names:
        st.caption(
            f":material/how_to_reg: Approved by {md(', '.join(names))}. Somebody else "
            "can make it the champion."
        )
    else:
        st.caption(
            ":material/how_to_reg: Not approved yet. One person approves, another "
            "makes it the champion."
        )
    with st.popover("Approve it", icon=":material/how_to_reg:"):
        st.caption(
            "Names are believed as they are typed; the history keeps them. Who may "
            "open this page is up to what guards it."
        )
        who = st.text_input("Who approves", value=person(), key=f"approve-who-{number}")
        why = st.text_input("What was checked", key=f"approve-why-{number}")
        if st.button(f"Approve version {number}", key=f"approve-{number}"):
            with stop_on_error():
                registry.set_state(project_id, number, "approved", who=who, why=why)
            st.rerun()
