"""The adviser: a short form, and what it advises with the reasons."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.deployment import KINDS
from core.deployment.adviser import Advice, Answers, Choice, advise, titles
from core.registry import VersionInfo
from core.wording import counted, score_text
from pages.shared.deploy_questions import ask_answers
from pages.shared.frame import md, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace


def show_adviser(project_id: str, info: VersionInfo, facts: dict[str, Any]) -> None:
    """Ask what decides how to deploy, and show what is advised.

    `facts` are those answers that the version itself gives.
    """
    st.header("Adviser", anchor=False)
    st.caption(known_words(facts))
    advice = advise(Answers(**ask_answers(), **facts))
    with st.container(border=True):
        choices = (advice.form, advice.place, advice.retraining)
        st.subheader(titles(choices), anchor=False)
        for column, choice in zip(st.columns(3, gap="medium"), choices, strict=True):
            with column:
                _show_choice(choice)
        if advice.steps:
            st.markdown("**First steps**")
            st.markdown("\n".join(f"1. {md(step)}" for step in advice.steps))
        _offer_bundle(project_id, info.number, advice)


def known_words(facts: dict[str, Any]) -> str:
    """Say what the version itself answers.

    Examples
    --------
    >>> known_words({"n_columns": 4, "size_mb": 0.25})
    'Known from the version: 4 columns, a model of 0.250 MB.'
    """
    texts: dict[str, Callable[[Any], str]] = {
        "n_rows": lambda n: counted("training row", n),
        "n_columns": lambda n: counted("column", n),
        "size_mb": lambda size: f"a model of {score_text(size)} MB",
        "row_ms": lambda ms: f"{score_text(ms)} ms a row for the model alone",
    }
    told = [word(facts[name]) for name, word in texts.items() if name in facts]
    return f"Known from the version: {', '.join(told)}."


def _show_choice(choice: Choice) -> None:
    st.markdown(f"**{choice.option.title}**")
    st.markdown("\n".join(f"- {md(reason)}" for reason in choice.reasons))
    if choice.against:
        st.caption(f"But: {md(' '.join(choice.against))}")
    with st.popover("Benefits and risks"):
        for word, lines in (
            ("Benefits", choice.option.benefits),
            ("Risks", choice.option.risks),
        ):
            st.markdown(f"**{word}**\n" + "\n".join(f"- {line}" for line in lines))
        st.caption(f"Next best: {choice.runner_up.title.lower()}.")


def _offer_bundle(project_id: str, number: int, advice: Advice) -> None:
    bundles, kind = workspace().bundles, KINDS[advice.bundle]
    st.markdown(f"**To take along: {kind.title.lower()}.** {advice.bundle_reason}")
    jobs = [
        job
        for job in bundles.building(project_id, number)
        if job.arguments["kind"] == kind.name
    ]
    if jobs:
        watch_job(jobs[0].id, "Building")
        return
    built = bundles.of(project_id, number).get(kind.name)
    if built is not None and built.offered:
        st.caption("Built and tried; download it under Carry it away.")
    elif built is not None:
        st.warning(f"Not offered: {md(built.reason)}", icon=":material/block:")
    elif st.button(
        "Build this bundle", icon=":material/package_2:", key="advice-build"
    ):
        with stop_on_error():
            bundles.start(project_id, number, kind.name)
        st.rerun()
