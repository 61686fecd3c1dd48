"""Bringing outcomes in by prediction id."""

from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import streamlit as st

from core.data import read_table
from core.data.coerce import cast_column
from core.errors import DataError
from core.serving import OutcomeReport, Service, read_outcomes
from core.wording import counted
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_labelling import offer_labelling
from pages.shared.monitor_windows import Subject
from pages.shared.state import forget, recall, remember, workspace

_KEPT = "outcome-report"


def take_outcomes(subject: Subject, service: Service) -> None:
    """Take a table of outcomes in, and say what became of each."""
    st.markdown(
        "A table with two columns, **id** (of the prediction; an answered file calls "
        "it **prediction_id**) and **outcome** "
        f"(what became true of {md(service.version.target)})."
    )
    if subject.n_outcomes < subject.n_predictions:
        st.download_button(
            "Download predictions without outcome",
            lambda: _waiting(subject),
            file_name="outcomes.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    uploaded = st.file_uploader(
        "Outcomes", type=["csv", "tsv", "txt", "gz", "parquet", "xlsx"], key="outcomes"
    )
    if uploaded is None:
        _show_report(recall(_KEPT))
        forget(_KEPT)
        _enter_by_hand(subject, service)
        return
    if st.button("Take these outcomes", type="primary", icon=":material/check:"):
        with stop_on_error():
            pairs = read_pairs(uploaded, uploaded.name, service)
            report = workspace().monitoring.add_outcomes(subject.project_id, pairs)
        remember(_KEPT, report)
        st.rerun()
    _show_report(recall(_KEPT))


def _enter_by_hand(subject: Subject, service: Service) -> None:
    report = offer_labelling(subject, service)
    if report is not None:
        remember(_KEPT, report)
        st.rerun()


def _waiting(subject: Subject) -> bytes:
    """Return a CSV of the predictions whose outcome is not known, ready to fill in."""
    captured = workspace().monitoring.captured(
        subject.project_id, number=subject.number
    )
    meta = captured.meta
    rows = meta.loc[meta["outcome"].isna(), ["id", "at", "prediction"]]
    return rows.assign(outcome="").to_csv(index=False).encode()


def read_pairs(
    source: BinaryIO, name: str, service: Service
) -> list[tuple[str, object]]:
    """Read prediction ids and outcomes from a file.

    Raises
    ------
    DataError
        The file has no column "id" (or "prediction_id"), or no "outcome".
    SchemaError
        An outcome is no label of the model, or no number.
    """
    source.seek(0)
    frame = read_table(source, name=name, as_text=True).frame
    columns = {str(column).strip().lower(): column for column in frame.columns}
    ids = columns.get("prediction_id", columns.get("id"))
    if ids is None or "outcome" not in columns:
        raise DataError(
            "The file has no columns “id” (or “prediction_id”) and “outcome”.",
            hint="Name them so in its first line; download the predictions without "
            "outcome for a start.",
        )
    model = service.version.model
    outcomes = read_outcomes(model, _values(frame[columns["outcome"]], model.classes_))
    return list(zip(frame[ids].astype("str"), outcomes, strict=True))


def _values(given: "pd.Series[str]", classes: Iterable[object] | None) -> list[Any]:
    """Return cells as values; yes and no where the model's classes are booleans."""
    values: list[Any] = [None if pd.isna(value) else value for value in given]
    if classes is None or not all(
        isinstance(label, bool | np.bool_) for label in classes
    ):
        return values
    cast, refused = cast_column(given, "boolean")
    return [
        value if value is None or wrong else bool(truth)
        for value, truth, wrong in zip(values, cast, refused, strict=True)
    ]


def _show_report(report: OutcomeReport | None) -> None:
    if report is None:
        return
    were = "was" if report.n_added == 1 else "were"
    said = [f"{counted('outcome', report.n_added)} {were} added"]
    for count, words in (
        (report.n_replaced, "replaced an earlier one"),
        (report.n_repeated, "were known already"),
        (report.n_empty, "rows had none"),
        (report.n_unknown, "ids are not of a prediction of this project"),
    ):
        if count:
            said.append(f"{count:,} {words}")
    text = ", ".join(said) + "."
    if report.n_unknown:
        named = ", ".join(md(each) for each in report.unknown[:3])
        st.warning(f"{text} Unknown: {named}.", icon=":material/warning:")
    else:
        st.success(text, icon=":material/check_circle:")
