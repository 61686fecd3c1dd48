"""How right the model is over time, with outcomes and without."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.monitoring.performance import TrackRecord, track_record
from core.monitoring.summary import WindowSummary, join_series
from core.plots.performance import draw_performance
from core.serving import Service
from core.wording import counted, percent, score_text, with_interval
from pages.shared.frame import facts, show_chart
from pages.shared.monitor_windows import Subject


def show_performance(
    subject: Subject, windows: Sequence[WindowSummary], service: Service
) -> bool:
    """Show the metric over time; tell whether there are predictions at all."""
    n_predictions, n_outcomes = subject.n_predictions, subject.n_outcomes
    if not n_predictions:
        st.info(
            "Outcomes are joined to captured predictions by their id. Predict first.",
            icon=":material/info:",
        )
        return False
    facts(
        [
            ("Predictions captured", f"{n_predictions:,}"),
            ("Outcomes known", f"{n_outcomes:,} ({_share(n_outcomes, n_predictions)})"),
        ]
    )
    st.header("Performance over time", anchor=False)
    realised = join_series(window.realised for window in windows)
    estimated = join_series(window.estimated for window in windows)
    if realised is None or (not n_outcomes and estimated is None):
        st.caption("No outcome is known yet; bring them in below.")
        return True
    if estimated is not None and estimated.metric != realised.metric:
        estimated = None
    expected = expected_value(service.version.evaluation, realised.metric)
    show_chart(
        draw_performance(
            realised, estimated, expected, in_turn=isinstance(subject.period, int)
        ),
        key="monitor-performance",
    )
    if estimated is not None:
        _show_track_record(track_record(realised, estimated))
        st.caption(
            "**The estimate assumes that the relation of inputs and target is "
            "unchanged.** It may rise even while columns drift; only outcomes tell."
        )
    return True


def _show_track_record(record: TrackRecord | None) -> None:
    """Say how right the estimate has been where outcomes came later."""
    if record is not None:
        st.caption(
            f"So far the estimate was off by {score_text(record.mean_error)} on "
            f"average; its band held the outcome in {record.n_held} of "
            f"{counted('window', record.n_windows)} with outcomes for half the rows."
        )


def _share(part: int, whole: int) -> str:
    return percent(part / whole, 0)


def has_fallen(windows: Sequence[WindowSummary], service: Service) -> str:
    """Say so when the newest window with outcomes is surely below the test rows."""
    judged = [each for each in windows if each.signals.get("realised") is not None]
    if not judged or not judged[-1].signals["realised"]:
        return ""
    series = judged[-1].realised
    metrics = (service.version.evaluation or {}).get("metrics", {})
    if series is None or series.metric not in metrics:
        return ""
    now, expected = series.windows[-1], metrics[series.metric]
    return (
        f"{series.title} was {with_interval(now.value, now.low, now.high)} in "
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
