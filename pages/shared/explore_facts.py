"""What the parts of Explore read: computed once for a table, then kept."""

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data import (
    Cohort,
    Profile,
    Recipe,
    StepEffect,
    Task,
    suggest_target,
)
from core.workspace import Dataset
from pages.shared.jobs import watch_job
from pages.shared.state import workspace

MOST_ROWS_AT_ONCE = 200_000


def profile_of(
    dataset: Dataset,
    target: str | None,
    task: Task | None = None,
    cohort: Cohort | None = None,
) -> Profile:
    """Return the profile of a table, or of a cohort of its rows; kept on disk.

    Above 200,000 rows a job computes it: until it is done, its progress is shown and
    the page ends here.
    """
    if dataset.n_rows > MOST_ROWS_AT_ONCE:
        _wait_for_profile(dataset, target, task, cohort)
    rule = None if cohort is None else _rule(cohort)
    return _profile(dataset.project_id, dataset.id, target, task, rule)


def _rule(cohort: Cohort) -> str:
    """Write a cohort's rule as text, without its name."""
    return json.dumps(Cohort("cohort", cohort.conditions).to_dict())


def _wait_for_profile(
    dataset: Dataset, target: str | None, task: Task | None, cohort: Cohort | None
) -> None:
    """Show the job that profiles a table, started if there is none."""
    jobs = workspace().jobs
    wanted = {"dataset_id": dataset.id, "target": target, "task": task}
    if cohort is not None:
        wanted["cohort"] = json.loads(_rule(cohort))
    found = next(
        (
            job
            for job in jobs.list(dataset.project_id)
            if job.kind == "profile" and job.arguments == wanted
        ),
        None,
    )
    if found is None:
        found = jobs.submit("profile", dataset.project_id, wanted)
    ended = watch_job(found.id, "Looking at every column")
    if ended is not None and ended.state == "done":
        return
    if ended is not None and st.button("Look at every column again"):
        jobs.submit("profile", dataset.project_id, wanted)
        st.rerun()
    st.stop()


@st.cache_resource(max_entries=8, show_spinner="Looking at every column")
def _profile(
    _project_id: str,
    dataset_id: str,
    target: str | None,
    task: Task | None,
    rule: str | None,
) -> Profile:
    cohort = None if rule is None else Cohort.from_dict(json.loads(rule))
    return workspace().data.profile(dataset_id, target, task, cohort)


def table_in_words(dataset: Dataset, target: str | None) -> pd.DataFrame:
    """Return a table with its target as the file wrote it. Never change it."""
    frame = workspace().data.frame(dataset.id)
    return frame if target is None else dataset.schema.in_words(frame, target)


def columns_first(first: Sequence[str], dataset: Dataset) -> list[str]:
    """Return the table's columns, some of them in front."""
    return list(dict.fromkeys([*first, *dataset.schema.names]))


def suggestion(dataset: Dataset) -> str | None:
    """Return the column that may be the target."""
    return _suggestion(dataset.id)


@st.cache_resource(max_entries=32, show_spinner=False)
def _suggestion(dataset_id: str) -> str | None:
    return suggest_target(workspace().data.frame(dataset_id))


def effects_of(dataset: Dataset, recipe: Recipe) -> tuple[StepEffect, ...]:
    """Return what each step of a recipe does to a table.

    Raises
    ------
    DataError
        A step does not fit the table.
    """
    return tuple(
        _effect(dataset.id, Recipe(recipe.steps[: n + 1]).to_json())
        for n in range(len(recipe.steps))
    )


@st.cache_resource(max_entries=64, show_spinner="Trying the step")
def _effect(dataset_id: str, recipe: str) -> StepEffect:
    """Return what the last step does; those before it are not done again."""
    return workspace().data.effect(dataset_id, Recipe.from_json(recipe))
