"""Alarms on Monitor: what waits, what each says, and what can be done about it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

from core.monitoring.alarm import Alarm
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_choice import look_at
from pages.shared.navigation import switch_to
from pages.shared.state import open_part, person, workspace

_MUTES = {"a day": 1, "a week": 7, "a month": 30}
_BADGES = {
    "alarm": ":red-badge[:material/notifications_active: Alarm]",
    "warning": ":orange-badge[:material/warning: Warning]",
}
_IN_FULL = 2
"""So many open alarms are shown in full; the others unfold."""
_FIRST = ("broken", "worse", "errors")
"""Rules of proven harm: their alarms come before those of drift."""
_PARTS = {"worse": "Outcomes", "estimated": "Outcomes", "errors": "Predictions"}
_PART = "monitor-part"


def show_open_alarms(project_id: str) -> None:
    """Show every alarm that waits for somebody, gravest and proven first."""
    waiting = workspace().alarms.list(project_id, only_open=True)
    awake = [alarm for alarm in waiting if alarm.is_open]
    awake.sort(key=lambda each: (each.severity, each.rule_id not in _FIRST))
    for alarm in awake[:_IN_FULL]:
        with st.container(border=True):
            _show(alarm)
    for alarm in awake[_IN_FULL:]:
        with st.expander(f"{alarm.severity.capitalize()}: {md(alarm.text.title)}"):
            _show(alarm)


def _show(alarm: Alarm) -> None:
    said = alarm.text
    seen = " :gray-badge[acknowledged]" if alarm.state == "acknowledged" else ""
    st.markdown(f"{_BADGES[alarm.severity]} **{md(said.title)}**{seen}")
    st.markdown(md(said.cause))
    looked = f" · **Look first at:** {md(', '.join(said.columns))}"
    st.markdown(
        f"**Since:** {md(said.since)} · **Probable harm:** {md(said.harm)}"
        f"{looked if said.columns else ''}"
    )
    with st.container(horizontal=True):
        _offer_ways(alarm)
        _offer_answers(alarm)


def _offer_ways(alarm: Alarm) -> None:
    """Offer to inspect the window, to retrain, or to roll back."""
    if st.button("Inspect", key=f"inspect-{alarm.id}", icon=":material/search:"):
        look_at(alarm.last_window)
        open_part(_PART, _PARTS.get(alarm.rule_id, "Columns"))
        st.rerun()
    if st.button("Retrain", key=f"retrain-{alarm.id}", icon=":material/restart_alt:"):
        open_part(_PART, "Next cycle")
        st.rerun()
    if st.button("Roll back", key=f"back-{alarm.id}", icon=":material/undo:"):
        switch_to("deploy")


def _offer_answers(alarm: Alarm) -> None:
    """Offer to acknowledge, mute or resolve."""
    alarms, who = workspace().alarms, person()
    with st.popover("Answer", icon=":material/edit_note:"):
        why = st.text_input("Why", key=f"why-{alarm.id}", placeholder="May stay empty")
        span = st.selectbox("Mute for", list(_MUTES), key=f"span-{alarm.id}")
        until = datetime.now(UTC) + timedelta(days=_MUTES[span])
        answers: dict[str, Callable[[], Alarm]] = {
            "Acknowledge": lambda: alarms.acknowledge(alarm.id, who=who, why=why),
            "Mute": lambda: alarms.mute(alarm.id, until, who=who, why=why),
            "Resolve": lambda: alarms.resolve(alarm.id, who=who, why=why),
        }
        for label, answer in answers.items():
            if st.button(label, key=f"{label}-{alarm.id}", width="stretch"):
                with stop_on_error():
                    answer()
                st.rerun()


def show_all_alarms(project_id: str) -> None:
    """Show the newest alarms, whatever became of them."""
    st.header("Alarms so far", anchor=False)
    kept = workspace().alarms.list(project_id)
    if not kept:
        st.caption("No alarm yet. Windows are judged as they close.")
        return
    st.dataframe(
        pd.DataFrame([_row(alarm) for alarm in kept]),
        hide_index=True,
        alt="All alarms, newest first.",
    )
    _offer_muted([alarm for alarm in kept if alarm.state == "muted"])


def _row(alarm: Alarm) -> dict[str, object]:
    told = workspace().notices.of(alarm.id)
    return {
        "Opened": f"{alarm.opened_at:%Y-%m-%d %H:%M}",
        "Version": alarm.version,
        "What": alarm.text.title,
        "Severity": alarm.severity,
        "State": alarm.state,
        "Since": alarm.text.since,
        "Newest window": alarm.text.window,
        "Cause": alarm.text.cause,
        "Told": "; ".join(f"{each.channel} {each.state}" for each in told),
        "Answers": alarm.note,
    }


def _offer_muted(muted: Sequence[Alarm]) -> None:
    for alarm in muted:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{md(alarm.text.title)} is muted until "
                f"{alarm.muted_until:%Y-%m-%d %H:%M} UTC."
            )
            if st.button("Unmute", key=f"unmute-{alarm.id}"):
                with stop_on_error():
                    workspace().alarms.reopen(alarm.id, who=person())
                st.rerun()
