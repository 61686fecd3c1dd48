"""How a version answered in a window: time, warnings, kept promises, and money.

Kept with each window, so that no page reads captured rows for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.frames import cell_text
from core.data.target import Task
from core.evaluation.intervals import wilson
from core.modeling.scoring import find_metric
from core.monitoring.performance import MIN_LABELS, as_arrays, as_words
from core.monitoring.summary import WindowSummary

LATENCIES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
SOURCE: Final = "source:"
"""Before where a call came from: rows that came from there."""

Figures = Mapping[str, float]
"""Figures of one window by name; what cannot be told is absent."""


def measure_service(
    meta: pd.DataFrame,
    *,
    task: Task,
    pos_label: object = None,
    costs: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return what a window says of the service.

    Parameters
    ----------
    meta : DataFrame
        Captured answers, as the prediction log gives them.
    task : {"binary", "multiclass", "regression"}
    pos_label : object, default=None
    costs : mapping, default=None
        Options of the metric "cost"; without them there is no money.

    Returns
    -------
    dict of str to float
        ``rows``; ``warned`` (share of rows); ``p50``, ``p95``, ``p99`` (milliseconds of
        a call); ``source:…`` (rows); with 30 outcomes ``covered`` (share of intervals
        or sets that hold the outcome), ``promised`` (the share they promise),
        ``n_covered`` (answers counted) and ``cost`` (mean of a row).

    Examples
    --------
    >>> meta = pd.DataFrame({"latency_ms": [1.0, 3.0], "warnings": [[], ["x"]],
    ...     "source": ["api", "page"], "outcome": [None, None]})
    >>> measured = measure_service(meta, task="regression")
    >>> measured["p50"], measured["warned"], measured["source:api"]
    (2.0, 0.5, 1.0)
    """
    figures: dict[str, float] = {"rows": float(len(meta))}
    if not len(meta):
        return figures
    figures["warned"] = float(np.mean([bool(each) for each in meta["warnings"]]))
    times = meta["latency_ms"].dropna().to_numpy(np.float64)
    if times.size:
        at = np.quantile(times, list(LATENCIES.values()))
        figures |= dict(zip(LATENCIES, at.tolist(), strict=True))
    if "source" in meta:  # rehearsed rows came from nowhere
        for source, count in meta["source"].value_counts().items():
            figures[f"{SOURCE}{source}"] = float(count)
    known = meta[meta["outcome"].notna()]
    figures |= _coverage(known, task)
    if costs and task == "binary" and len(known) >= MIN_LABELS:
        metric = find_metric("cost", task, costs)
        figures["cost"] = float(
            metric.score(*as_arrays(known, metric, task, pos_label))
        )
    return figures


def with_calls(summary: WindowSummary, asked: Mapping[str, float]) -> WindowSummary:
    """Return a window with what the counts of its calls say.

    The signal "errors" is what surely was not answered: the lower end of the share's
    95% interval (Wilson), so that one call of twenty is no alarm.

    Parameters
    ----------
    summary : WindowSummary
    asked : mapping of str to float
        From `core.serving.calls.measure_calls`.
    """
    share = asked.get("refused")
    sure = None if share is None else wilson(share, asked["calls"]).low
    signals = {**summary.signals, "errors": sure}
    service = {**summary.service, **asked} if asked.get("calls") else summary.service
    return replace(summary, signals=signals, service=service)


def _coverage(known: pd.DataFrame, task: Task) -> dict[str, float]:
    """Return how many promises were kept; nothing with under 30 of them."""
    column = "interval" if task == "regression" else "prediction_set"
    if column not in known or "coverage" not in known:
        return {}
    given = known[known[column].notna() & known["coverage"].notna()]
    if len(given) < MIN_LABELS:
        return {}
    promises, truths = given[column], given["outcome"]
    held = (
        _within(promises, truths)
        if task == "regression"
        else _among(promises, as_words(truths))
    )
    return {
        "covered": held,
        "promised": float(given["coverage"].mean()),
        "n_covered": float(len(given)),
    }


def _within(intervals: "pd.Series[Any]", truths: "pd.Series[Any]") -> float:
    ends = np.array(intervals.tolist(), dtype=np.float64)
    values = pd.to_numeric(truths).to_numpy(np.float64)
    return float(((values >= ends[:, 0]) & (values <= ends[:, 1])).mean())


def _among(sets: "pd.Series[Any]", truths: "np.ndarray[Any, Any]") -> float:
    pairs = zip(sets, truths.tolist(), strict=True)
    return float(np.mean([truth in {cell_text(e) for e in s} for s, truth in pairs]))
