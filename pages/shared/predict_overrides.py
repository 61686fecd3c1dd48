"""Overrides: rules above the model, made, counted and ended on the page."""

from datetime import timedelta
from typing import Any

import streamlit as st

from core.data import Cohort, Condition
from core.errors import RondoError
from core.serving import Answer, Service
from core.serving.overrides import Override
from core.storage.types import now
from core.wording import counted
from pages.shared.frame import md, show_error
from pages.shared.predict_answer import in_words
from pages.shared.state import person, workspace

_COUNTED = timedelta(days=30)


def show_overrides(service: Service) -> None:
    """Show the rules in force, with how often each one answered, and ask for more."""
    st.markdown(
        "An override is a rule above the model: rows that fit it get its outcome, "
        "whether they come from the form, a file or the API. The answer says so, and "
        "what the model itself says is kept beside it."
    )
    project = service.version.project
    active = workspace().overrides.of(project)
    counts = workspace().overrides.counts(project, now() - _COUNTED)
    for override in active:
        _show_one(project, override, counts.get(override.cohort.name, 0))
    if not active:
        st.caption("No rule stands above the model.")
    ended = {name: n for name, n in counts.items() if name not in _names(active)}
    if ended:
        told = ", ".join(f"{md(name)} {n:,}" for name, n in ended.items())
        st.caption(f"Ended, but answered within the last 30 days: {told}.")
    _ask_new(service)


def _names(active: tuple[Override, ...]) -> set[str]:
    return {override.cohort.name for override in active}


def _show_one(project: str, override: Override, count: int) -> None:
    with st.container(border=True):
        outcome = in_words(Answer(override.outcome))
        st.markdown(
            f"**{md(override.cohort.name)}**: if {md(override.cohort.sentence)}, "
            f"the answer is **{md(outcome)}**."
        )
        why = f" {md(override.why)}" if override.why else ""
        st.caption(
            f"By {md(override.who)}, since {override.created_at:%Y-%m-%d}.{why} It "
            f"changed {counted('answer', count)} within the last 30 days."
        )
        if st.button("End it", key=f"end-{override.id}", icon=":material/block:"):
            workspace().overrides.end(project, override.id)
            st.rerun()


def _ask_new(service: Service) -> None:
    version = service.version
    columns = ", ".join(version.schema.names[:3])
    with (
        st.expander("Put a rule above the model", icon=":material/add:"),
        st.form(f"override-{version.project}", border=False, clear_on_submit=False),
    ):
        rule = st.text_input(
            "If",
            placeholder="age < 18 and plan == 'basic'",
            help=f"By the columns that are sent, such as {md(columns)}. Names with "
            "blanks stand between backticks.",
        )
        outcome = _ask_outcome(service)
        name = st.text_input("Name of the rule", max_chars=60)
        why = st.text_input("Why", max_chars=300)
        who = st.text_input("Your name", person(), max_chars=80)
        sent = st.form_submit_button("Put it in force", icon=":material/gavel:")
    if not sent:
        return
    try:
        cohort = Cohort(name, (Condition("", "formula", rule),))
        workspace().overrides.add(version, cohort, outcome, who=who, why=why)
    except RondoError as error:
        show_error(error)
        return
    st.rerun()


def _ask_outcome(service: Service) -> Any:
    classes = service.version.model.classes_
    if classes is None:
        return st.number_input("then the answer is", value=0.0)
    return st.selectbox(
        "then the answer is",
        classes.tolist(),
        format_func=lambda label: in_words(Answer(label)),
    )
