"""Two columns together: how many rows have which values, and those rows."""

from functools import partial

import pandas as pd
import streamlit as st

from core.data import Cohort, Profile
from core.data.brushing import Bar
from core.data.crossing import Crossing, cross
from core.plots.brushing import draw_crossing
from core.workspace import Cycle, Dataset
from pages.shared.explore_brush import pick_chart
from pages.shared.explore_facts import profile_of, table_in_words
from pages.shared.explore_rows import Rule, show_rows
from pages.shared.frame import md
from pages.shared.state import picked, put


def pair_keys(dataset: Dataset) -> tuple[str, str]:
    """Return the keys of the two boxes that hold the pair."""
    return f"pair-one-{dataset.id}", f"pair-two-{dataset.id}"


def show_pair(
    cycle: Cycle, dataset: Dataset, cohort: Cohort | None, report: Profile
) -> None:
    """Ask for two columns, cross them, and show the rows of a cell."""
    names = [column.name for column in report.columns]
    one_key, two_key = pair_keys(dataset)
    left, right = st.columns(2)
    one = left.selectbox("One column", names, index=None, key=one_key,
                         placeholder="Choose, or click above")  # fmt: skip
    two = right.selectbox("and another", names, index=None, key=two_key,
                          placeholder="Choose")  # fmt: skip
    if one is None or two is None:
        return
    if one == two:
        st.caption("Choose two different columns; one alone is under Columns.")
        return
    found = _crossed(dataset, cycle, cohort, one, two)
    place = f"{dataset.id}-{report.n_rows}-{one}-{two}"
    chart, boxes = st.container(), st.container()
    with boxes:
        row, column = _ask_cell(found, place)
    with chart:
        cell = None if row is None or column is None else (row, column)
        key = f"crossing-{place}"
        drawn = draw_crossing(found, cell)
        pick_chart(drawn, key, partial(_take_cell, key, place, len(found.columns)))
    rule: Rule = ()
    if row is not None:
        rule += found.rows[row].conditions
    if column is not None:
        rule += found.columns[column].conditions
    if rule:
        show_rows(cycle, dataset, cohort, rule, key=place)


def _ask_cell(found: Crossing, place: str) -> tuple[int | None, int | None]:
    left, right = st.columns(2)
    return (
        left.selectbox(
            f"Rows whose {md(found.first)} is", range(len(found.rows)), index=None,
            format_func=lambda i: _said(found.rows[i]), key=f"cell-row-{place}",
            placeholder="Any value",
        ),
        right.selectbox(
            f"and whose {md(found.second)} is", range(len(found.columns)), index=None,
            format_func=lambda i: _said(found.columns[i]), key=f"cell-column-{place}",
            placeholder="Any value",
        ),
    )  # fmt: skip


def _said(bar: Bar) -> str:
    return f"{bar.label}: {bar.n_rows:,}"


def _take_cell(chart_key: str, place: str, n_columns: int) -> None:
    points = picked(chart_key)
    row, column = divmod(points[0], n_columns) if points else (None, None)
    put(f"cell-row-{place}", row)
    put(f"cell-column-{place}", column)


def _crossed(
    dataset: Dataset, cycle: Cycle, cohort: Cohort | None, one: str, two: str
) -> Crossing:
    report = profile_of(dataset, cycle.target, cycle.task, cohort)
    frame: pd.DataFrame = table_in_words(dataset, cycle.target)[[one, two]]
    if cohort is not None:
        rows = cohort.mask(table_in_words(dataset, cycle.target))
        frame = frame[rows].reset_index(drop=True)
    return cross(frame, report[one], report[two])
