"""Looking after what is live: captured rows against the version's training rows."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import pandas as pd
from sqlalchemy import func, select

from core.data import coerce, read_parquet
from core.errors import MonitoringError, WorkspaceError
from core.findings import Finding
from core.monitoring import (
    DriftReport,
    PerformanceSeries,
    Period,
    Reference,
    check_drift,
    check_quality,
    estimate_error,
    estimate_performance,
    realised_performance,
    summarise_reference,
)
from core.registry import Registry
from core.serving import (
    CapturedPredictions,
    OutcomeReport,
    PredictionLog,
    Service,
)
from core.storage import Database
from core.storage.tables import outcomes, predictions
from core.workspace.answers import answer_column, captured_answers
from core.workspace.data import Data
from core.workspace.evaluation import opened_key

MIN_LABELLED = 100
"""Fewest held-out rows that an estimate without outcomes can learn from."""
MAX_ROWS = 100_000
"""Most captured rows that one report reads: the newest of the period."""


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
    current : DataFrame
        The window, in the version's columns.
    """

    version: int
    source: str
    n_rows: int
    quality: tuple[Finding, ...]
    drift: DriftReport
    predictions: DriftReport
    current: pd.DataFrame


class Monitoring:
    """Reports on live versions, outcomes, and the way into the next cycle."""

    def __init__(
        self,
        database: Database,
        data: Data,
        registry: Registry,
        log: PredictionLog,
    ) -> None:
        self._database = database
        self._data = data
        self.registry = registry
        self.log = log
        self._service = lru_cache(maxsize=8)(self._load_service)
        self._usual_answers = lru_cache(maxsize=8)(self._score_held_out)
        self._references = lru_cache(maxsize=8)(self._summarise)

    def service(self, project_id: str, number: int | None = None) -> Service:
        """Return what answers for a project: its champion, or the version named."""
        if number is None:
            number = self.registry.champion(project_id)
        if number is None:
            raise WorkspaceError(
                "This project has no champion yet.",
                hint="Save a version on Evaluate and make it champion on Deploy.",
            )
        return self._service(project_id, number)

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
        """Compare the captured rows of a period with the training rows.

        Raises
        ------
        MonitoringError
            When nothing was captured in the period.
        """
        service = self.service(project_id, number)
        captured = self._captured_or_refuse(
            project_id, since=since, until=until, number=service.version.number
        )
        return self._report(
            service, captured.inputs, captured.meta, "captured predictions"
        )

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
        return self._report(
            service, frame, captured_answers(answers), "the table you brought in"
        )

    def _report(
        self, service: Service, raw: pd.DataFrame, meta: pd.DataFrame, source: str
    ) -> MonitorReport:
        version = service.version
        inputs, answers = self._references(version.project, version.number)
        features = raw.drop(columns=[c for c in (version.target,) if c in raw])
        current = service.cleaned(features)
        return MonitorReport(
            version=version.number,
            source=source,
            n_rows=len(current),
            quality=check_quality(version.schema, _as_cleaned(service, features)),
            drift=check_drift(inputs, current),
            predictions=check_drift(answers, answer_column(version.task, meta)),
            current=current,
        )

    def performance(
        self,
        project_id: str,
        *,
        number: int | None = None,
        window: Period | int = "month",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[PerformanceSeries, PerformanceSeries | None]:
        """Return the realised metric over time and, beside it, the estimated one.

        The estimate learns from the opened test rows; it is None where these are too
        few to learn from.

        Raises
        ------
        MonitoringError
            When nothing was captured in the period.
        """
        service = self.service(project_id, number)
        version = service.version
        captured = self._captured_or_refuse(
            project_id, since=since, until=until, number=version.number
        )
        realised = realised_performance(
            captured.meta,
            task=version.task,
            pos_label=version.model.pos_label,
            window=window,
        )
        return realised, self._estimated(service, captured, window)

    def _estimated(
        self, service: Service, captured: CapturedPredictions, window: Period | int
    ) -> PerformanceSeries | None:
        version = service.version
        known = self._usual_answers(version.project, version.number)
        if len(known.meta) < MIN_LABELLED:
            return None
        if version.task == "regression":
            inputs = service.cleaned(captured.inputs)
            return estimate_error(
                (known.meta, known.inputs), (captured.meta, inputs), window=window
            )
        return estimate_performance(
            known.meta,
            captured.meta,
            task=version.task,
            pos_label=version.model.pos_label,
            window=window,
        )

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

    def add_outcomes(
        self, project_id: str, pairs: list[tuple[str, object]]
    ) -> OutcomeReport:
        """Join outcomes to the predictions they belong to."""
        return self.log.add_outcomes(project_id, pairs)

    def _load_service(self, project_id: str, number: int) -> Service:
        return Service(self.registry.load(project_id, number))

    def _summarise(self, project_id: str, number: int) -> tuple[Reference, Reference]:
        """Return what later windows are compared with: of the rows, of the answers."""
        version = self.service(project_id, number).version
        if version.reference is None:
            raise MonitoringError(
                f"Version {version.label} carries no training rows to compare with.",
                hint="Save it anew from the Evaluate page.",
            )
        schema = version.model.schema
        usual = self._usual_answers(project_id, number).meta
        return (
            summarise_reference(
                version.reference[list(schema.names)], kinds=schema.kinds
            ),
            summarise_reference(answer_column(version.task, usual)),
        )

    def _score_held_out(self, project_id: str, number: int) -> CapturedPredictions:
        """Return the answers on rows the model was not fitted on: the usual ones."""
        service = self.service(project_id, number)
        version = service.version
        key = opened_key(version.project, version.lineage["evaluation"])
        with self._data.files.open(key) as stream:
            rows = read_parquet(stream)
        inputs = coerce(rows, version.model.schema)
        answers = service.predict_cleaned(inputs)
        meta = captured_answers(answers).assign(outcome=rows[version.target])
        return CapturedPredictions(meta, inputs)


def _as_cleaned(service: Service, given: pd.DataFrame) -> pd.DataFrame:
    """Return rows as given, but what the recipe repairs as it is repaired."""
    steps = service.version.replay.recipe.steps
    repaired = {name for step in steps for name in step.columns}
    cleaned = service.cleaned(given)
    names = [n for n in given.columns if n in repaired and n in cleaned]
    return given.assign(**{name: cleaned[name].to_numpy() for name in names})
