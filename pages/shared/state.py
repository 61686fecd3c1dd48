"""Where the person is: workspace, project, cycle. The sole user of session state."""

import getpass
from typing import Any

import streamlit as st

from core.workspace import (
    Cycle,
    Dataset,
    Project,
    RunRecord,
    SplitRecord,
    Workspace,
    open_workspace,
)
from pages.shared.frame import md, point_to

_PROJECT, _CYCLE = "project", "cycle"
_WANTED_PROJECT, _WANTED_CYCLE = "_wanted_project", "_wanted_cycle"


def workspace() -> Workspace:
    """Return the workspace; one for the whole server."""
    return open_workspace()


def choose_project_and_cycle() -> None:
    """Show the two choices that the address carries: project and cycle.

    Streamlit writes an option into the address as it is shown; so these show ids.
    """
    for wanted, key in ((_WANTED_PROJECT, _PROJECT), (_WANTED_CYCLE, _CYCLE)):
        if wanted in st.session_state:
            st.session_state[key] = st.session_state.pop(wanted)
    projects = [project.id for project in workspace().projects.list()]
    chosen = st.selectbox(
        "Project",
        projects,
        index=None,
        placeholder="Choose a project" if projects else "None yet",
        disabled=not projects,
        key=_PROJECT,
        bind="query-params",
    )
    if chosen is None:
        return
    st.caption(md(workspace().projects.get(chosen).name))
    numbers = [str(cycle.number) for cycle in workspace().cycles.list(chosen)]
    if len(numbers) > 1:
        st.selectbox(
            "Cycle",
            numbers,
            key=_CYCLE,
            bind="query-params",
            help="The newest comes first.",
        )


def go_to(project_id: str | None, cycle_number: int | None = None) -> None:
    """Make a project (and a cycle) the chosen one from the next rerun on."""
    st.session_state[_WANTED_PROJECT] = project_id
    if cycle_number is not None:
        st.session_state[_WANTED_CYCLE] = str(cycle_number)
    elif _CYCLE in st.session_state:
        del st.session_state[_CYCLE]


def open_part(tabs: str, part: str) -> None:
    """Let the tabs with this key show one of their parts when they come next."""
    st.session_state[tabs] = part


def put(key: str, value: Any) -> None:
    """Let the widget with this key have a value when it comes next."""
    st.session_state[key] = value


def picked(chart_key: str) -> list[int]:
    """Return the places of the points that are chosen in a chart, each once."""
    chosen = st.session_state.get(chart_key, {}).get("selection", {})
    places = [int(point["point_index"]) for point in chosen.get("points", ())]
    return sorted(set(places))


def project() -> Project | None:
    """Return the chosen project, or None."""
    chosen = st.session_state.get(_PROJECT)
    return None if chosen is None else workspace().projects.get(chosen)


def require_project() -> Project:
    """Return the chosen project, or point to Home."""
    chosen = project()
    if chosen is None:
        point_to("home", "No project is open. Open one, or create it.")
    return chosen


def require_cycle() -> Cycle:
    """Return the chosen cycle, the newest when none was chosen."""
    chosen = require_project()
    cycles = workspace().cycles.list(chosen.id)
    number = st.session_state.get(_CYCLE)
    return next((c for c in cycles if str(c.number) == number), cycles[0])


def require_dataset() -> Dataset:
    """Return the cycle's table, or point to Explore."""
    cycle = require_cycle()
    if cycle.dataset_id is None:
        point_to("explore", "This cycle has no table yet. Bring one in on Explore.")
    return workspace().data.get(cycle.dataset_id)


def require_split() -> SplitRecord:
    """Return the cycle's split when it is up to date, or point to Explore."""
    cycle = require_cycle()
    split = workspace().data.split_of(cycle.id)
    if split is None:
        point_to(
            "explore",
            "The table is not split yet. Choose the target and split on Explore.",
        )
    if split.sources != cycle.sources:
        point_to(
            "explore",
            "Table, target or recipe have changed since the split was made. "
            "Split anew on Explore.",
        )
    return split


def require_run() -> RunRecord:
    """Return the cycle's run when it belongs to the split, or point to Train."""
    split = require_split()
    run = workspace().training.run(require_cycle().id)
    if run is None:
        point_to("train", "No model is trained yet.")
    if run.split_id != split.id:
        point_to("train", "The split has changed since the last run. Train anew.")
    return run


def person() -> str:
    """Return the name that stands in the history unless another is typed."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "someone"


def remember(key: str, value: Any) -> None:
    """Keep something small for this tab, for example what was just shown."""
    st.session_state[f"_kept_{key}"] = value


def recall(key: str, default: Any = None) -> Any:
    """Return what `remember` kept in this tab."""
    return st.session_state.get(f"_kept_{key}", default)


def forget(key: str) -> None:
    """Let go of what `remember` kept."""
    st.session_state.pop(f"_kept_{key}", None)
