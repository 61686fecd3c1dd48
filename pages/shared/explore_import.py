"""How a table's file was read: open questions, every guess, every column's type."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data import KINDS, Question, Table
from core.workspace import Cycle, Dataset
from pages.shared.explore_options import ask_reading
from pages.shared.frame import md, stop_on_error
from pages.shared.state import workspace

_N_PREVIEW = 20
_KIND_NAMES = {kind: "whole number" if kind == "integer" else kind for kind in KINDS}


def show_questions(cycle: Cycle, dataset: Dataset) -> None:
    """Ask what the file leaves open; another answer reads it anew."""
    if not dataset.report.questions or workspace().data.raw_path(dataset.id) is None:
        return
    for number, question in enumerate(dataset.report.questions):
        _ask(cycle, dataset, question, f"explore-ask-{dataset.id}-{number}")


def _ask(cycle: Cycle, dataset: Dataset, question: Question, key: str) -> None:
    with st.container(border=True):
        where = ", ".join(md(name) for name in question.columns[:5])
        answers = {answer.label: dict(answer.options) for answer in question.answers}
        chosen = st.radio(
            f"**{question.text}** {where}", list(answers), key=key, horizontal=True,
            help="Both fit every value. The table was read with the first answer.",
        )  # fmt: skip
        if chosen == question.answers[0].label:
            return
        settled = _settled(dataset, question)
        with stop_on_error(), st.spinner("Reading the table anew"):
            changed = workspace().data.read_again(
                dataset.id, **settled, **answers[chosen]
            )
            workspace().cycles.use_dataset(cycle.id, changed.id)
        st.rerun()


def _settled(dataset: Dataset, asked: Question) -> dict[str, Any]:
    """Return how the file was read, without what is asked about."""
    report = dataset.report
    options: dict[str, Any] = {"encoding": report.encoding, "header": report.header}
    options.update(report.given)
    if report.format == "csv":
        options["delimiter"] = report.delimiter
    if report.sheet is not None:
        options["sheet"] = report.sheet
    for question in report.questions:
        options.update(question.answers[0].options)
    for name in asked.answers[0].options:
        options.pop(name)
    return options


def show_reading(cycle: Cycle, dataset: Dataset) -> None:
    """Let a person change how the file was read, with the first rows beside it."""
    if workspace().data.raw_path(dataset.id) is None:
        return
    shown = st.toggle(
        "Change how it was read", key=f"explore-change-{dataset.id}",
        help="Every guess can be changed; the file is read anew from the bytes kept.",
    )  # fmt: skip
    if not shown:
        return
    with st.container(border=True):
        st.markdown("**1. The file.** What is left alone is guessed.")
        if dataset.report.sources:
            st.caption("All files are read in the same way; the first one is shown.")
        options = ask_reading(dataset.report, dataset.id)
        with stop_on_error():
            table = workspace().data.preview(dataset.id, **options)
        _show_preview(table)
        st.markdown("**2. The columns.** Their types, and which are wanted.")
        kinds, leave_out = _ask_columns(
            table, f"{dataset.id}-{sorted(options.items())}"
        )
        if st.button("Use this table", type="primary", key=f"explore-use-{dataset.id}"):
            with stop_on_error(), st.spinner("Reading the table"):
                changed = workspace().data.read_again(
                    dataset.id, kinds=kinds, leave_out=leave_out, **options
                )
                workspace().cycles.use_dataset(cycle.id, changed.id)
            st.rerun()


def _show_preview(table: Table) -> None:
    report = table.report
    st.dataframe(
        table.frame.iloc[:_N_PREVIEW, :100],
        alt="The first rows as they are read now.",
        hide_index=True,
        height=240,
    )
    for question in report.questions:
        st.caption(f":material/help: {question.text}")
    if report.n_refused:
        row = report.refused[0]
        st.caption(
            f":material/warning: {report.n_refused:,} lines are refused in this part, "
            f"the first is line {row.line}: {md(row.reason)}."
        )


def _ask_columns(table: Table, key: str) -> tuple[dict[str, Any], list[str]]:
    """Return the kinds that were changed, and the columns not wanted."""
    guessed = [_KIND_NAMES[column.kind] for column in table.schema]
    listed = pd.DataFrame(
        {"Column": table.frame.columns, "Type": guessed, "Include": True}
    )
    edited = st.data_editor(
        listed,
        key=f"explore-types-{key}",
        hide_index=True,
        disabled=["Column"],
        column_config={
            "Type": st.column_config.SelectboxColumn(
                options=list(_KIND_NAMES.values()), required=True
            )
        },
    )
    by_name = {title: kind for kind, title in _KIND_NAMES.items()}
    kinds = {
        str(name): by_name[after]
        for name, before, after in zip(
            edited["Column"], guessed, edited["Type"], strict=True
        )
        if before != after
    }
    return kinds, [str(name) for name in edited["Column"][~edited["Include"]]]
