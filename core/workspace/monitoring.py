"""Looking after what is live: captured rows against the version's training rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import pandas as pd
from sqlalchemy import func, select

from core.errors import MonitoringError
from core.findings import Finding
from core.monitoring import PerformanceSeries, WindowBy
from core.registry import Registry
from core.serving import (
    CapturedPredictions,
    OutcomeReport,
    PredictionLog,
    Service,
)
from core.serving.calls import CallCount, read_calls
from core.serving.losses import said
from core.serving.tally import Loss
from core.storage import Database
from core.storage.tables import outcomes, predictions
from core.storage.types import now
from core.wording import counted
from core.workspace.answers import captured_answers
from core.workspace.choosing import Chooser
from core.workspace.closing import Closer, MonitorReport
from core.workspace.data import Data
from core.workspace.material import Material
from core.workspace.partly import PartlyLabelled, partly_labelled
from core.workspace.windows import MAX_ROWS, Windows

__all__ = ["MonitorReport", "Monitoring"]

LOSS_DAYS: Final = 30
"""Losses of so many days are a finding."""


class Monitoring:
    """Reports on live versions, their windows, and outcomes.

    Attributes
    ----------
    windows : Windows
        What is kept of captured predictions: all that pages and rules read.
    rules : QualityRules
        What people have changed of what is expected of the columns.
    """

    def __init__(
        self,
        database: Database,
        data: Data,
        registry: Registry,
        log: PredictionLog,
    ) -> None:
        self._database = database
        self.registry = registry
        self.log = log
        self.material = Material(data, registry)
        self.rules = self.material.rules
        self._closer = Closer(self.material)
        self._chooser = Chooser(self.material, log)
        self.windows = Windows(database, self.material, log)

    def service(self, project_id: str, number: int | None = None) -> Service:
        """Return what answers for a project: its champion, or the version named."""
        return self.material.service(project_id, number)

    def captured(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        number: int | None = None,
    ) -> CapturedPredictions:
        """Return the captured predictions of a period, the newest 100,000 of them."""
        return self.log.read(
            project_id, since=since, until=until, version=number, limit=MAX_ROWS
        )

    def report(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        number: int | None = None,
    ) -> MonitorReport:
        """Compare the captured rows of any period with the training rows.

        Reads the rows; pages read the summaries of `windows` instead.

        Raises
        ------
        MonitoringError
            When nothing was captured in the period.
        """
        service = self.service(project_id, number)
        captured = self._captured_or_refuse(
            project_id, since=since, until=until, number=service.version.number
        )
        return self._closer.compare(
            service, captured, "captured predictions", until=until
        )[0]

    def _captured_or_refuse(
        self,
        project_id: str,
        *,
        since: datetime | None,
        until: datetime | None,
        number: int,
    ) -> CapturedPredictions:
        captured = self.captured(project_id, since=since, until=until, number=number)
        if not len(captured):
            raise MonitoringError(
                "No prediction of this version was captured in this period.",
                hint="Choose a longer period, or predict on the Predict page.",
            )
        return captured

    def report_for(
        self, project_id: str, frame: pd.DataFrame, number: int | None = None
    ) -> MonitorReport:
        """Compare a table that was brought in with the version's training rows."""
        service = self.service(project_id, number)
        answers = service.predict(frame, strict=False)
        rows = CapturedPredictions(captured_answers(answers), frame)
        return self._closer.compare(service, rows, "the table you brought in")[0]

    def performance(
        self,
        project_id: str,
        *,
        number: int | None = None,
        window: WindowBy = "month",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[PerformanceSeries, PerformanceSeries | None]:
        """Return the realised metric over time and, beside it, the estimated one.

        The estimate learns from the opened test rows; it is None where these are too
        few to learn from. Reads the rows; pages read `windows` instead.

        Raises
        ------
        MonitoringError
            When nothing was captured in the period.
        """
        service = self.service(project_id, number)
        captured = self._captured_or_refuse(
            project_id, since=since, until=until, number=service.version.number
        )
        return self._closer.performance(service, captured, window)

    def to_label(self, project_id: str, number: int, n: int) -> pd.DataFrame:
        """Return the n rows to label next, of the newest 10,000 without an outcome.

        Returns
        -------
        DataFrame of shape (at most n, 5 + n_inputs)
            ``id``, ``at``, ``prediction``, ``why`` and ``stands_for``, then the inputs
            as they were sent; empty when every outcome is known.
        """
        return self._chooser.choose(project_id, number, n)

    def partly_labelled(self, project_id: str, number: int) -> PartlyLabelled:
        """Return what the known outcomes say about the newest 10,000 rows."""
        return partly_labelled(self.material, self.log, project_id, number)

    def n_predictions(self, project_id: str, number: int) -> int:
        """Return how many predictions of a version were captured."""
        query = (
            select(func.count())
            .select_from(predictions)
            .where(predictions.c.project_id == project_id)
            .where(predictions.c.version == number)
        )
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def n_outcomes(self, project_id: str, number: int) -> int:
        """Return for how many predictions of a version the outcome is known."""
        summed = self.windows.n_labels(project_id, number)
        if summed is not None:
            return summed
        query = (
            select(func.count())
            .select_from(
                outcomes.join(predictions, outcomes.c.prediction_id == predictions.c.id)
            )
            .where(outcomes.c.project_id == project_id)
            .where(outcomes.c.superseded.is_(False))
            .where(predictions.c.version == number)
        )
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def calls(
        self, project_id: str, since: datetime | None = None
    ) -> tuple[CallCount, ...]:
        """Return the counts of calls for predictions, refused ones too, by hour."""
        return read_calls(self._database, project_id, since=since)

    def findings(self, project_id: str) -> tuple[Finding, ...]:
        """Return what keeps Monitor from seeing what is answered."""
        found = []
        if self.log.pauses(project_id):
            found.append(_PAUSED)
        recent = now() - timedelta(days=LOSS_DAYS)
        lost = self.log.losses.of(project_id, since=recent)
        if lost:
            found.append(_lost(lost))
        return tuple(found)

    def add_outcomes(
        self, project_id: str, pairs: list[tuple[str, object]]
    ) -> OutcomeReport:
        """Join outcomes to the predictions they belong to."""
        return self.log.add_outcomes(project_id, pairs)


_PAUSED = Finding(
    "MONITOR-014",
    "problem",
    "Capture is paused",
    "The database is larger than this project's limit of capture: answers are given, "
    "but not kept, and no window grows.",
    "On Deploy, under Capture, let old answers go after some days, or raise the limit.",
)


def _lost(lost: Sequence[Loss]) -> Finding:
    evidence = said(lost[0])
    if len(lost) > 1:
        most = counted("prediction", sum(loss.most for loss in lost))
        evidence += (
            f" So {len(lost)} ended processes have lost at most {most} within "
            f"{LOSS_DAYS} days."
        )
    return Finding(
        "MONITOR-015",
        "warning",
        "Some answers were not captured",
        evidence,
        "A process that kept answers in its queue was killed. Windows of that time "
        "count too few rows; capture answers before they are given where each counts.",
    )
