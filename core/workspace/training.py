"""Training runs of a workspace: started as jobs, kept as records."""

import dataclasses
import hashlib
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import RegistryError, WorkspaceError
from core.modeling import Judged, Model, Progress, Run, TrainingPlan, train
from core.settings import Settings
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.finishing import finished, kept_together, unknown_candidate
from core.workspace.jobs import Jobs
from core.workspace.records import Cycle, Job, RunRecord
from core.workspace.store import RecordStore, StoredRecord, new_id

KIND = "training"


class Training:
    """Start runs, find them, and load their models."""

    def __init__(
        self,
        settings: Settings,
        store: RecordStore,
        cycles: Cycles,
        data: Data,
        jobs: Jobs,
    ) -> None:
        self._settings = settings
        self._store = store
        self._cycles = cycles
        self._data = data
        self._jobs = jobs

    def start(self, cycle_id: str, plan: TrainingPlan) -> Job:
        """Start a training run on the cycle's split, as a job.

        Raises
        ------
        WorkspaceError
            When the split is missing or stale.
        JobError
            When a run of this cycle is under way.
        """
        cycle = self._cycles.get(cycle_id)
        split_id = self._fresh_split(cycle)
        return self._jobs.submit(
            KIND,
            cycle.project_id,
            {"run_id": new_id("run"), "split_id": split_id, "plan": plan.to_dict()},
            cycle_id=cycle_id,
        )

    def active(self, cycle_id: str) -> Job | None:
        """Return the run under way in this cycle, or None."""
        found = self.jobs(cycle_id)
        return found[0] if found and found[0].is_active else None

    def jobs(self, cycle_id: str) -> list[Job]:
        """Return the cycle's training jobs, newest first."""
        cycle = self._cycles.get(cycle_id)
        jobs = self._jobs.list(cycle.project_id, cycle_id)
        return [job for job in jobs if job.kind == KIND]

    def run(self, cycle_id: str) -> RunRecord | None:
        """Return the cycle's finished run, stale or not, or None."""
        cycle = self._cycles.get(cycle_id)
        return None if cycle.run_id is None else self.get(cycle.run_id)

    def get(self, run_id: str) -> RunRecord:
        """Return a run by its id, with the newest choice of candidate."""
        record = self._store.get(run_id, "run")
        choices = [
            c
            for c in self._store.list(record.project_id, "choice")
            if c.payload["run_id"] == run_id
        ]
        run = _run(record)
        if not choices:
            return run
        newest = choices[0].payload
        models = dict(run.models)
        for choice in reversed(choices):
            models.update(choice.payload.get("models", {}))
        return dataclasses.replace(
            run, chosen=newest["candidate"], why=newest["why"], models=models
        )

    def choose(self, cycle_id: str, candidate: str, why: str = "") -> RunRecord:
        """Choose the candidate that goes on to evaluation, with the reason.

        The first time another one than the champion is chosen, it gets what the
        champion got: calibration, threshold, a fit on all rows. That takes about as
        long as its fit did.
        """
        run = self.run(cycle_id)
        if run is None or candidate not in run.models:
            raise unknown_candidate(candidate)
        choice: dict[str, Any] = {"run_id": run.id, "candidate": candidate, "why": why}
        if candidate != run.champion and candidate not in self._finished(run):
            model = self.model(run.id, candidate)
            judged = None if run.judged is None else self.judged(run.id)
            final = finished(self._data, run, model, judged)
            digest = self.keep_model(run.project_id, run.id, final)
            choice["models"] = {candidate: digest}
        self._store.save(run.project_id, "choice", choice)
        return self.get(run.id)

    def _finished(self, run: RunRecord) -> set[str]:
        """Return the candidates that were finished when they were chosen before."""
        choices = self._store.list(run.project_id, "choice")
        mine = [c.payload for c in choices if c.payload["run_id"] == run.id]
        return {name for payload in mine for name in payload.get("models", {})}

    def undecided(self, run: RunRecord, candidate: str) -> str:
        """Return the file of a candidate as training left it, before any decision."""
        for choice in self._store.list(run.project_id, "choice"):
            made = choice.payload
            mine = made["run_id"] == run.id and "decision" not in made
            if mine and candidate in made.get("models", {}):
                return str(made["models"][candidate])
        return str(self._store.get(run.id, "run").payload["models"][candidate])

    def model(self, run_id: str, candidate: str) -> Model:
        """Load a candidate's model, after its file was checked against its hash.

        Raises
        ------
        RegistryError
            When the file is gone or is not the one that the run wrote.
        """
        run = self.get(run_id)
        key = _model_key(run.project_id, run_id, run.models[candidate])
        content = self._data.files.read(key) if self._data.files.exists(key) else b""
        if hashlib.sha256(content).hexdigest() != run.models[candidate]:
            raise RegistryError(
                f"The file of the candidate “{candidate}” is missing or was changed.",
                hint="Train again; Rondo loads only what it wrote itself.",
            )
        model = pickle.loads(content)  # noqa: S301 - our own file, hash checked
        assert isinstance(model, Model)  # noqa: S101 - for the type checker
        return model

    def judged(self, run_id: str) -> Judged:
        """Return what every candidate said on the validation rows.

        Raises
        ------
        WorkspaceError
            When they were not kept, or their file was changed.
        """
        run = self.get(run_id)
        key = _judged_key(run.project_id, run_id)
        content = self._data.files.read(key) if self._data.files.exists(key) else b""
        if run.judged is None or hashlib.sha256(content).hexdigest() != run.judged:
            raise WorkspaceError(
                "The candidates' answers on the validation rows are not there.",
                hint="Train again; runs keep them since this version.",
            )
        return Judged.from_bytes(content)

    def execute(
        self,
        cycle_id: str,
        plan: TrainingPlan,
        *,
        split_id: str,
        run_id: str,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> RunRecord:
        """Train in this process and keep the run; what a training job does.

        Finished candidates are kept on the way: called again with the same
        arguments after a crash, the run goes on where it was.
        """
        cycle = self._cycles.get(cycle_id)
        checkpoint = self._folder(cycle.project_id, run_id) / "checkpoint"
        split = self._data.get_split(split_id)
        validation = None if split.in_folds else self._data.part(split_id, "validation")
        run = train(
            self._data.part(split_id, "train"),
            plan.target,
            task=plan.task,
            validation=validation,
            metric=plan.metric,
            metric_options=plan.metric_options,
            weight=plan.weight,
            balanced=plan.balanced,
            monotonic=plan.monotonic,
            largest=plan.largest,
            whole_budget=plan.whole_budget,
            **kept_together(split),
            budget_s=plan.budget_s,
            families=plan.families,
            n_jobs=plan.n_jobs or self._settings.job_threads,
            random_state=plan.random_state,
            on_progress=on_progress,
            should_stop=should_stop,
            checkpoint=checkpoint,
        )
        record = self._save(cycle, plan, split_id, run_id, run)
        shutil.rmtree(checkpoint, ignore_errors=True)
        return record

    def _save(
        self, cycle: Cycle, plan: TrainingPlan, split_id: str, run_id: str, run: Run
    ) -> RunRecord:
        models = {
            name: self.keep_model(cycle.project_id, run_id, model)
            for name, model in run.models.items()
        }
        payload = {
            "split_id": split_id,
            "plan": plan.to_dict(),
            "leaderboard": run.to_dict()["leaderboard"],
            "champion": run.champion_name,
            "baseline": run.baseline.name,
            "models": models,
            "entries": run.to_dict()["entries"],
            "judged": self._keep_judged(cycle.project_id, run_id, run.judged),
            "findings": [finding.to_dict() for finding in run.findings],
            "summary": {
                "metric": run.metric,
                "metric_options": dict(run.metric_options),
                "n_judged": run.judged.n_rows if run.judged else None,
                "stopped": run.stopped,
                "elapsed_s": run.elapsed_s,
            },
        }
        record = self._store.find(run_id, "run") or self._store.save(
            cycle.project_id, "run", payload, record_id=run_id,
            also=self._cycles.pointing(cycle.id, "run_id"),
        )  # fmt: skip
        return _run(record)

    def _fresh_split(self, cycle: Cycle) -> str:
        split = self._data.split_of(cycle.id)
        if split is None or split.sources != cycle.sources:
            raise WorkspaceError(
                "The table is not split, or has changed since it was.",
                hint="Split it anew on the Explore page.",
            )
        return split.id

    def _folder(self, project_id: str, run_id: str) -> Path:
        return self._settings.home / "projects" / project_id / "runs" / run_id

    def _keep_judged(
        self, project_id: str, run_id: str, judged: Judged | None
    ) -> str | None:
        if judged is None:
            return None
        content = judged.to_bytes()
        self._data.files.write(_judged_key(project_id, run_id), content)
        return hashlib.sha256(content).hexdigest()

    def keep_model(self, project_id: str, run_id: str, model: Model) -> str:
        """Write a run's model and return the SHA-256 of its file."""
        content = pickle.dumps(model, protocol=5)
        digest = hashlib.sha256(content).hexdigest()
        self._data.files.write(_model_key(project_id, run_id, digest), content)
        return digest


def _model_key(project_id: str, run_id: str, digest: str) -> str:
    return f"projects/{project_id}/runs/{run_id}/models/{digest}.pkl"


def _judged_key(project_id: str, run_id: str) -> str:
    return f"projects/{project_id}/runs/{run_id}/judged.npz"


def _run(record: StoredRecord) -> RunRecord:
    values: dict[str, Any] = dict(record.payload)
    return RunRecord(
        id=record.id,
        project_id=record.project_id,
        created_at=record.created_at,
        split_id=values["split_id"],
        plan=TrainingPlan.from_dict(values["plan"]),
        leaderboard=tuple(values["leaderboard"]),
        champion=values["champion"],
        baseline=values["baseline"],
        chosen=values["champion"],
        why="",
        models=values["models"],
        findings=tuple(values["findings"]),
        summary=values["summary"],
        entries=tuple(values.get("entries", ())),
        judged=values.get("judged"),
    )
