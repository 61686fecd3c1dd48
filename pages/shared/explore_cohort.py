"""Cohorts on Explore: filter the page to one, list, rename, delete, write a rule."""

from collections.abc import Callable

import streamlit as st

from core.data import Cohort, Condition
from core.errors import RondoError
from core.wording import counted, percent
from core.workspace import Cycle, Dataset
from pages.shared.explore_facts import table_in_words
from pages.shared.frame import md, show_error, stop_on_error
from pages.shared.state import put, workspace

_KEY = "explore-cohort"


def ask_cohort(cycle: Cycle, dataset: Dataset) -> Cohort | None:
    """Offer the project's cohorts; return the one that the page is filtered to."""
    known = {item.name: item for item in workspace().cohorts.list(cycle.project_id)}
    name = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if known:
            name = st.selectbox(
                "Rows to look at", list(known), index=None, placeholder="All rows",
                key=_KEY, width=320, persist_state="session",
            )  # fmt: skip
        with st.popover("Cohorts", icon=":material/group_work:"):
            _manage(cycle, dataset, list(known.values()))
    chosen = known.get(name or "")
    return None if chosen is None else _checked(cycle, dataset, chosen)


def _checked(cycle: Cycle, dataset: Dataset, chosen: Cohort) -> Cohort | None:
    """Say which rows are looked at; None when the cohort does not fit the table."""
    absent = chosen.missing(dataset.schema.names)
    n_rows = 0
    if not absent:
        n_rows = n_rows_of(dataset, cycle.target, chosen)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if absent:
            said = f"This table lacks {md(', '.join(absent))}, so all rows are shown."
        elif not n_rows:
            said = "No row of this table belongs to it, so all rows are shown."
        else:
            said = (
                f"{n_rows:,} of {counted('row', dataset.n_rows)} "
                f"({percent(n_rows / dataset.n_rows)}). Cleaning and splitting are "
                "of the whole table."
            )
        st.markdown(
            f":blue-badge[:material/filter_alt: Cohort] **{md(chosen.name)}**: "
            f"{md(chosen.sentence)}. {said}",
            width="stretch",
        )
        st.button("Show all rows", on_click=put, args=(_KEY, None),
                  icon=":material/filter_alt_off:")  # fmt: skip
    return chosen if n_rows else None


def n_rows_of(dataset: Dataset, target: str | None, cohort: Cohort) -> int:
    """Return how many rows of a table belong to a cohort."""
    with stop_on_error():
        return int(cohort.mask(table_in_words(dataset, target)).sum())


def _manage(cycle: Cycle, dataset: Dataset, known: list[Cohort]) -> None:
    st.caption(
        "A cohort is a rule with a name: a group of rows that Rondo can look at apart, "
        "here and in later steps. Click a bar or a cell and name its rows, or write "
        "a rule."
    )
    for cohort in known:
        st.markdown(f"**{md(cohort.name)}**: {md(cohort.sentence)}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(
                f"Name of {md(cohort.name)}", cohort.name, max_chars=60,
                key=f"cohort-name-{cohort.name}", label_visibility="collapsed",
            )  # fmt: skip
            if st.button("Rename", key=f"cohort-rename-{cohort.name}"):
                _change(workspace().cohorts.rename, cycle.project_id, cohort.name, name)
            if st.button("Delete", key=f"cohort-delete-{cohort.name}",
                         icon=":material/delete:"):  # fmt: skip
                _change(workspace().cohorts.delete, cycle.project_id, cohort.name)
    with st.form(f"cohort-new-{cycle.id}", border=False):
        rule = st.text_input(
            "Rule", placeholder="age >= 60 and plan == 'basic'",
            help="As in formulas: names with blanks stand between backticks.",
        )  # fmt: skip
        name = st.text_input("Name of the new cohort", max_chars=60)
        if st.form_submit_button("Keep the cohort", icon=":material/add:"):
            _keep(cycle, dataset, name, rule)


def _keep(cycle: Cycle, dataset: Dataset, name: str, rule: str) -> None:
    """Keep a rule that was written, once it is sure that it fits this table."""
    try:
        cohort = Cohort(name, (Condition("", "formula", rule),))
        cohort.mask(table_in_words(dataset, cycle.target))
    except RondoError as error:
        show_error(error)
        return
    _change(workspace().cohorts.save, cycle.project_id, cohort)


def _change(change: Callable[..., object], *given: object) -> None:
    try:
        change(*given)
    except RondoError as error:
        show_error(error)
        return
    st.rerun()
