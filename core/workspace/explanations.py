"""Explanations of an evaluated model: worked out once, kept with the evaluation."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from core.data import coerce, read_parquet
from core.errors import WorkspaceError
from core.evaluation.explaining import (
    Direction,
    Effects,
    Explainer,
    RowExplanation,
    Search,
    class_wish,
    explain_effects,
    find_counterfactuals,
    range_wish,
)
from core.modeling.encoder import raw_columns
from core.modeling.metrics import Floats
from core.workspace.data import Data
from core.workspace.evaluation import Evaluations, opened_key
from core.workspace.jobs import Jobs
from core.workspace.records import EvaluationRecord, Job
from core.workspace.store import RecordStore
from core.workspace.training import Training

KIND: Final = "effects"

Tell = Callable[[float, str], object]


class Explanations:
    """What the columns of the evaluated model do, and why a test row is answered so.

    Only rows of an opening that was counted are read: those that were kept with the
    evaluation.
    """

    def __init__(
        self,
        store: RecordStore,
        data: Data,
        training: Training,
        evaluation: Evaluations,
        jobs: Jobs,
    ) -> None:
        self._store = store
        self._data = data
        self._training = training
        self._evaluation = evaluation
        self._jobs = jobs

    def start(self, cycle_id: str) -> Job:
        """Start working out the effects, as a job.

        Raises
        ------
        JobError
            One is under way in this cycle.
        """
        found = self.evaluated(cycle_id)
        return self._jobs.submit(KIND, found.project_id, {}, cycle_id=cycle_id)

    def active(self, cycle_id: str) -> Job | None:
        """Return the job under way in this cycle, or None."""
        project_id = self.evaluated(cycle_id).project_id
        jobs = [j for j in self._jobs.list(project_id, cycle_id) if j.kind == KIND]
        return jobs[0] if jobs and jobs[0].is_active else None

    def effects(self, cycle_id: str) -> Effects | None:
        """Return the effects of the evaluated model, or None before they are known."""
        found = self.evaluated(cycle_id)
        for record in self._store.list(found.project_id, KIND):
            if record.payload["evaluation_id"] == found.id:
                return Effects.from_dict(record.payload["effects"])
        return None

    def work_out(self, cycle_id: str, on_progress: Tell | None = None) -> Effects:
        """Work out and keep the effects in this process; what the job does."""
        found = self.evaluated(cycle_id)
        model = self._training.model(found.run_id, found.candidate)
        ranked = [item.column for item in found.champion.importance]
        effects = explain_effects(
            model,
            self.rows(cycle_id),
            ranked or list(model.schema.names),
            on_progress=on_progress,
        )
        payload = {"evaluation_id": found.id, "effects": effects.to_dict()}
        self._store.save(found.project_id, KIND, payload)
        return effects

    def rows(self, cycle_id: str) -> pd.DataFrame:
        """Return the test rows that the evaluation was made on, with their truth."""
        found = self.evaluated(cycle_id)
        key = opened_key(found.project_id, found.id)
        if not self._data.files.exists(key):
            raise WorkspaceError(
                "The rows of this opening were not kept.",
                hint="Open the test set once more; that is counted.",
            )
        with self._data.files.open(key) as stream:
            return read_parquet(stream)

    def explainer(self, cycle_id: str) -> Explainer:
        """Return what explains answers of the evaluated model; worth keeping."""
        found = self.evaluated(cycle_id)
        run = self._training.get(found.run_id)
        model = self._training.model(found.run_id, found.candidate)
        return Explainer(model, self._data.part(run.split_id, "train"))

    def evaluated(self, cycle_id: str) -> EvaluationRecord:
        """Return the cycle's newest evaluation.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        found = self._evaluation.latest(cycle_id)
        if found is None:
            raise WorkspaceError(
                "No model of this cycle has been evaluated.",
                hint="Open the test set on the Evaluate page first.",
            )
        return found


def explain_test_row(
    explainer: Explainer,
    row: pd.DataFrame,
    wish: Any = None,
    directions: Mapping[str, Direction] | None = None,
) -> tuple[RowExplanation, Search | None]:
    """Explain one row that is cleaned, and look for what would change its answer.

    Parameters
    ----------
    explainer : Explainer
    row : DataFrame of shape (1, any)
    wish : label or tuple of two floats, default=None
        None: only explain.
    directions : mapping of str to {"any", "up", "down", "locked"}, default=None
    """
    model, assembly = explainer.model, explainer.assembly
    reasons = explainer.explain(row)[0]
    if wish is None:
        return reasons, None

    def answer(raw: Mapping[str, Any], n_rows: int) -> Floats:
        return assembly.output(assembly.encode(raw, n_rows))

    reach = (
        range_wish(answer, *wish)
        if isinstance(wish, tuple)
        else class_wish(model, answer, wish)
    )
    raw = raw_columns(coerce(row, model.schema), model.schema)
    return reasons, find_counterfactuals(
        raw, model.schema, reach, directions=directions
    )
