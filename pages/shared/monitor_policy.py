"""When a project retrains by itself, as it is kept and edited on Monitor."""

import streamlit as st

from core.retraining import Policy
from core.retraining.policy import TRIGGERS, Trigger
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_order import ask_order
from pages.shared.state import recall, remember, workspace

_SAVED = "policy-saved"
_TRIGGERS: dict[Trigger, str] = {
    "performance": "Performance alarm",
    "drift": "Drift alarm",
    "outcomes": "Enough new outcomes",
    "schedule": "Time",
}


def edit_policy(project_id: str) -> None:
    """Say when the project retrains by itself, and keep what is changed."""
    st.header("Retrain by itself", anchor=False)
    policy = workspace().policies.get(project_id)
    if recall(_SAVED):
        st.success("Kept. The next look of the server follows it.")
        remember(_SAVED, False)
    st.markdown(f"{md(policy.sentence)} Each trigger is followed once.")
    with st.expander("The policy", icon=":material/rule_settings:"):
        changed = _ask(policy, project_id)
        if st.button("Keep this policy", icon=":material/save:"):
            with stop_on_error():
                workspace().policies.save(project_id, changed)
            remember(_SAVED, True)
            st.rerun()


def _ask(policy: Policy, project_id: str) -> Policy:
    active = st.toggle("Retrain by itself", policy.active, key=f"on-{project_id}")
    triggers = st.pills(
        "When",
        list(TRIGGERS),
        selection_mode="multi",
        default=list(policy.triggers),
        format_func=_TRIGGERS.__getitem__,
        key=f"when-{project_id}",
    )
    one, two, three = st.columns(3)
    n_outcomes = one.number_input(
        "New outcomes",
        1,
        value=policy.n_outcomes,
        disabled="outcomes" not in triggers,
        key=f"n-{project_id}",
    )
    every_days = two.number_input(
        "Days",
        1,
        value=policy.every_days,
        disabled="schedule" not in triggers,
        key=f"days-{project_id}",
    )
    least = three.number_input(
        "Never with fewer new outcomes than",
        1,
        value=policy.least_outcomes,
        key=f"least-{project_id}",
    )
    number = workspace().registry.champion(project_id)
    updatable = workspace().service(project_id, number).version.model.updatable
    order = ask_order(policy.order, key=f"policy-{project_id}", updatable=updatable)
    chosen = tuple(each for each in TRIGGERS if each in triggers)
    return Policy(active, chosen, n_outcomes, every_days, least, order)
