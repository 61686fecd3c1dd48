"""Predict: one answer from a form, or a whole file; every answer is kept."""

import streamlit as st

from core.plots.shape import draw_shape
from core.registry import ModelVersion
from core.serving import Service, answer_call
from pages.shared.deploy_versions import measured
from pages.shared.frame import header, md, point_to, stop_on_error
from pages.shared.predict_answer import show_answer
from pages.shared.predict_file import score_whole_file
from pages.shared.predict_form import arrange, fields_of, importance_of
from pages.shared.predict_load import ask_row, start_from
from pages.shared.predict_overrides import show_overrides
from pages.shared.predict_reasons import show_reasons
from pages.shared.predict_recent import show_recent
from pages.shared.predict_scenarios import offer_pin, show_scenarios
from pages.shared.predict_widgets import ask_record
from pages.shared.state import recall, remember, require_project, workspace


def champion(project_id: str) -> Service:
    """Return what answers for the project, or point to where it is made."""
    registry = workspace().registry
    if registry.champion(project_id) is None:
        if registry.versions(project_id):
            point_to("deploy", "No version answers yet. Make one the champion.")
        point_to("evaluate", "There is no version yet. Save one after evaluating it.")
    with stop_on_error():
        return workspace().service(project_id)


def show_version(service: Service) -> None:
    """Say in one line which version answers, and how good it was."""
    version = service.version
    info = workspace().registry.version(version.project, version.number)
    parts = [
        f"**Version {version.number}**, the champion, answers",
        md(info.summary["name"]),
    ]
    if info.summary["headline"]:
        parts.append(f"{md(measured(info))} on test rows")
    st.markdown(" · ".join(parts))
    if workspace().log.pauses(version.project):
        st.warning(
            "The database is larger than this project's limit of capture. Answers are "
            "given, but not kept: no receipt, no outcome, nothing for Monitor to see.",
            title="Capture is paused",
        )


def show_one_row(service: Service) -> None:
    """Ask for one row and show the last answer beside it."""
    version = service.version
    key = f"predict-{version.project}-{version.number}"
    importance = importance_of(version.evaluation)
    first, rest = arrange(fields_of(version.schema), importance)
    left, right = st.columns([3, 2], gap="large")
    with left:
        ask_row(service, first, rest, key)
        filled, form = start_from((*first, *rest), key)
        n_first = len(first)
        record = ask_record(
            filled[:n_first], filled[n_first:], form, shapes_of(version)
        )
    with right, stop_on_error():
        if record is not None:
            log = workspace().log
            remember(key, answer_call(service, log, [record], source="form"))
            remember(f"{key}-record", record)
        given = recall(key)
        if given is None:
            st.caption("The answer will stand here.")
        else:
            show_answer(service, given, f"{key}-chart")
            offer_pin(given, recall(f"{key}-record", {}), key)
    show_scenarios([field.name for field in (*first, *rest)], version.target, key)
    if given is not None:
        show_reasons(service, recall(f"{key}-record", {}), f"{key}-reasons")


@st.cache_resource(max_entries=8, show_spinner=False)
def shapes(label: str, _version: ModelVersion) -> dict[str, str]:  # noqa: ARG001
    """Return pictures of the training values of each slider's column."""
    reference = _version.reference
    if reference is None:
        return {}
    return {
        field.name: draw_shape(reference[field.name], field.low, field.high)
        for field in fields_of(_version.schema)
        if field.control == "slider" and field.name in reference
    }


def shapes_of(version: ModelVersion) -> dict[str, str]:
    """Return what `shapes` made of a version, once for the server."""
    return shapes(version.label, version)


header("Predict", "One answer from a form, or a whole file. Every answer is kept.")
project = require_project()
service = champion(project.id)
show_version(service)
one, file, recent, rules = st.tabs(
    ["One row", "A whole file", "Recent answers", "Overrides"],
    key="part",
    on_change="rerun",
)
if one.open:
    with one:
        show_one_row(service)
if file.open:
    with file:
        score_whole_file(service)
if recent.open:
    with recent:
        show_recent(project.id)
if rules.open:
    with rules:
        show_overrides(service)
