"""Scrutiny of an evaluated model: slices, groups, checks, and what more rows bring.

Only rows of an opening that was counted are read: those kept with the evaluation.
"""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from core.data import coerce
from core.evaluation.checking import CheckResult, Evidence, run_checks
from core.evaluation.checking.gather import gather
from core.evaluation.fairness import Fairness, compare_groups
from core.evaluation.held_out import Glance, look
from core.evaluation.learning import LearningCurve
from core.evaluation.learning_fits import leading_part, learn, rows_to_learn
from core.evaluation.slicing import Slice, Slices, cohort_slices, worst_slices
from core.monitoring import Reference, summarise_reference
from core.workspace.cohorts import Cohorts
from core.workspace.data import Data
from core.workspace.explanations import Explanations, Tell
from core.workspace.jobs import Jobs
from core.workspace.records import EvaluationRecord, Job
from core.workspace.store import RecordStore
from core.workspace.training import Training

SLICES: Final = "slices"
LEARNING: Final = "learning"
BLIND_SPOT: Final = "blind spot"
_ALL: Final = 2
"""Fits on all rows differ by their seed alone; those on fewer by their rows too."""


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
        data: Data,
        training: Training,
        explanations: Explanations,
        cohorts: Cohorts,
        jobs: Jobs,
    ) -> None:
        self._store = store
        self._data = data
        self._training = training
        self._explanations = explanations
        self._cohorts = cohorts
        self._jobs = jobs

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

    def checks(self, judged: Judgement) -> tuple[CheckResult, ...]:
        """Return what each check of the evaluation comes to."""
        found = judged.found
        run = self._training.get(found.run_id)
        score, baseline = (
            run.row(name)["score"] for name in (found.candidate, run.baseline)
        )
        known = score is not None and baseline is not None
        evidence = Evidence(
            found.champion,
            found.comparison,
            train_score=run.row(found.candidate)["train_score"],
            claimed=score - baseline if known else None,
            refits=self._refits(found),
        )
        train = self._data.part(run.split_id, "train")
        cohorts = self.cohorts(judged)
        return run_checks(gather(evidence, judged.glance, train=train, cohorts=cohorts))

    def learning(self, found: EvaluationRecord) -> LearningCurve | None:
        """Return the learning curve of the evaluated model, or None before it is."""
        kept = self._kept(found, LEARNING)
        return None if kept is None else LearningCurve.from_dict(kept["curve"])

    def start_learning(self, cycle_id: str) -> Job:
        """Start working out the learning curve, as a job.

        Raises
        ------
        JobError
            One is under way in this cycle.
        """
        found = self._explanations.evaluated(cycle_id)
        return self._jobs.submit(LEARNING, found.project_id, {}, cycle_id=cycle_id)

    def learning_job(self, cycle_id: str) -> Job | None:
        """Return the newest job for a learning curve of this cycle, or None."""
        project_id = self._explanations.evaluated(cycle_id).project_id
        jobs = self._jobs.list(project_id, cycle_id)
        return next((job for job in jobs if job.kind == LEARNING), None)

    def learn(self, cycle_id: str, on_progress: Tell) -> LearningCurve:
        """Fit the evaluated candidate on parts of the rows; what the job does.

        Raises
        ------
        EvaluationError
            There are too few rows, or it is not known how the candidate was made.
        """
        found = self._explanations.evaluated(cycle_id)
        run = self._training.get(found.run_id)
        split = self._data.get_split(run.split_id)
        train = self._data.part(split.id, "train")
        held = None if split.in_folds else self._data.part(split.id, "validation")
        model = self._training.model(run.id, found.candidate)
        entry = leading_part(found.candidate, run.entries)
        curve = learn(rows_to_learn(train, held), run.plan, model, entry, on_progress)
        self.keep_learning(found, curve)
        return curve

    def keep_learning(self, found: EvaluationRecord, curve: LearningCurve) -> None:
        """Keep a learning curve with its evaluation."""
        self._keep(found, LEARNING, {"curve": curve.to_dict()})

    def reference(self, judged: Judgement) -> Reference:
        """Summarise the training rows, for monitors to compare with."""
        run = self._training.get(judged.found.run_id)
        schema = judged.glance.model.schema
        train = coerce(self._data.part(run.split_id, "train"), schema)
        return summarise_reference(train, kinds=schema.kinds)

    def keep_blind_spot(self, found: EvaluationRecord, sentence: str) -> None:
        """Keep what no monitor would tell, for the model card."""
        if sentence not in self.blind_spots(found):
            self._keep(found, BLIND_SPOT, {"sentence": sentence})

    def blind_spots(self, found: EvaluationRecord) -> tuple[str, ...]:
        """Return the blind spots that were kept with an evaluation, oldest first."""
        kept = [
            record.payload["kept"]["sentence"]
            for record in self._store.list(found.project_id, BLIND_SPOT)
            if record.payload["evaluation_id"] == found.id
        ]
        return tuple(reversed(kept))

    def _refits(self, found: EvaluationRecord) -> tuple[float, ...] | None:
        """Return the scores of fits on other rows, once a learning curve made them."""
        curve = self.learning(found)
        several = [p for p in curve.points if len(p.scores) > _ALL] if curve else []
        return several[-1].scores if several else None

    def _kept(self, found: EvaluationRecord, kind: str) -> dict[str, Any] | None:
        """Return what was kept of this kind with an evaluation, or None."""
        for record in self._store.list(found.project_id, kind):
            if record.payload["evaluation_id"] == found.id:
                return dict(record.payload["kept"])
        return None

    def _keep(self, found: EvaluationRecord, kind: str, values: dict[str, Any]) -> None:
        payload = {"evaluation_id": found.id, "kept": values}
        self._store.save(found.project_id, kind, payload)
