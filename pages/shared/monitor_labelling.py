"""Which rows to label next, and entering what came true by hand."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.serving import OutcomeReport, Service, read_outcomes
from core.wording import counted
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_windows import Subject
from pages.shared.state import workspace

MOST = 200
USUAL = 20
_TYPED = "outcome "
"""The column that is filled in; the blank keeps it from an input of that name."""


def offer_labelling(subject: Subject, service: Service) -> OutcomeReport | None:
    """Show rows to label in a grid; return what became of those that were entered."""
    st.header("Enter outcomes by hand", anchor=False)
    if subject.n_outcomes >= subject.n_predictions:
        st.caption("The outcome of every captured prediction is known.")
        return None
    left, _ = st.columns([1, 3])
    n = left.number_input(
        "Rows to label",
        min_value=1,
        max_value=MOST,
        value=USUAL,
        key=f"label-budget-{subject.project_id}",
        persist_state="session",
    )
    with stop_on_error():
        rows = _chosen(subject, int(n), subject.n_outcomes)
    st.caption(
        f"These {counted('row', len(rows))} say most about performance: rows whose "
        "answer is uncertain, and rows that stand for many others. Chance decides "
        "between equals, and the choice stays until outcomes arrive."
    )
    edited = _edit(subject, service, rows)
    entered = edited[edited[_TYPED].notna()]
    actions = st.container(horizontal=True)
    kept = actions.button(
        "Keep these outcomes",
        type="primary",
        icon=":material/check:",
        disabled=entered.empty,
    )
    actions.download_button(
        "Download these rows",
        lambda: rows.assign(outcome="").to_csv(index=False).encode(),
        file_name="rows-to-label.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    if not kept:
        return None
    with stop_on_error():
        values = read_outcomes(service.version.model, as_labels(entered, service))
        pairs: list[tuple[str, object]] = list(
            zip(entered["id"].astype("str"), values, strict=True)
        )
        return workspace().monitoring.add_outcomes(subject.project_id, pairs)


@st.cache_data(max_entries=8, show_spinner="Choosing rows to label")
def _chosen(
    subject: Subject,
    n: int,
    n_outcomes: int,  # noqa: ARG001  part of the cache's key
) -> pd.DataFrame:
    return workspace().monitoring.to_label(subject.project_id, subject.number, n)


def _edit(subject: Subject, service: Service, rows: pd.DataFrame) -> pd.DataFrame:
    """Show the grid; only the outcome can be changed."""
    labels = _labels(service.version.model.classes_)
    target = service.version.target
    asked: ColumnConfig = (
        st.column_config.NumberColumn(f"Outcome: {target}", pinned=True)
        if not labels
        else st.column_config.SelectboxColumn(
            f"Outcome: {target}", options=labels, pinned=True
        )
    )
    empty = pd.Series([None] * len(rows), dtype="str" if labels else "float64")
    shown = rows.drop(columns=["at"])
    shown.insert(0, _TYPED, empty)
    st.markdown(
        f"Choose what became true of {md(target)}; leave out what you do not know."
    )
    edited: pd.DataFrame = st.data_editor(
        shown,
        hide_index=True,
        disabled=[name for name in shown.columns if name != _TYPED],
        column_config={
            _TYPED: asked,
            "prediction": st.column_config.Column("Predicted"),
            "why": st.column_config.Column("Why this row", width="large"),
            "stands_for": st.column_config.NumberColumn("Stands for", format="%.0f"),
            "id": None,
        },
        key=f"label-{subject.project_id}-{len(rows)}-{subject.n_outcomes}",
    )
    return edited


def _labels(classes: Iterable[object] | None) -> list[str]:
    return [] if classes is None else [str(label) for label in classes]


def as_labels(entered: pd.DataFrame, service: Service) -> list[Any]:
    """Return what was chosen as the model's own labels."""
    classes = service.version.model.classes_
    if classes is None:
        return list(entered[_TYPED])
    own = {str(label): label for label in classes.tolist()}
    return [own.get(value, value) for value in entered[_TYPED]]
