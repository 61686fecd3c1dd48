"""From the captured rows of a version to what is kept of their window."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from core.findings import Finding
from core.monitoring import (
    DriftReport,
    PerformanceSeries,
    Period,
    check_quality,
    estimate_error,
    estimate_performance,
    realised_performance,
)
from core.monitoring.drift import judge_counts
from core.monitoring.harm import column_harm
from core.monitoring.service_metrics import measure_service
from core.monitoring.signals import (
    drift_signals,
    points_lost,
    service_signals,
    sure_effects,
)
from core.monitoring.summary import WindowSummary
from core.monitoring.window_counts import WindowCounts, count_window
from core.registry import ModelVersion
from core.serving import CapturedPredictions, Service
from core.workspace.answers import answer_column
from core.workspace.material import Material

MIN_LABELLED = 100
"""Fewest held-out rows that an estimate without outcomes can learn from."""
KEPT_SAMPLE = 4_000
"""Rows of a window whose codes are kept, so that windows can be added up."""
MOST_HARM = 30
"""Of wider tables, harm is reckoned for the columns that moved most."""


@dataclass(frozen=True, eq=False)
class MonitorReport:
    """A window of rows against the rows that the version was trained on.

    Attributes
    ----------
    version : int
    source : str
        In words, what the window is.
    n_rows : int
    quality : tuple of Finding
        Broken columns and values: to be looked at before drift.
    drift : DriftReport
        Per column, and of all columns together.
    predictions : DriftReport
        Of what the model answers (probability, class or number), against what it
        answered on the test rows.
    harm : mapping of column name to float
        How far each changed column's move moves the answers.
    weight : mapping of column name to float
        How far shuffling a column would: what it can do at most, about.
    """

    version: int
    source: str
    n_rows: int
    quality: tuple[Finding, ...]
    drift: DriftReport
    predictions: DriftReport
    harm: dict[str, float]
    weight: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        quality = [each.to_dict() for each in self.quality]
        drifts = {"drift": self.drift, "predictions": self.predictions}
        plain = {name: each.to_dict() for name, each in drifts.items()}
        return {**vars(self), "quality": quality, **plain}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "MonitorReport":
        """Return the report that `to_dict` wrote."""
        quality = tuple(Finding.from_dict(each) for each in values["quality"])
        drift, answers = (
            DriftReport.from_dict(values[key]) for key in ("drift", "predictions")
        )
        changed = {"quality": quality, "drift": drift, "predictions": answers}
        return cls(**{**values, **changed})


@dataclass(frozen=True, eq=False)
class ClosedWindow:
    """All that is kept of one window: the light figures, and what a closer look needs.

    Attributes
    ----------
    summary : WindowSummary
    report : MonitorReport
    inputs, answers : WindowCounts
        On the version's references; those of several windows add up.
    """

    summary: WindowSummary
    report: MonitorReport
    inputs: WindowCounts
    answers: WindowCounts


class Closer:
    """Summarises windows of one workspace's versions."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def close(
        self,
        service: Service,
        captured: CapturedPredictions,
        ends: tuple[str, datetime, datetime],
        period: Period,
    ) -> ClosedWindow:
        """Summarise the captured rows of one window.

        Parameters
        ----------
        service : Service
            Of the version that answered.
        captured : CapturedPredictions
        ends : tuple of (label, start, end)
        period : Period
        """
        version = service.version
        report, inputs, answers = self.compare(
            service, captured, f"captured in {ends[0]}", until=ends[2]
        )
        series = self.performance(service, captured, period)
        summary = summarise(ends, report, captured.meta, series, version)
        kept = (each.thinned(KEPT_SAMPLE) for each in (inputs, answers))
        return ClosedWindow(summary, report, *kept)

    def compare(
        self,
        service: Service,
        rows: CapturedPredictions,
        source: str,
        *,
        until: datetime | None = None,
    ) -> tuple[MonitorReport, WindowCounts, WindowCounts]:
        """Compare rows and answers with the version's references.

        The rules of quality are those that hold for a window that ends at `until`;
        without it those from now on.
        """
        version, raw, meta = service.version, rows.inputs, rows.meta
        references = self._material.references(version.project, version.number)
        features = raw.drop(columns=[c for c in (version.target,) if c in raw])
        inputs = count_window(references[0], service.cleaned(features))
        answers = count_window(references[1], answer_column(version.task, meta))
        rules = self._material.rules.at(version.project, version.number, until)
        quality = check_quality(version.schema, as_cleaned(service, features), rules)
        report = self.report(service, quality, inputs, answers, source)
        return report, inputs, answers

    def report(
        self,
        service: Service,
        quality: tuple[Finding, ...],
        inputs: WindowCounts,
        answers: WindowCounts,
        source: str,
        *,
        with_harm: bool = True,
    ) -> MonitorReport:
        """Judge counts, of one window or of several added up."""
        version = service.version
        references = self._material.references(version.project, version.number)
        drift = judge_counts(references[0], inputs)
        moved = [c.name for c in drift.ranked if c.changed][:MOST_HARM]
        rows = version.reference
        harm = (
            {}
            if rows is None or not moved or not with_harm
            else column_harm(
                version.model.output, rows, references[0], inputs.columns, moved
            )
        )
        return MonitorReport(
            version=version.number,
            source=source,
            n_rows=inputs.n_rows,
            quality=quality,
            drift=drift,
            predictions=judge_counts(references[1], answers),
            harm=harm,
            weight=dict(self._material.weights(version.project, version.number)),
        )

    def performance(
        self, service: Service, captured: CapturedPredictions, window: Period | int
    ) -> tuple[PerformanceSeries, PerformanceSeries | None]:
        """Return the realised metric over time and, beside it, the estimated one."""
        version = service.version
        realised = realised_performance(
            captured.meta,
            task=version.task,
            pos_label=version.model.pos_label,
            window=window,
        )
        known = self._material.usual_answers(version.project, version.number)
        if len(known.meta) < MIN_LABELLED:
            return realised, None
        inputs = service.cleaned(captured.inputs)
        if version.task == "regression":
            return realised, estimate_error(
                (known.meta, known.inputs), (captured.meta, inputs), window=window
            )
        return realised, estimate_performance(
            (known.meta, known.inputs),
            (captured.meta, inputs),
            task=version.task,
            pos_label=version.model.pos_label,
            window=window,
        )


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


def as_cleaned(service: Service, given: pd.DataFrame) -> pd.DataFrame:
    """Return rows as given, but what the recipe repairs as it is repaired."""
    steps = service.version.replay.recipe.steps
    repaired = {name for step in steps for name in step.columns}
    cleaned = service.cleaned(given)
    names = [n for n in given.columns if n in repaired and n in cleaned]
    return given.assign(**{name: cleaned[name].to_numpy() for name in names})
