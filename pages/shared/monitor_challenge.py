"""Challengers on Monitor: made in a job from one press, and what was found of them."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from core.wording import counted
from core.workspace.challenge import Challenge
from pages.shared.frame import md, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.monitor_judged import show_judged
from pages.shared.monitor_order import ask_order
from pages.shared.monitor_windows import Subject
from pages.shared.state import forget, person, recall, remember, workspace

_JOB = "challenge_job"


def offer_challenge(subject: Subject) -> None:
    """Offer to make a challenger, and show the one that is being made."""
    challenges = workspace().challenges
    under_way = challenges.active(subject.project_id)
    job_id: str | None = recall(f"{_JOB}-{subject.project_id}")
    if job_id is None and under_way is not None:
        job_id = under_way.id
    if job_id is not None:
        done = watch_job(job_id, "Challenger")
        if done is None:
            return
        forget(f"{_JOB}-{subject.project_id}")
    st.markdown(
        "One press draws these rows, replays recipe and split, trains, opens the new "
        "test set once, and judges both models on the newest captured rows, from "
        "which neither has learned."
    )
    version = workspace().service(subject.project_id).version
    usual = workspace().policies.get(subject.project_id).order
    with st.expander("How it is made", icon=":material/tune:"):
        order = ask_order(usual, key="order", updatable=version.model.updatable)
    fresh_from = _ask_change(subject.project_id)
    if st.button("Train a challenger", type="primary", icon=":material/swords:"):
        with stop_on_error():
            job = challenges.start(
                subject.project_id, order, who=person(), fresh_from=fresh_from
            )
        remember(f"{_JOB}-{subject.project_id}", job.id)
        st.rerun()


def _ask_change(project_id: str) -> datetime | None:
    """Ask whether what an alarm speaks of makes earlier rows old ones."""
    since = workspace().policies.changed_since(project_id)
    if since is None or not workspace().log.count_outcomes(project_id, since)[0]:
        return None
    said = f"Rows from before {since:%Y-%m-%d}, when the alarm began, count as old"
    return since if st.checkbox(said, True, key=f"since-{project_id}") else None


def show_challenges(project_id: str) -> None:
    """Show the newest verdict in full, and the earlier ones in a table."""
    found = workspace().challenges.list(project_id)
    if not found:
        return
    newest = found[0]
    st.header(f"Version {newest.challenger} against {newest.champion}", anchor=False)
    _show_decision(newest)
    if newest.judged is not None:
        show_judged(newest.judged)
    _offer_promotion(newest)
    if len(found) > 1:
        with st.expander(f"{counted('earlier challenger', len(found) - 1)}"):
            st.dataframe(_table(found[1:]), hide_index=True, alt="Earlier challengers.")


def _show_decision(challenge: Challenge) -> None:
    judged, said = challenge.judged, md(challenge.sentence)
    decision = None if judged is None else judged.verdict.decision
    why = f"{challenge.created_at:%Y-%m-%d %H:%M} UTC · {md(challenge.why)}"
    if decision == "promote" and not challenge.objections:
        st.success(said, icon=":material/check_circle:")
    elif decision == "worse":
        st.error(said, icon=":material/trending_down:")
    else:
        st.info(said, icon=":material/balance:")
    st.caption(why)


def _offer_promotion(challenge: Challenge) -> None:
    registry, number = workspace().registry, challenge.challenger
    live = registry.champion(challenge.project_id)
    if live == number:
        st.caption(f"Version {number} is live. Deploy can roll it back.")
        return
    if live != challenge.champion:
        return
    label = f"Promote version {number}"
    if challenge.objections:
        label += " all the same"
    if st.button(label, key=f"promote-{challenge.id}", icon=":material/arrow_upward:"):
        why = f"Decided on Monitor. {challenge.sentence}"
        with stop_on_error():
            registry.set_alias(
                challenge.project_id, "champion", number, who=person(), why=why
            )
        st.rerun()


def _table(found: Sequence[Challenge]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "When (UTC)": [f"{each.created_at:%Y-%m-%d %H:%M}" for each in found],
            "Champion": [each.champion for each in found],
            "Challenger": [each.challenger for each in found],
            "Why": [each.why for each in found],
            "Decision": [each.sentence for each in found],
        }
    )
