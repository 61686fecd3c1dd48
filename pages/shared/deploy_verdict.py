"""Whether the version that shares the calls is better, in one sentence on Deploy."""

import streamlit as st

from core.errors import RondoError
from core.retraining import Judged
from pages.shared.frame import md, stop_on_error
from pages.shared.state import person, workspace


def show_rival(project_id: str, number: int) -> None:
    """Say what outcomes prove of a challenger or shadow, and offer to promote it."""
    registry = workspace().registry
    champion = registry.champion(project_id)
    if champion is None or champion == number:
        return
    n_known = workspace().log.count_outcomes(project_id)[0]
    found = _judged(project_id, champion, number, n_known)
    if isinstance(found, str):
        st.caption(f"No verdict on version {number}: {md(found)}")
        return
    st.markdown(f"**Verdict on version {number}.** {md(found.verdict.sentence)}")
    proven = found.verdict.decision == "promote"
    if st.button(
        f"Promote version {number}" + ("" if proven else " all the same"),
        type="primary" if proven else "secondary",
        icon=":material/arrow_upward:",
        key=f"promote-rival-{number}",
    ):
        with stop_on_error():
            why = f"Decided on Deploy. {found.verdict.sentence}"
            registry.set_alias(project_id, "champion", number, who=person(), why=why)
        st.rerun()


@st.cache_resource(max_entries=8, show_spinner="Judging both on the newest rows")
def _judged(
    project_id: str,
    champion: int,
    number: int,
    n_known: int,  # noqa: ARG001  part of the cache's key
) -> Judged | str:
    """Return the verdict, or why there is none; done anew when outcomes arrive."""
    try:
        return workspace().challenges.judge(project_id, number, champion)
    except RondoError as error:
        return error.message
