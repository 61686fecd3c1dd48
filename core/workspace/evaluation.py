"""Evaluations of a workspace: the only way to the sealed test rows."""

from functools import partial

import pandas as pd
from sqlalchemy import insert, or_, select

from core.data import read_parquet, write_parquet
from core.errors import WorkspaceError
from core.evaluation import Comparison, Evaluation, SealedTest, evaluate_against
from core.modeling.prediction_sets import SetKind
from core.registry import Registry, VersionInfo
from core.registry.card import Judgement
from core.storage import Database
from core.storage.tables import openings, records
from core.storage.types import now
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.deciding import Decisions
from core.workspace.provenance import provenance
from core.workspace.records import Cycle, EvaluationRecord, Opening, RunRecord
from core.workspace.store import RecordStore, StoredRecord, new_id
from core.workspace.training import Training


class Evaluations:
    """Open the sealed test rows, count it, and keep what was found."""

    def __init__(
        self,
        database: Database,
        store: RecordStore,
        cycles: Cycles,
        data: Data,
        training: Training,
        registry: Registry,
    ) -> None:
        self._database = database
        self._store = store
        self._cycles = cycles
        self._data = data
        self._training = training
        self._registry = registry

    def openings(self, cycle_id: str) -> list[Opening]:
        """Return every look at the cycle's test rows, oldest first.

        Rows are known by their content, and by the table and places they come from:
        the same table split with the same seed in another project, or cleaned by
        another recipe, finds its openings again.
        """
        split = self._data.split_of(cycle_id)
        if split is None:
            return []
        known = openings.c.split_hash
        same = known == split.content_hash
        if split.rows_hash:  # splits of earlier releases have none
            others = select(records.c.content_hash).where(
                records.c.kind == "split",
                records.c.payload["rows_hash"].as_string() == split.rows_hash,
            )
            same = or_(same, known.in_(others))
        query = (
            select(openings.c.at, openings.c.run_id, openings.c.why)
            .where(same)
            .order_by(openings.c.id)
        )
        with self._database.connect() as connection:
            return [Opening(**row._mapping) for row in connection.execute(query)]

    def open(self, cycle_id: str, why: str = "") -> EvaluationRecord:
        """Open the test rows once more and evaluate champion and baseline on them.

        The opening is on disk before a row is read.

        Raises
        ------
        WorkspaceError
            When there is no run, or its split has changed.
        EvaluationError
            When nothing can be measured on these rows.
        """
        cycle, run = self._cycles.get(cycle_id), self._fresh_run(cycle_id)
        split = self._data.get_split(run.split_id)
        vault = SealedTest(
            lambda: self._read_test_rows(split.id),
            n_rows=split.n_test,
            record=lambda: self._record_opening(cycle, split.content_hash, run, why),
        )
        return self._measured(cycle, run, vault.open(), len(self.openings(cycle_id)))

    def settle(self, cycle_id: str) -> EvaluationRecord | None:
        """Measure anew what was decided since, on the rows that are open already.

        A threshold or calibration is chosen on validation rows; this shows what it
        does to the rows of the last opening. No sealed row is read.

        Returns
        -------
        EvaluationRecord or None
            The newest evaluation; None when there is none.
        """
        found, run = self.latest(cycle_id), self._training.run(cycle_id)
        if found is None or run is None or not found.model:
            return found
        same = (found.run_id, found.candidate) == (run.id, run.chosen)
        key = opened_key(found.project_id, found.id)
        if (
            not same
            or found.model == run.models[run.chosen]
            or not self._data.files.exists(key)
        ):
            return found
        with self._data.files.open(key) as stream:
            rows = read_parquet(stream)
        cycle = self._cycles.get(cycle_id)
        return self._measured(cycle, run, rows, found.n_openings, found.champion)

    def _measured(
        self,
        cycle: Cycle,
        run: RunRecord,
        rows: pd.DataFrame,
        n_openings: int,
        known: Evaluation | None = None,
    ) -> EvaluationRecord:
        """Evaluate champion and baseline on opened rows, and keep all of it."""
        model = self._training.model(run.id, run.chosen)
        champion_found, baseline_found, comparison = evaluate_against(
            model,
            self._training.model(run.id, run.baseline),
            rows,
            model.target,
            train_score=run.row(run.chosen)["train_score"],
            known=known,
        )
        payload = {
            "run_id": run.id,
            "split_hash": self._data.get_split(run.split_id).content_hash,
            "candidate": run.chosen,
            "champion": champion_found.to_dict(),
            "baseline": baseline_found.to_dict(),
            "comparison": comparison.to_dict(),
            "n_openings": n_openings,
            "model": run.models[run.chosen],
        }
        key = new_id("evaluation")
        self._data.files.write(
            opened_key(cycle.project_id, key), partial(write_parquet, rows)
        )
        record = self._store.save(
            cycle.project_id, "evaluation", payload, record_id=key,
            also=self._cycles.pointing(cycle.id, "evaluation_id"),
        )  # fmt: skip
        return _evaluation(record)

    def latest(self, cycle_id: str) -> EvaluationRecord | None:
        """Return the cycle's newest evaluation, stale or not, or None."""
        cycle = self._cycles.get(cycle_id)
        if cycle.evaluation_id is None:
            return None
        return _evaluation(self._store.get(cycle.evaluation_id, "evaluation"))

    def is_fresh(self, cycle_id: str) -> bool:
        """Whether the newest evaluation speaks of the run's chosen candidate."""
        found, run = self.latest(cycle_id), self._training.run(cycle_id)
        return (
            found is not None
            and run is not None
            and (found.run_id, found.candidate) == (run.id, run.chosen)
            and found.model in ("", run.models[run.chosen])
        )

    def save_version(  # noqa: PLR0913  all but the cycle have defaults that fit
        self,
        cycle_id: str,
        note: str = "",
        who: str = "",
        *,
        coverage: float | None = None,
        sets: SetKind | None = None,
        judgement: Judgement | None = None,
        report: str = "",
    ) -> VersionInfo:
        """Save the evaluated candidate as a version of the project.

        Parameters
        ----------
        cycle_id : str
        note, who : str
        coverage : float, default=None
            Of the intervals or prediction sets in every answer; None: 0.9.
        sets : {"small", "adaptive"}, default=None
            Of classes; None: small.
        judgement : Judgement, default=None
            What a person says of its use, for the model card.
        report : str, default=""
            The report as HTML, to lie in the version's folder.

        Raises
        ------
        WorkspaceError
            When the chosen candidate was not evaluated on the test rows.
        """
        cycle, run = self._cycles.get(cycle_id), self._fresh_run(cycle_id)
        found = self.latest(cycle_id)
        if found is None or not self.is_fresh(cycle_id):
            raise WorkspaceError(
                "The chosen candidate has not been evaluated on the test rows.",
                hint="Open the test set on the Evaluate page first.",
            )
        model = self._training.model(run.id, run.chosen)
        if coverage is not None:
            model = model.with_coverage(coverage, sets)
        decided = Decisions(self._store, self._data, self._training).present(run)
        return self._registry.add(
            cycle.project_id,
            model,
            who=who,
            note=note,
            reference=self._data.part(run.split_id, "train"),
            evaluation=found.champion.to_dict(),
            lineage=provenance(self._data, cycle, run, found, model, decided),
            judgement=judgement,
            report=report,
            also=self._cycles.pointing(cycle_id, "version_number"),
        )

    def _read_test_rows(self, split_id: str) -> pd.DataFrame:
        """Read the sealed rows; called by the vault alone."""
        with self._data.files.open(self._data.part_key(split_id, "test")) as stream:
            return read_parquet(stream)

    def _record_opening(
        self, cycle: Cycle, split_hash: str, run: RunRecord, why: str
    ) -> None:
        with self._database.begin() as connection:
            connection.execute(
                insert(openings).values(
                    project_id=cycle.project_id,
                    split_hash=split_hash,
                    run_id=run.id,
                    at=now(),
                    why=why,
                )
            )

    def _fresh_run(self, cycle_id: str) -> RunRecord:
        cycle, run = self._cycles.get(cycle_id), self._training.run(cycle_id)
        if run is None or run.split_id != cycle.split_id:
            raise WorkspaceError(
                "There is no training run on the cycle's present split.",
                hint="Train on the Train page first.",
            )
        return run


def opened_key(project_id: str, evaluation_id: str) -> str:
    """Return where the rows of an opening are kept for monitoring.

    A champion is fitted again on training and validation rows; what it usually
    answers, and how right it usually is, can only be told on rows it never saw.
    """
    return f"projects/{project_id}/evaluations/{evaluation_id}.parquet"


def _evaluation(record: StoredRecord) -> EvaluationRecord:
    values = record.payload
    return EvaluationRecord(
        id=record.id,
        project_id=record.project_id,
        created_at=record.created_at,
        run_id=values["run_id"],
        split_hash=values["split_hash"],
        candidate=values["candidate"],
        champion=Evaluation.from_dict(values["champion"]),
        baseline=Evaluation.from_dict(values["baseline"]),
        comparison=Comparison.from_dict(values["comparison"]),
        n_openings=values["n_openings"],
        model=values.get("model", ""),
    )
