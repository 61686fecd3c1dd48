"""Scrutiny of an evaluated model: slices, groups, checks, and what more rows bring.

Only rows of an opening that was counted are read: those kept with the evaluation.
"""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from core.evaluation.fairness import Fairness, compare_groups
from core.evaluation.held_out import Glance, look
from core.evaluation.slicing import Slice, Slices, cohort_slices, worst_slices
from core.workspace.cohorts import Cohorts
from core.workspace.explanations import Explanations
from core.workspace.records import EvaluationRecord
from core.workspace.store import RecordStore
from core.workspace.training import Training

SLICES: Final = "slices"


@dataclass(frozen=True, eq=False)
class Judgement:
    """An evaluation, with the rows it was made on and the model's answers.

    Attributes
    ----------
    found : EvaluationRecord
    glance : Glance
    rows : DataFrame of shape (n_rows, any)
        All columns of the rows that the answers in `glance` are of.
    """

    found: EvaluationRecord
    glance: Glance
    rows: pd.DataFrame


class Scrutiny:
    """Where the evaluated model errs, and whether its numbers can be believed."""

    def __init__(
        self,
        store: RecordStore,
        training: Training,
        explanations: Explanations,
        cohorts: Cohorts,
    ) -> None:
        self._store = store
        self._training = training
        self._explanations = explanations
        self._cohorts = cohorts

    def judged(self, cycle_id: str) -> Judgement:
        """Return the evaluated model with its test rows and answers; worth keeping.

        Raises
        ------
        WorkspaceError
            Nothing was evaluated, or the rows of the opening were not kept.
        """
        found = self._explanations.evaluated(cycle_id)
        rows = self._explanations.rows(cycle_id)
        model = self._training.model(found.run_id, found.candidate)
        glance = look(model, rows, model.target)
        kept = (
            rows if glance.rows.positions is None else rows.iloc[glance.rows.positions]
        )
        return Judgement(found, glance, kept.reset_index(drop=True))

    def slices(self, judged: Judgement) -> Slices:
        """Return the worst slices; searched once and kept with the evaluation."""
        kept = self._kept(judged.found, SLICES)
        if kept is not None:
            return Slices.from_dict(kept)
        slices = worst_slices(judged.glance)
        self._keep(judged.found, SLICES, slices.to_dict())
        return slices

    def cohorts(self, judged: Judgement) -> tuple[Slice, ...]:
        """Measure the project's cohorts on the test rows."""
        cohorts = self._cohorts.list(judged.found.project_id)
        return cohort_slices(judged.glance, judged.rows, cohorts)

    def groups(
        self, judged: Judgement, column: str, favourable: str | None = None
    ) -> Fairness:
        """Compare what the model says of the groups of a column.

        Raises
        ------
        EvaluationError
            See `compare_groups`.
        """
        values = judged.rows[column]
        return compare_groups(judged.glance.held, values, favourable=favourable)

    def _kept(self, found: EvaluationRecord, kind: str) -> dict[str, Any] | None:
        """Return what was kept of this kind with an evaluation, or None."""
        for record in self._store.list(found.project_id, kind):
            if record.payload["evaluation_id"] == found.id:
                return dict(record.payload["kept"])
        return None

    def _keep(self, found: EvaluationRecord, kind: str, values: dict[str, Any]) -> None:
        payload = {"evaluation_id": found.id, "kept": values}
        self._store.save(found.project_id, kind, payload)
