"""What the parts of Explore read: computed once for a table, then kept."""

import numpy as np
import streamlit as st

from core.data import Profile, Recipe, SplitDiagnosis, StepEffect, Task, suggest_target
from core.data.split_checks import diagnose
from core.workspace import Cycle, Dataset
from pages.shared.state import workspace


def profile_of(
    dataset: Dataset, target: str | None, task: Task | None = None
) -> Profile:
    """Return a table's profile; computed once and kept on disk."""
    return _profile(dataset.project_id, dataset.id, target, task)


@st.cache_resource(max_entries=8, show_spinner="Looking at every column")
def _profile(
    _project_id: str, dataset_id: str, target: str | None, task: Task | None
) -> Profile:
    return workspace().data.profile(dataset_id, target, task)


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
    return _effects(dataset.id, recipe.to_json())


@st.cache_resource(max_entries=16, show_spinner="Trying the steps")
def _effects(dataset_id: str, recipe: str) -> tuple[StepEffect, ...]:
    frame = workspace().data.frame(dataset_id)
    return Recipe.from_json(recipe).applied(frame)[1]


def diagnosis_of(cycle: Cycle, split_id: str) -> SplitDiagnosis:
    """Return how the three sets of a split compare."""
    return _diagnosis(cycle.id, split_id, cycle.target)


@st.cache_resource(max_entries=8, show_spinner="Comparing the sets")
def _diagnosis(cycle_id: str, split_id: str, target: str | None) -> SplitDiagnosis:
    data = workspace().data
    frame = data.labelled(cycle_id)
    codes = np.full(len(frame), -1, dtype=np.int8)
    for code, (_, rows) in enumerate(data.positions(split_id).items()):
        codes[rows] = code
    made = data.get_split(split_id)
    return diagnose(codes, frame, target, column=made.column, group=made.group)
