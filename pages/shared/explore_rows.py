"""The rows that a rule finds: how many, how the target differs, and a look at them."""

import json

import numpy as np
import streamlit as st

from core.data import Cohort, Condition, Task
from core.data.contrast import Contrast, contrast
from core.wording import counted, percent
from core.workspace import Cycle, Dataset
from pages.shared.explore_contrast import show_contrast
from pages.shared.explore_facts import columns_first, table_in_words
from pages.shared.frame import md, stop_on_error
from pages.shared.state import workspace

PAGE_ROWS = 100
_MOST_PAGES = 5
_MOST_COLUMNS = 40
Rule = tuple[Condition, ...]


def show_rows(
    cycle: Cycle, dataset: Dataset, cohort: Cohort | None, rule: Rule, *, key: str
) -> None:
    """Show the rows that fit a rule, within the cohort that the page is filtered to."""
    base = () if cohort is None else cohort.conditions
    chosen = Cohort("chosen rows", (*base, *rule))
    place, n_all, found = _found(
        dataset.id, cycle.target, cycle.task, _text(base), _text(chosen.conditions)
    )
    said = " and ".join(item.sentence for item in rule)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{len(place):,} of {counted('row', n_all)}** "
            f"({percent(len(place) / max(n_all, 1))}): {md(said)}",
            width="stretch",
        )
        _ask_name(cycle, chosen, key)
    if found is not None and cycle.target not in {item.column for item in rule}:
        show_contrast(found)
    if len(place):
        first = [*chosen.columns, *([cycle.target] if cycle.target else [])]
        show_pages(dataset, cycle.target, place, first, key=key)


def _text(rule: Rule) -> str:
    return json.dumps([item.to_dict() for item in rule])


@st.cache_resource(max_entries=64, show_spinner=False)
def _found(
    dataset_id: str, target: str | None, task: Task | None, base: str, rule: str
) -> tuple[np.ndarray, int, Contrast | None]:
    """Return the rows of a rule, the rows looked at, and the target among them."""
    frame = table_in_words(workspace().data.get(dataset_id), target)
    among = np.ones(len(frame), dtype=bool)
    for values in json.loads(base):
        among &= Condition.from_dict(values).mask(frame)
    inside = among.copy()
    for values in json.loads(rule):
        inside &= Condition.from_dict(values).mask(frame)
    found = None
    if target is not None and task is not None:
        found = contrast(frame[target][among], inside[among], task)
    return np.flatnonzero(inside), int(among.sum()), found


def show_pages(
    dataset: Dataset,
    target: str | None,
    place: np.ndarray,
    first: list[str],
    *,
    key: str,
) -> None:
    """Show rows page by page: at most five pages of a hundred."""
    frame = table_in_words(dataset, target)
    n_shown = min(len(place), _MOST_PAGES * PAGE_ROWS)
    page = 1
    if n_shown > PAGE_ROWS:
        n_pages = -(-n_shown // PAGE_ROWS)
        page = st.pagination(n_pages, key=f"page-{key}-{n_pages}")
    start = (page - 1) * PAGE_ROWS
    names = columns_first(first, dataset)[:_MOST_COLUMNS]
    shown = place[start : min(start + PAGE_ROWS, n_shown)]
    st.dataframe(
        frame[names].iloc[shown],
        height=35 * min(len(shown), 8) + 38,
        alt=f"{len(shown)} of the rows.",
    )
    notes = ["The number in front is the row's place in the table, from 0."]
    if n_shown < len(place):
        notes.append(f"The first {n_shown:,} of {len(place):,} rows.")
    if len(names) < dataset.n_columns:
        notes.append(f"{len(names)} of {dataset.n_columns:,} columns.")
    st.caption(" ".join(notes))


def _ask_name(cycle: Cycle, chosen: Cohort, key: str) -> None:
    """Offer to keep the rule by a name."""
    with st.popover("Name these rows", icon=":material/bookmark_add:"):
        st.caption("A cohort: later steps can look at these rows apart.")
        name = st.text_input("Name of the cohort", max_chars=60, key=f"name-{key}")
        if st.button("Keep these rows", key=f"keep-{key}", disabled=not name.strip()):
            with stop_on_error():
                kept = Cohort(name, chosen.conditions)
                workspace().cohorts.save(cycle.project_id, kept)
            st.rerun()
