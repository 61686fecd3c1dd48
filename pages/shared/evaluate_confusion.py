"""What is taken for what, and the rows behind each cell."""

from functools import partial

import streamlit as st

from core.evaluation import Confusion, Evaluation
from core.evaluation.confusion import cell_rows
from core.plots.evaluation import draw_confusion
from core.wording import score_text
from pages.shared.evaluate_rows import Report, show_opened
from pages.shared.evaluate_words import classes_table
from pages.shared.explore_brush import pick_chart
from pages.shared.frame import md, stop_on_error
from pages.shared.state import picked, put

_CHART, _ACTUAL, _PREDICTED = "confusion", "cell-actual", "cell-predicted"


def show_confusion(report: Report) -> None:
    """Show what is taken for what, from which probability on, and single rows."""
    found = report.evaluation
    if found.confusion is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        _say(found)
        cell = _ask_cell(found.confusion)
    with left:
        chart = draw_confusion(found.confusion, cell)
        pick_chart(chart, _CHART, partial(_take_cell, len(found.confusion.labels)))
    if cell is not None:
        _show_cell(report, found.confusion, cell)
    if found.task == "multiclass":
        st.dataframe(
            classes_table(found.classes),
            hide_index=True,
            alt="Recall, precision and F1 of each class with intervals",
            key="classes",
        )


def _say(found: Evaluation) -> None:
    if found.confusion is not None:
        right, n_rows = found.confusion.n_right, found.n_rows
        st.markdown(f"**{right:,} of {n_rows:,} rows are right.**")
    if found.threshold is not None:
        st.markdown(
            f"A row counts as **{md(found.pos_label)}** when its probability is at "
            f"least **{score_text(found.threshold)}**. A lower threshold finds more of "
            "them and raises more false alarms; it is chosen under *Decision*."
        )


def _ask_cell(found: Confusion) -> tuple[int, int] | None:
    """Ask for a cell by name: the way without a mouse."""
    options = range(len(found.labels))
    st.caption("Click a cell to see its rows, or choose it here.")
    actual = st.selectbox(
        "Rows that are", options, index=None, key=_ACTUAL, placeholder="Any class",
        format_func=lambda i: str(found.labels[i]),
    )  # fmt: skip
    predicted = st.selectbox(
        "and were predicted", options, index=None, key=_PREDICTED,
        placeholder="Any class", format_func=lambda i: str(found.labels[i]),
    )  # fmt: skip
    return None if actual is None or predicted is None else (actual, predicted)


def _take_cell(n_classes: int) -> None:
    points = picked(_CHART)
    actual, predicted = divmod(points[0], n_classes) if points else (None, None)
    put(_ACTUAL, actual)
    put(_PREDICTED, predicted)


def _show_cell(report: Report, found: Confusion, cell: tuple[int, int]) -> None:
    actual, predicted = (md(found.labels[place]) for place in cell)
    with stop_on_error():
        given = report.rows()
        places = cell_rows(given.held, found, *cell)
    words = f"that are {actual} and were predicted {predicted}, the surest first"
    key = f"cell-{cell[0]}-{cell[1]}"
    show_opened(given, report.evaluation.target, places, words, key=key)
