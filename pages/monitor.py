"""Monitor: whether anything is wrong with what is live, and the way back."""

import streamlit as st

from core.serving import Service
from pages.shared.frame import header, point_to, show_findings, stop_on_error
from pages.shared.monitor_alarms import show_all_alarms, show_open_alarms
from pages.shared.monitor_break import show_break_it
from pages.shared.monitor_calls import show_calls
from pages.shared.monitor_choice import choose
from pages.shared.monitor_cycle import offer_next_cycle
from pages.shared.monitor_drift import show_columns, show_quality
from pages.shared.monitor_outcomes import take_outcomes
from pages.shared.monitor_partial import show_partial
from pages.shared.monitor_performance import has_fallen, show_performance
from pages.shared.monitor_predictions import show_over_time, show_predictions
from pages.shared.monitor_quality import edit_quality_rules
from pages.shared.monitor_rehearsal import show_rehearsal
from pages.shared.monitor_rules import edit_watch
from pages.shared.monitor_service import show_service
from pages.shared.monitor_verdict import show_verdict
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
version = service.version
alarms = st.container()
verdict = st.container()
with stop_on_error():
    choice = choose(project.id, version.number)
report = choice.report
with alarms:
    show_findings(workspace().monitoring.findings(project.id))
    show_open_alarms(project.id)
if report is not None:
    with verdict:
        show_verdict(report, has_fallen(choice.windows, service))
columns, predictions, outcomes, watched, cycle = st.tabs(
    ["Columns", "Predictions", "Outcomes", "Alarms", "Next cycle"],
    key="monitor-part",
    on_change="rerun",
)
if columns.open:
    with columns:
        if report is None:
            st.caption("Choose what to look at above.")
        else:
            show_quality(report)
            edit_quality_rules(version, choice.windows)
            show_columns(report, as_share=version.task != "regression")
            show_over_time(choice.windows, report.drift.effect)
if predictions.open:
    with predictions:
        if report is None:
            st.caption("Choose what to look at above.")
        else:
            show_predictions(report, service)
        show_service(choice.windows)
        show_calls(choice.subject, choice.windows)
if outcomes.open:
    with outcomes:
        if show_performance(choice.subject, choice.windows, service):
            show_partial(choice.subject)
            st.header("Bring outcomes in", anchor=False)
            take_outcomes(choice.subject, service)
if watched.open:
    with watched:
        show_all_alarms(project.id)
        edit_watch(project.id, version.model.schema.names)
        show_rehearsal(choice.subject, choice.windows)
        show_break_it(choice.subject, as_share=version.task != "regression")
if cycle.open:
    with cycle:
        offer_next_cycle(choice.subject)
