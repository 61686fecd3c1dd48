"""Splitting a table and comparing its sets: at once, or in a job where it is large."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.data import SplitDiagnosis
from core.workspace import Cycle, Dataset, SplitRecord
from pages.shared.explore_facts import MOST_ROWS_AT_ONCE
from pages.shared.frame import stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace


def divide(cycle: Cycle, dataset: Dataset, request: Mapping[str, Any]) -> None:
    """Split a table and run the page again; in a job above 200,000 rows."""
    with stop_on_error():
        if dataset.n_rows > MOST_ROWS_AT_ONCE:
            workspace().jobs.submit(
                "split", cycle.project_id, dict(request), cycle_id=cycle.id
            )
        else:
            with st.spinner("Dividing the rows and sealing the test set"):
                workspace().data.split(cycle.id, **request)
    st.rerun()


def wait_for_split(cycle: Cycle) -> None:
    """Show the job that splits the table, and end the page here while it works."""
    jobs = workspace().jobs.list(cycle.project_id, cycle.id)
    newest = next((job for job in jobs if job.kind == "split"), None)
    if newest is not None and (newest.is_active or newest.state == "failed"):
        watch_job(newest.id, "Splitting")
        if newest.is_active:
            st.stop()


def diagnosis_of(cycle: Cycle, split: SplitRecord) -> SplitDiagnosis:
    """Return how the three sets of a split compare; computed once and kept on disk.

    Above 200,000 rows a job computes it, as it does for `profile_of`.
    """
    if split.n_rows > MOST_ROWS_AT_ONCE and not workspace().data.diagnosed(split.id):
        _wait_for_diagnosis(cycle, split)
    return _diagnosis(cycle.id, split.id)


def _wait_for_diagnosis(cycle: Cycle, split: SplitRecord) -> None:
    jobs = workspace().jobs
    wanted = {"split_id": split.id}
    found = next(
        (
            job
            for job in jobs.list(cycle.project_id, cycle.id)
            if job.kind == "sets" and job.arguments == wanted
        ),
        None,
    )
    if found is None:
        found = jobs.submit("sets", cycle.project_id, wanted, cycle_id=cycle.id)
    ended = watch_job(found.id, "Comparing the sets")
    if ended is not None and st.button("Compare the sets again"):
        jobs.submit("sets", cycle.project_id, wanted, cycle_id=cycle.id)
        st.rerun()
    st.stop()


@st.cache_resource(max_entries=8, show_spinner="Comparing the sets")
def _diagnosis(cycle_id: str, split_id: str) -> SplitDiagnosis:
    return workspace().data.diagnosis(cycle_id, split_id)
