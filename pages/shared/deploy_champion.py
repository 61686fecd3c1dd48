"""What is live, and the two ways to change it: promote and roll back."""

from collections.abc import Sequence

import streamlit as st

from core.registry import HistoryEntry, VersionInfo
from pages.shared.deploy_approval import show_approval
from pages.shared.deploy_versions import measured
from pages.shared.frame import md, stop_on_error
from pages.shared.state import forget, person, recall, remember, workspace

_SAID = "deploy-said"


def show_live(project_id: str) -> None:
    """Say in words what is live, since when, and who decided it."""
    said = recall(_SAID)
    if said:
        st.success(said, icon=":material/check_circle:")
        forget(_SAID)
    registry = workspace().registry
    number = registry.champion(project_id)
    if number is None:
        st.info(
            "Nothing is live yet. Make a version the champion, and the API answers "
            "with it from the next call on.",
            icon=":material/info:",
        )
        return
    info = registry.version(project_id, number)
    st.markdown(
        f":green-badge[:material/check: Live] **Version {number}** · "
        f"{md(info.summary['name'])} · {md(measured(info))}"
    )
    st.caption(md(decided(registry.history(project_id))))


def decided(entries: Sequence[HistoryEntry]) -> str:
    """Say since when the champion is live, who made it so, and why."""
    lines = [entry for entry in entries if entry.alias == "champion"]
    if not lines:
        return ""
    last = lines[-1]
    how = "rolled back to" if last.action == "rolled back" else "made champion"
    why = f": {last.why}" if last.why else ""
    return f"Live since {last.at:%Y-%m-%d %H:%M} UTC, {how} by {last.who}{why}."


def comparison(chosen: VersionInfo, champion: VersionInfo | None) -> str:
    """Say what the figures of two versions prove, which is often nothing.

    The intervals are each on the version's own test rows; when they overlap,
    neither version is shown to be better.
    """
    if champion is None:
        return f"Measured: {measured(chosen)}."
    ours, theirs = chosen.summary.get("headline"), champion.summary.get("headline")
    if not ours or not theirs:
        return "One of the two was not evaluated, so nothing compares them."
    if ours["name"] != theirs["name"]:
        return "The two were measured by different metrics, so nothing compares them."
    told = f"{measured(chosen)} against {measured(champion)} of the champion."
    ends = (ours["low"], ours["high"], theirs["low"], theirs["high"])
    if any(end is None for end in ends):
        return f"{told} Without intervals, the difference may be chance."
    if ours["low"] <= theirs["high"] and theirs["low"] <= ours["high"]:
        return f"{told} The intervals overlap: neither is shown to be better."
    higher = ours["low"] > theirs["high"]
    better = higher == ours.get("higher_is_better", True)
    return f"{told} The intervals are apart: it is {'better' if better else 'worse'}."


def ask_champion(project_id: str, versions: Sequence[VersionInfo]) -> None:
    """Ask which version shall be live, by whom and why."""
    st.header("Make a version the champion", anchor=False)
    registry = workspace().registry
    current = registry.champion(project_id)
    others = {info.number: info for info in versions if info.number != current}
    if not others:
        st.caption("The only version is the champion already.")
        return
    number = st.selectbox(
        "Version",
        list(others),
        format_func=lambda n: f"{n} · {others[n].summary['name']}",
        key="promote-version",
    )
    show_approval(project_id, number)
    live = None if current is None else registry.version(project_id, current)
    st.markdown(md(comparison(others[number], live)))
    instead = "" if current is None else f" instead of version {current}"
    st.caption(f"From the next call on, version {number} answers{instead}.")
    who = st.text_input("Who decides", value=person(), key="promote-who")
    why = st.text_input("Why", key="promote-why", placeholder="For the history")
    # The key names the version: what another tab changes meanwhile is not promoted.
    label, key = f"Make version {number} the champion", f"promote-{number}"
    if st.button(label, type="primary", key=key):
        with stop_on_error():
            registry.set_alias(project_id, "champion", number, who=who, why=why)
        remember(_SAID, f"Version {number} is live from the next call on.")
        st.rerun()


def offer_roll_back(project_id: str) -> None:
    """Offer to make the previous champion live again, and say what that does."""
    st.header("Roll back", anchor=False)
    registry = workspace().registry
    previous = registry.previous_champion(project_id)
    if previous is None:
        st.caption("There was no other champion to go back to.")
        return
    info, live = registry.version(project_id, previous), registry.champion(project_id)
    st.markdown(
        f"**Version {previous}** · {md(info.summary['name'])} · {md(measured(info))} "
        f"will answer from the next call on. Version {live} stays saved and can be "
        "made champion again."
    )
    why = st.text_input("Why", key="back-why", placeholder="For the history")
    if st.button(
        f"Roll back to version {previous}",
        icon=":material/undo:",
        key=f"roll-back-{live}-{previous}",
    ):
        with stop_on_error():
            registry.roll_back(project_id, who=person(), why=why)
        remember(_SAID, f"Version {previous} is live again from the next call on.")
        st.rerun()
