"""Looking after what is live: captured rows against the version's training rows."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import pandas as pd
from sqlalchemy import func, select

from core.data import coerce
from core.errors import MonitoringError, WorkspaceError
from core.findings import Finding
from core.monitoring import DriftReport, check_drift, check_quality
from core.registry import ModelVersion, Registry
from core.retraining import NextTable, next_table
from core.serving import CapturedPredictions, OutcomeReport, PredictionLog, Service
from core.storage import Database
from core.storage.tables import outcomes, predictions
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.records import Cycle

PREDICTION = "prediction"
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
        answered on the validation rows.
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
        cycles: Cycles,
        data: Data,
        registry: Registry,
        log: PredictionLog,
    ) -> None:
        self._database = database
        self._cycles = cycles
        self._data = data
        self.registry = registry
        self.log = log
        self._service = lru_cache(maxsize=8)(self._load_service)
        self._usual_answers = lru_cache(maxsize=8)(self._score_validation)

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
        captured = self.captured(
            project_id, since=since, until=until, number=service.version.number
        )
        if not len(captured):
            raise MonitoringError(
                "No prediction of this version was captured in this period.",
                hint="Choose a longer period, or predict on the Predict page.",
            )
        return self._report(service, captured.inputs, "captured predictions")

    def report_for(
        self, project_id: str, frame: pd.DataFrame, number: int | None = None
    ) -> MonitorReport:
        """Compare a table that was brought in with the version's training rows."""
        return self._report(
            self.service(project_id, number), frame, "the table you brought in"
        )

    def _report(
        self, service: Service, raw: pd.DataFrame, source: str
    ) -> MonitorReport:
        version = service.version
        reference = self._reference(version)
        features = raw.drop(columns=[c for c in (version.target,) if c in raw])
        current = coerce(features, version.schema)
        kinds = {column.name: column.kind for column in version.schema.columns}
        usual = self._usual_answers(version.project, version.number)
        return MonitorReport(
            version=version.number,
            source=source,
            n_rows=len(current),
            quality=check_quality(version.schema, features),
            drift=check_drift(
                reference[list(version.schema.names)], current, kinds=kinds
            ),
            predictions=check_drift(usual, _answers(service, current)),
            current=current,
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

    def next_table(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> NextTable:
        """Return the table that the next cycle would start with.

        It is the cleaned table of the champion's cycle and, below it, the captured
        rows whose outcome is known.
        """
        version = self.service(project_id).version
        old = self._data.labelled(version.lineage["cycle_id"])
        captured = self.log.read(
            project_id, since=since, until=until, with_outcomes=True
        )
        return next_table(old, captured, version.target, version.schema)

    def start_next_cycle(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        note: str = "",
    ) -> Cycle:
        """Begin the next cycle on the training rows and the captured ones.

        Raises
        ------
        WorkspaceError
            When no captured row has an outcome: nothing would be new.
        """
        version = self.service(project_id).version
        table = self.next_table(project_id, since=since, until=until)
        if table.n_added == 0:
            raise WorkspaceError(
                "No captured prediction of this period has an outcome yet.",
                hint="Bring outcomes in first, or choose a longer period.",
            )
        previous = self._cycles.get(version.lineage["cycle_id"])
        number = self._cycles.current(project_id).number + 1
        name = f"cycle-{number}.csv"
        dataset = self._data.add_frame(project_id, table.frame, name)
        return self._cycles.create(
            project_id,
            note=note,
            dataset_id=dataset.id,
            target=version.target,
            task=previous.task,
        )

    def _load_service(self, project_id: str, number: int) -> Service:
        return Service(self.registry.load(project_id, number))

    def _reference(self, version: ModelVersion) -> pd.DataFrame:
        if version.reference is None:
            raise MonitoringError(
                f"Version {version.label} carries no training rows to compare with.",
                hint="Save it anew from the Evaluate page.",
            )
        return version.reference

    def _score_validation(self, project_id: str, number: int) -> pd.DataFrame:
        """Return the answers on rows the model was not fitted on: the usual ones."""
        service = self.service(project_id, number)
        split_id = service.version.lineage["split"]["id"]
        return _answers(service, self._data.part(split_id, "validation"))


def _answers(service: Service, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what the model answers, as a frame of one column."""
    answers = service.predict(frame, strict=False)
    if service.version.task == "binary":
        values = pd.Series([answer.probability for answer in answers], dtype="float64")
    elif service.version.task == "regression":
        values = pd.Series([answer.prediction for answer in answers], dtype="float64")
    else:
        values = pd.Series([str(answer.prediction) for answer in answers], dtype="str")
    return pd.DataFrame({PREDICTION: values})
