"""The figures of a window that charts and rules read."""

from datetime import datetime
from typing import Any

import pandas as pd

from core.monitoring import PerformanceSeries
from core.monitoring.service_metrics import measure_service
from core.monitoring.signals import (
    drift_signals,
    points_lost,
    service_signals,
    sure_effects,
)
from core.monitoring.summary import WindowSummary
from core.registry import ModelVersion
from core.workspace.monitor_report import MonitorReport


def summarise(
    ends: tuple[str, datetime, datetime],
    report: MonitorReport,
    meta: pd.DataFrame,
    series: tuple[PerformanceSeries | None, PerformanceSeries | None],
    version: ModelVersion,
) -> WindowSummary:
    """Return the figures of a window that charts and rules read.

    Parameters
    ----------
    ends : tuple of (label, start, end)
    report : MonitorReport
    meta : DataFrame
        Its answers and outcomes.
    series : tuple of PerformanceSeries or None
        Realised and estimated, of this window alone.
    version : ModelVersion
    """
    signals = drift_signals(report.quality, report.drift, report.predictions)
    signals |= service_signals(meta)
    for name, each in zip(("realised", "estimated"), series, strict=True):
        expected = None if each is None else expected_metric(version, each)
        signals[name] = points_lost(each, expected)
    enough = report.drift.enough
    return WindowSummary(
        *ends,
        n_rows=report.n_rows,
        n_labels=int(meta["outcome"].notna().sum()),
        enough=enough,
        sentence=report.drift.sentence,
        signals=signals,
        effects=sure_effects(report.drift) if enough else {},
        harm=report.harm,
        realised=series[0],
        estimated=series[1],
        faults=tuple(
            f"{each.title}: {each.evidence}"
            for each in report.quality
            if each.severity == "problem"
        ),
        service=measure_service(
            meta,
            task=version.task,
            pos_label=version.model.pos_label,
            costs=costs_of(version),
        ),
    )


def costs_of(version: ModelVersion) -> dict[str, float] | None:
    """Return what each kind of error costs, when the model was chosen by it."""
    options = dict(version.model.metric_options)
    return options if "false_positive" in options else None


def expected_metric(
    version: ModelVersion, series: PerformanceSeries
) -> dict[str, Any] | None:
    """Return the metric of a series on the test rows, with its interval, if known."""
    metrics: dict[str, Any] = (version.evaluation or {}).get("metrics", {})
    return metrics.get(series.metric)
