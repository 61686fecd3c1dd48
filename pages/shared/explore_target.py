"""What to predict: the target and the kind of task, suggested and changeable."""

import streamlit as st

from core.data import Task, fitting_tasks, suggest_task
from core.errors import DataError
from core.workspace import Cycle, Dataset
from pages.shared.explore_facts import suggestion
from pages.shared.frame import md, show_error, stop_on_error
from pages.shared.state import workspace

TASK_WORDS: dict[Task, str] = {
    "binary": "one of two classes",
    "multiclass": "one of several classes",
    "regression": "a number",
}


def ask_target(cycle: Cycle, dataset: Dataset) -> None:
    """Ask what to predict; once it is known, say it in one line."""
    if cycle.target is None or cycle.task is None:
        with st.container(border=True):
            st.markdown("**What do you want to predict?**")
            _ask(cycle, dataset)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"Predicting **{md(cycle.target)}**: {TASK_WORDS[cycle.task]}, from "
            f"**{md(dataset.name)}**."
        )
        with st.popover("Change", icon=":material/edit:"):
            _ask(cycle, dataset)


def _ask(cycle: Cycle, dataset: Dataset) -> None:
    names = list(dataset.schema.names)
    start = cycle.target or suggestion(dataset)
    one, two, three = st.columns([3, 2, 2], vertical_alignment="bottom")
    target = one.selectbox(
        "Column to predict",
        names,
        index=names.index(start) if start in names else None,
        placeholder="Choose one",
        key=f"explore-target-{dataset.id}",
    )
    task = None
    if target is not None:
        try:
            allowed, first = possible_tasks(dataset, target)
        except DataError as error:
            show_error(error)
            return
        task = two.selectbox(
            "What it is",
            allowed,
            index=allowed.index(_first(cycle, target, allowed, first)),
            format_func=TASK_WORDS.__getitem__,
            key=f"explore-task-{dataset.id}-{names.index(target)}",
        )
    if three.button("Predict this", type="primary", disabled=task is None):
        with stop_on_error():
            workspace().cycles.set_target(cycle.id, target or "", task or "binary")
        st.rerun()
    if cycle.target is None and start is not None:
        st.caption("Suggested from names and values; change it if it is another one.")


def _first(cycle: Cycle, target: str, allowed: list[Task], suggested: Task) -> Task:
    """Return the task that was chosen, where it still fits."""
    chosen = cycle.task if cycle.target == target else None
    return chosen if chosen in allowed else suggested


def possible_tasks(dataset: Dataset, target: str) -> tuple[list[Task], Task]:
    """Return the tasks that a target allows, and the one suggested.

    Raises
    ------
    DataError
        The column cannot be a target.
    """
    suggested = suggest_task(workspace().data.frame(dataset.id)[target])
    return list(fitting_tasks(dataset.schema[target])), suggested
