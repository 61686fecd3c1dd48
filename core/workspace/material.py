"""What every look at a version needs: its service, its reference, its usual answers."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from core.data import coerce, read_parquet
from core.errors import MonitoringError, WorkspaceError
from core.monitoring import Reference, summarise_reference
from core.monitoring.batches import batches_by_time
from core.monitoring.harm import column_weight
from core.monitoring.reference import draw_rows
from core.registry import ModelVersion, Registry
from core.serving import CapturedPredictions, Service
from core.workspace.answers import answer_column, captured_answers
from core.workspace.data import Data
from core.workspace.evaluation import opened_key
from core.workspace.quality_rules import QualityRules


class Material:
    """Loads what belongs to a version, once for a few versions at a time."""

    def __init__(self, data: Data, registry: Registry) -> None:
        self._data = data
        self.registry = registry
        self.rules = QualityRules(registry.database)
        self._service = lru_cache(maxsize=8)(self._load_service)
        self.usual_answers = lru_cache(maxsize=8)(self._score_held_out)
        self.references = lru_cache(maxsize=8)(self._summarise)
        self.weights = lru_cache(maxsize=8)(self._weigh)

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
        usual = self.usual_answers(project_id, number).meta
        if usual.empty:
            rows = version.reference.iloc[draw_rows(len(version.reference))]
            known = coerce(rows.reset_index(drop=True), schema)
            usual = captured_answers(
                self.service(project_id, number).predict_cleaned(known)
            )
        return (
            summarise_reference(
                version.reference[list(schema.names)],
                kinds=schema.kinds,
                batches=batches_of(version.reference),
            ),
            summarise_reference(answer_column(version.task, usual)),
        )

    def _score_held_out(self, project_id: str, number: int) -> CapturedPredictions:
        """Return the answers on rows the model was not fitted on: the usual ones.

        None where a version was saved without an evaluation: then nothing can be
        estimated, and answers are compared with those to the training rows.
        """
        service = self.service(project_id, number)
        version = service.version
        evaluation = version.lineage.get("evaluation")
        key = opened_key(version.project, str(evaluation))
        if evaluation is None or not self._data.files.exists(key):
            return _none_of(version)
        with self._data.files.open(key) as stream:
            rows = read_parquet(stream)
        inputs = coerce(rows, version.model.schema)
        answers = service.predict_cleaned(inputs)
        meta = captured_answers(answers).assign(outcome=rows[version.target])
        return CapturedPredictions(meta, inputs)

    def _weigh(self, project_id: str, number: int) -> Mapping[str, float]:
        """Return how much each column can move the answers."""
        version = self.service(project_id, number).version
        if version.reference is None:
            return {}
        names = version.model.schema.names
        rows = version.reference[list(names)]
        return column_weight(version.model.output, rows, names)


def _none_of(version: ModelVersion) -> CapturedPredictions:
    """Return no answers, in the columns that answers have."""
    meta = captured_answers(()).assign(outcome=pd.Series(dtype=object))
    return CapturedPredictions(
        meta, pd.DataFrame(columns=[*version.model.schema.names])
    )


def batches_of(rows: pd.DataFrame) -> "pd.Series[Any] | None":
    """Return the batch of each training row, by its first date; None without dates."""
    for name in rows.columns:
        if pd.api.types.is_datetime64_any_dtype(rows[name].dtype):
            return batches_by_time(rows[name])
    return None
