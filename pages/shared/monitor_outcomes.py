"""Outcomes: bring them in by prediction id, and see the metric over time."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import streamlit as st

from core.data import read_table
from core.data.coerce import cast_column
from core.errors import DataError
from core.monitoring import PerformanceSeries, Period
from core.plots.performance import draw_performance
from core.serving import OutcomeReport, Service, read_outcomes
from core.wording import counted, percent, with_interval
from pages.shared.frame import facts, md, show_chart, stop_on_error
from pages.shared.monitor_choice import (
    Subject,
    captured,
    chosen_period,
    outcomes_have_changed,
)
from pages.shared.state import forget, recall, remember, workspace

_KEPT = "outcome-report"
Pair = tuple[PerformanceSeries, PerformanceSeries | None]


def show_outcomes(subject: Subject, service: Service) -> None:
    """Show the metric over time, and take outcomes in."""
    if not subject.n_predictions:
        st.info(
            "Outcomes are joined to captured predictions by their id. Predict first.",
            icon=":material/info:",
        )
        return
    known = subject.n_outcomes / subject.n_predictions
    facts(
        [
            ("Predictions captured", f"{subject.n_predictions:,}"),
            ("Outcomes known", f"{subject.n_outcomes:,} ({percent(known, 0)})"),
        ]
    )
    _show_performance(subject, service)
    st.header("Bring outcomes in", anchor=False)
    _take_outcomes(subject, service)


def _show_performance(subject: Subject, service: Service) -> None:
    st.header("Performance over time", anchor=False)
    with stop_on_error():
        realised, estimated = performance(subject, chosen_period())
    if estimated is not None and estimated.metric != realised.metric:
        estimated = None
    if not subject.n_outcomes and estimated is None:
        st.caption("No outcome is known yet; bring them in below.")
        return
    expected = expected_value(service.version.evaluation, realised.metric)
    show_chart(
        draw_performance(realised, estimated, expected), key="monitor-performance"
    )
    if estimated is not None:
        st.caption(
            "**The estimate assumes that the relation of inputs and target is "
            "unchanged.** It may rise even while columns drift; only outcomes tell."
        )


@st.cache_resource(max_entries=4, show_spinner="Joining predictions and outcomes")
def performance(subject: Subject, window: Period) -> Pair:
    """Return the realised and the estimated metric over time."""
    return workspace().monitoring.performance(
        subject.project_id, number=subject.number, window=window
    )


def has_fallen(subject: Subject, service: Service) -> str:
    """Say so when the newest judged month is surely below the test rows."""
    if not subject.n_outcomes:
        return ""
    realised, _ = performance(subject, "month")
    judged = [window for window in realised.windows if window.enough]
    metrics = (service.version.evaluation or {}).get("metrics", {})
    expected = metrics.get(realised.metric)
    if not judged or expected is None:
        return ""
    now = judged[-1]
    ends = (now.high, expected["low"], now.value)
    if not realised.higher_is_better:
        ends = (expected["high"], now.low, now.value)
    near, far, value = ends
    if near is None or far is None or value is None or near >= far:
        return ""
    return (
        f"{realised.title} was {with_interval(value, now.low, now.high)} in "
        f"{now.label} over {counted('outcome', now.n_labels)}; on the test rows it was "
        f"{with_interval(expected['value'], expected['low'], expected['high'])}."
    )


def expected_value(evaluation: Mapping[str, Any] | None, metric: str) -> float | None:
    """Return a metric's value on the test rows, when the version carries it.

    Examples
    --------
    >>> expected_value({"metrics": {"mae": {"value": 2.0}}}, "mae")
    2.0
    >>> expected_value(None, "mae") is None
    True
    """
    metrics = (evaluation or {}).get("metrics", {})
    return float(metrics[metric]["value"]) if metric in metrics else None


def _take_outcomes(subject: Subject, service: Service) -> None:
    st.markdown(
        "A table with two columns, **id** (of the prediction; an answered file calls "
        "it **prediction_id**) and **outcome** "
        f"(what became true of {md(service.version.target)})."
    )
    waiting = _waiting(subject)
    if waiting:
        st.download_button(
            "Download predictions without outcome",
            waiting,
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
        return
    if st.button("Take these outcomes", type="primary", icon=":material/check:"):
        with stop_on_error():
            pairs = read_pairs(uploaded, uploaded.name, service)
            report = workspace().monitoring.add_outcomes(subject.project_id, pairs)
        remember(_KEPT, report)
        outcomes_have_changed()
        st.rerun()
    _show_report(recall(_KEPT))


def _waiting(subject: Subject) -> bytes:
    """Return a CSV of the predictions whose outcome is not known, ready to fill in."""
    meta = captured(subject).meta
    rows = meta.loc[meta["outcome"].isna(), ["id", "at", "prediction"]]
    return rows.assign(outcome="").to_csv(index=False).encode() if len(rows) else b""


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
