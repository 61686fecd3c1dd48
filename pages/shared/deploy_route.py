"""How calls are shared between the champion and another version."""

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from core.errors import RondoError
from core.registry import VersionInfo
from core.serving.routing import Guardrails, Mode, Route, Routes, described
from core.serving.shadow import agreement
from core.wording import counted
from pages.shared.deploy_verdict import show_rival
from pages.shared.frame import md, show_error
from pages.shared.state import person, workspace

_MODES: Mapping[Mode, str] = {
    "champion": "All to the champion",
    "challenger": "A share to a challenger",
    "shadow": "A copy to a shadow",
}
_ABOUT: Mapping[Mode, str] = {
    "champion": "The champion answers everything.",
    "challenger": "The challenger answers its share. Whoever has met one version keeps "
    "meeting it, when a column or the header X-Route-Key says who it is. A call goes "
    "to one version as a whole.",
    "shadow": "The champion answers everything; the shadow is asked the same "
    "afterwards, and its answers are kept without being given to anybody.",
}


def show_route(project_id: str, versions: Sequence[VersionInfo]) -> None:
    """Show where calls go now, and let a person change it."""
    registry, routes = workspace().registry, Routes(workspace().database)
    champion = registry.champion(project_id)
    if champion is None or len(versions) < 2:
        st.info(
            "Calls are shared once there is a champion and a second version.",
            icon=":material/info:",
        )
        return
    _show_now(project_id, routes.of(project_id))
    mode = st.segmented_control(
        "Where calls of the API go",
        list(_MODES),
        default=routes.of(project_id).mode,
        format_func=_MODES.__getitem__,
        required=True,
        key=f"route-mode-{project_id}",
    )
    st.caption(_ABOUT[mode])
    with st.form(f"route-{project_id}-{mode}", border=True):
        chosen = None if mode == "champion" else _ask_version(mode, champion, versions)
        route = (
            _ask_share(project_id, champion) if mode == "challenger" else Route(mode)
        )
        left, right = st.columns(2)
        who = left.text_input("Who decides", value=person(), key=f"route-who-{mode}")
        why = right.text_input("Why", key=f"route-why-{mode}")
        pressed = st.form_submit_button("Share calls this way", type="primary")
    if not pressed:
        return
    try:
        if chosen is not None and mode != "champion":
            registry.set_alias(project_id, mode, chosen, who=who, why=why)
        routes.put(project_id, route, who=who, why=why)
    except RondoError as error:
        show_error(error)
        return
    st.rerun()


def _show_now(project_id: str, route: Route) -> None:
    words = md(described(route))
    if route.tripped_at is not None:
        st.error(
            f"{words} A guardrail sent all of them back to the champion on "
            f"{route.tripped_at:%Y-%m-%d at %H:%M} UTC: {md(route.tripped_why or '')}",
            icon=":material/undo:",
        )
    else:
        st.markdown(f"**Now.** {words}")
    if route.number is not None and route.mode == "shadow":
        same, n = agreement(workspace().database, project_id, route.number)
        if n:
            st.caption(
                f"The shadow, version {route.number}, gave the same answer to "
                f"{same:,} of {counted('row', n)} ({same / n:.1%})."
            )
    if route.number is not None and route.mode != "champion":
        show_rival(project_id, route.number)


def _ask_version(
    mode: Literal["challenger", "shadow"],
    champion: int,
    versions: Sequence[VersionInfo],
) -> int:
    others = {info.number: info for info in versions if info.number != champion}
    number: int = st.selectbox(
        f"Version that becomes {mode}",
        list(others),
        format_func=lambda n: f"{n} · {others[n].summary['name']}",
        key=f"route-version-{mode}",
    )
    return number


def _ask_share(project_id: str, champion: int) -> Route:
    """Ask for the share, what it sticks to, and the guardrails."""
    columns = workspace().registry.load(project_id, champion).schema.names
    left, right = st.columns(2)
    share = left.slider("Share of calls, in %", 1, 100, 10, key="route-share")
    sticky_by = right.selectbox(
        "Column that says who calls",
        list(columns),
        index=None,
        placeholder="none: chance decides each call",
        key="route-sticky",
    )
    st.markdown("**Guardrails.** When one of them breaks, the champion answers all.")
    first, second, third, fourth = st.columns(4)
    return Route(
        "challenger",
        share / 100,
        sticky_by,
        Guardrails(
            most_errors=first.number_input(
                "Failed calls, at most %", 0.0, 100.0, 2.0, key="route-errors"
            )
            / 100,
            most_p95_ms=second.number_input(
                "95 of 100 calls within ms",
                min_value=1.0,
                value=None,
                placeholder="no limit",
                key="route-p95",
            ),
            most_shift=third.number_input(
                "Mean answer differs by at most",
                min_value=0.0,
                value=0.2,
                help="Probability, or standard deviations of a number.",
                key="route-shift",
            ),
            least_calls=fourth.number_input(
                "Judged from so many calls", min_value=1, value=100, key="route-calls"
            ),
        ),
    )
