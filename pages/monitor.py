"""Monitor: whether anything is wrong with what is live, and the way back."""

import streamlit as st

from core.serving import Service
from pages.shared.frame import header, point_to, stop_on_error
from pages.shared.monitor_choice import choose, subject_of
from pages.shared.monitor_cycle import offer_next_cycle
from pages.shared.monitor_drift import show_columns, show_predictions, show_verdict
from pages.shared.monitor_outcomes import has_fallen, show_outcomes
from pages.shared.state import require_project, workspace


def champion(project_id: str) -> Service:
    """Return what is live, or point to where it is made."""
    registry = workspace().registry
    if registry.champion(project_id) is None:
        if registry.versions(project_id):
            point_to("deploy", "No version is live yet. Make one the champion.")
        point_to("evaluate", "There is no version yet. Save one after evaluating it.")
    with stop_on_error():
        return workspace().service(project_id)


header(
    "Monitor",
    "Whether what comes in is still what the model learned from, and whether it is "
    "still right.",
)
project = require_project()
service = champion(project.id)
subject = subject_of(project.id, service.version.number)
verdict = st.container()
with stop_on_error():
    report = choose(subject)
if report is not None:
    with verdict:
        show_verdict(report, has_fallen(subject, service))
columns, predictions, outcomes, cycle = st.tabs(
    ["Columns", "Predictions", "Outcomes", "Next cycle"],
    key="monitor-part",
    on_change="rerun",
)
if columns.open:
    with columns:
        if report is None:
            st.caption("Choose what to look at above.")
        else:
            show_columns(report)
if predictions.open:
    with predictions:
        if report is None:
            st.caption("Choose what to look at above.")
        else:
            show_predictions(report, service)
if outcomes.open:
    with outcomes:
        show_outcomes(subject, service)
if cycle.open:
    with cycle:
        offer_next_cycle(subject)
