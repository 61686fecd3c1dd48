"""From the captured rows of a version to what is kept of their window."""

from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from core.findings import Finding
from core.monitoring import (
    PerformanceSeries,
    Reference,
    WindowBy,
    check_quality,
    estimate_error,
    estimate_performance,
    realised_performance,
)
from core.monitoring.drift import judge_counts
from core.monitoring.harm import column_harm
from core.monitoring.summary import WindowSummary
from core.monitoring.window_counts import WindowCounts, count_window
from core.serving import CapturedPredictions, Service
from core.workspace.answers import answer_column
from core.workspace.material import Material
from core.workspace.monitor_report import MonitorReport
from core.workspace.summarising import summarise

__all__ = ["ClosedWindow", "Closer", "MonitorReport"]

MIN_LABELLED = 100
"""Fewest held-out rows that an estimate without outcomes can learn from."""
KEPT_SAMPLE = 4_000
"""Rows of a window whose codes are kept, so that windows can be added up."""
MOST_HARM = 30
"""Of wider tables, harm is reckoned for the columns that moved most."""


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
        period: WindowBy,
        watched: Reference | None = None,
    ) -> ClosedWindow:
        """Summarise the captured rows of one window.

        Parameters
        ----------
        service : Service
            Of the version that answered.
        captured : CapturedPredictions
        ends : tuple of (label, start, end)
        period : {"hour", "day", "week", "month"} or int
        watched : Reference, default=None
            The version's, with what healthy windows have taught.
        """
        version = service.version
        report, inputs, answers = self.compare(
            service, captured, f"captured in {ends[0]}", until=ends[2], watched=watched
        )
        is_by_rows = isinstance(period, int)  # late ones may have come to its n rows
        window = max(1, len(captured)) if is_by_rows else period
        series = self.performance(service, captured, window)
        if is_by_rows:
            series = (_named(series[0], ends), series[1] and _named(series[1], ends))
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
        watched: Reference | None = None,
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
        report = self.report(
            service, quality, (inputs, answers), source, watched=watched
        )
        return report, inputs, answers

    def report(
        self,
        service: Service,
        quality: tuple[Finding, ...],
        counts: tuple[WindowCounts, WindowCounts],
        source: str,
        *,
        watched: Reference | None = None,
        with_harm: bool = True,
    ) -> MonitorReport:
        """Judge counts of inputs and answers, of one window or of several added up."""
        version, (inputs, answers) = service.version, counts
        references = self._material.references(version.project, version.number)
        known = watched or references[0]
        drift = judge_counts(known, inputs)
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
            n_watched=known.n_live,
        )

    def performance(
        self, service: Service, captured: CapturedPredictions, window: WindowBy
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


def _named(
    series: PerformanceSeries, ends: tuple[str, datetime, datetime]
) -> PerformanceSeries:
    """Return the series of one window of n rows under the window's own name."""
    label, start = ends[0], pd.Timestamp(ends[1])
    named = tuple(replace(each, label=label, start=start) for each in series.windows)
    return replace(series, windows=named)


def as_cleaned(service: Service, given: pd.DataFrame) -> pd.DataFrame:
    """Return rows as given, but what the recipe repairs as it is repaired."""
    steps = service.version.replay.recipe.steps
    repaired = {name for step in steps for name in step.columns}
    cleaned = service.cleaned(given)
    names = [n for n in given.columns if n in repaired and n in cleaned]
    return given.assign(**{name: cleaned[name].to_numpy() for name in names})
