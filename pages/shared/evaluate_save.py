"""Save the evaluated model as a version."""

from dataclasses import replace

import streamlit as st

from core.registry import VersionInfo
from core.workspace import Cycle, EvaluationRecord
from pages.shared.evaluate_coverage import ask_promise, set_kind
from pages.shared.evaluate_download import judgement_of, report_and_limits
from pages.shared.frame import next_step, stop_on_error
from pages.shared.state import person, workspace


def show_saving(cycle: Cycle, found: EvaluationRecord) -> None:
    """Offer to save, or say which version came of it and where to go."""
    version = saved_version(cycle, found)
    if version is None:
        st.header("Save as a version", anchor=False)
        _ask(cycle, found)
        return
    st.success(f"Saved as version {version.number}.", icon=":material/check_circle:")
    if workspace().registry.champion(cycle.project_id) == version.number:
        next_step("predict", f"Version {version.number} is live: ask it.")
    else:
        next_step("deploy", f"Make version {version.number} answer for the project.")
    with st.expander("Save it once more, with another note"):
        _ask(cycle, found)


def saved_version(cycle: Cycle, found: EvaluationRecord) -> VersionInfo | None:
    """Return the version that was saved from this evaluation, if one was."""
    if cycle.version_number is None:
        return None
    info = workspace().registry.version(cycle.project_id, cycle.version_number)
    return info if info.created_at >= found.created_at else None


def _ask(cycle: Cycle, found: EvaluationRecord) -> None:
    st.caption(
        "A version keeps the model, its threshold and columns, a sample of the "
        "training rows and this evaluation, and never changes. Nothing answers with it "
        "until it is made champion on Deploy."
    )
    with st.form("save-version", border=False):
        left, right = st.columns([3, 1])
        note = left.text_input(
            "Note", max_chars=300, placeholder="What is new in it", key="version-note"
        )
        who = right.text_input("Your name", person(), max_chars=80, key="version-who")
        promise = ask_promise(found.champion)
        wanted = st.form_submit_button(
            "Save as a version", type="primary", icon=":material/save:"
        )
    judgement = judgement_of(cycle)
    if not judgement.intended_use:
        st.caption(
            "The card does not say yet what the model is meant for: say it under "
            "*Download*, where the whole card is shown."
        )
    if wanted:
        with stop_on_error(), st.spinner("Saving"):
            report, limits = report_and_limits(cycle, found)
            workspace().evaluation.save_version(
                cycle.id, note.strip(), who.strip(),
                coverage=None if promise is None else promise.asked,
                sets=None if promise is None else set_kind(promise),
                judgement=replace(judgement, limits=limits), report=report,
            )  # fmt: skip
        st.rerun()
