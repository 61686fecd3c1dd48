"""What a budget is likely to be enough for, told before Train is pressed."""

from collections.abc import Sequence

import streamlit as st

from core.data import Task
from core.errors import ModelingError
from core.modeling.hint import TimeHint, hint_time, time_families
from core.workspace import Cycle, SplitRecord
from pages.shared.state import workspace
from pages.shared.train_words import duration

_N_FOLDS = 5
_N_CHAINED = 3
"""Four folds of earlier rows take about as long as three on all of them."""


@st.cache_data(max_entries=50, show_spinner="Timing a sample of the rows …")
def _family_seconds(split_id: str, target: str, task: Task) -> dict[str, float]:
    try:
        return time_families(workspace().data.part(split_id, "train"), target, task)
    except ModelingError:  # Train says so, and what to do
        return {}


def show_hint(
    cycle: Cycle, split: SplitRecord, families: Sequence[str], budget_s: float
) -> None:
    """Say how many candidates the budget is enough for, and how long they take."""
    if cycle.target is None or cycle.task is None:
        return
    hint = hint_time(
        _family_seconds(split.id, cycle.target, cycle.task),
        families,
        budget_s,
        n_rows=split.n_train,
        task=cycle.task,
        n_jobs=workspace().settings.job_threads,
        n_folds=_n_folds(split),
    )
    if hint.n_listed:
        st.caption(hint_words(hint, budget_s))


def _n_folds(split: SplitRecord) -> int:
    if not split.in_folds:
        return 1
    return _N_CHAINED if split.strategy.startswith("time") else _N_FOLDS


def hint_words(hint: TimeHint, budget_s: float) -> str:
    """Return the hint in a sentence.

    Examples
    --------
    >>> hint_words(TimeHint(12, 12, 38.2), 60)
    'About 40 s for 12 candidates; the rest of 1 min is for searching while it helps.'
    >>> hint_words(TimeHint(12, 7, 140.0), 60)
    'About 7 of 12 candidates fit into 1 min; all of them take about 2 min 20 s.'
    """
    step = 1 if hint.seconds < 10 else 10 if hint.seconds < 180 else 60
    about = duration(max(1, step * round(hint.seconds / step)))
    if hint.n_done == hint.n_listed:
        return (
            f"About {about} for {hint.n_listed} candidates; the rest of "
            f"{duration(budget_s)} is for searching while it helps."
        )
    return (
        f"About {hint.n_done} of {hint.n_listed} candidates fit into "
        f"{duration(budget_s)}; all of them take about {about}."
    )
