"""What is kept of a project's answers: now, changed by whom, and what was lost."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from core.errors import RondoError
from core.registry import VersionInfo
from core.serving.capture_policies import CaptureChange, described
from core.serving.losses import said
from core.wording import counted
from pages.shared.deploy_capture_form import (
    ABOUT,
    MODES,
    ask_policy,
    columns_of,
    mode_of,
)
from pages.shared.frame import md, show_error
from pages.shared.state import person, workspace

_SHOWN: Final = 20


def show_capture(project_id: str, versions: Sequence[VersionInfo]) -> None:
    """Show what is kept of the answers, and let a person change it."""
    policies = workspace().log.policies
    policy, changes = policies.of(project_id), policies.changes(project_id)
    st.markdown(f"**Now.** {md(described(policy))}")
    st.caption(md(_by_whom(changes)))
    _show_faults(project_id)
    mode = st.segmented_control(
        "When answers of the API are captured",
        list(MODES),
        default=mode_of(policy),
        format_func=MODES.__getitem__,
        required=True,
        key=f"capture-mode-{project_id}",
        help="Answers of the form and of files are always captured before they are "
        "given, all of them.",
    )
    st.caption(ABOUT[mode])
    with st.form(f"capture-{project_id}-{mode}", border=True):
        asked = ask_policy(policy, mode, columns_of(project_id, versions, policy))
        left, right = st.columns(2)
        who = left.text_input("Who decides", value=person(), key=f"capture-who-{mode}")
        why = right.text_input("Why", key=f"capture-why-{mode}")
        with st.container(horizontal=True):
            pressed = st.form_submit_button("Capture this way", type="primary")
            back = st.form_submit_button("Back to the defaults")
    if pressed or back:
        try:
            chosen = None if back else replace(policy, **asked)
            policies.put(project_id, chosen, who=who, why=why)
        except RondoError as error:
            show_error(error)
            return
        st.rerun()
    _show_changes(changes)


def _by_whom(changes: Sequence[CaptureChange]) -> str:
    if not changes:
        return "These are the defaults of the settings, RONDO_CAPTURE_…"
    last = changes[0]
    what = "Back to the defaults" if last.policy is None else "Chosen"
    because = f": {last.why}" if last.why else ""
    return f"{what} by {last.who} on {last.at:%Y-%m-%d at %H:%M} UTC{because}"


def _show_faults(project_id: str) -> None:
    """Say whether capture pauses, and what was answered and not captured."""
    log = workspace().log
    if log.pauses(project_id):
        st.error(
            "Capture is paused: the database is larger than the limit below.",
            icon=":material/pause_circle:",
        )
    losses = log.losses.of(project_id)
    if losses:
        lines = "\n".join(f"- {md(said(loss))}" for loss in losses[:_SHOWN])
        st.warning(f"**Killed servers have lost answers.**\n{lines}")


def _show_changes(changes: Sequence[CaptureChange]) -> None:
    if not changes:
        return
    st.caption(f"{counted('change', len(changes))}, newest first.")
    told = [
        {
            "When (UTC)": f"{each.at:%Y-%m-%d %H:%M:%S}",
            "Who": each.who,
            "What": "The defaults." if each.policy is None else described(each.policy),
            "Why": each.why,
        }
        for each in changes[:_SHOWN]
    ]
    st.dataframe(pd.DataFrame(told), hide_index=True)
