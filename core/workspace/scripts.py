"""Candidates written as code: made and proven by a job, kept with the run."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pandas as pd

from core.data import Recipe, Schema, write_parquet
from core.errors import ModelingError, RegistryError, WorkspaceError
from core.modeling import METRICS, Model
from core.modeling.estimators import iterations_of
from core.modeling.script import Proof, Story, prove, write_training_script
from core.modeling.script.writing import Part
from core.workspace.data import Data
from core.workspace.finishing import kept_together
from core.workspace.jobs import Jobs
from core.workspace.records import Cycle, Job, RunRecord, SplitRecord
from core.workspace.store import RecordStore, StoredRecord
from core.workspace.training import Training

KIND: Final = "script"
Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class ScriptRecord:
    """A script that was run, with what came of it.

    Attributes
    ----------
    candidate : str
    proof : Proof
    sha256 : str
        Of the script's file; "" when none could be written.
    """

    run_id: str
    project_id: str
    created_at: datetime
    candidate: str
    proof: Proof
    sha256: str


class Scripts:
    """Write candidates as code, prove it, and find what was written."""

    def __init__(
        self, store: RecordStore, data: Data, training: Training, jobs: Jobs
    ) -> None:
        self._store = store
        self._data = data
        self._training = training
        self._jobs = jobs

    def start(self, cycle: Cycle, run: RunRecord) -> Job:
        """Start writing and proving the chosen candidate's script, as a job."""
        return self._jobs.submit(
            KIND,
            cycle.project_id,
            {"run_id": run.id, "candidate": run.chosen},
            cycle_id=cycle.id,
        )

    def active(self, cycle: Cycle) -> Job | None:
        """Return the job that writes a script of this cycle, or None."""
        jobs = self._jobs.list(cycle.project_id, cycle.id)
        return next((job for job in jobs if job.kind == KIND and job.is_active), None)

    def latest(self, run: RunRecord, candidate: str) -> ScriptRecord | None:
        """Return the newest script of a candidate, held or not, or None."""
        for record in self._store.list(run.project_id, KIND):
            values = record.payload
            mine = values["run_id"] == run.id and values["candidate"] == candidate
            if mine and values["model"] == run.models[candidate]:
                return _script(record)
        return None

    def read(self, record: ScriptRecord) -> str:
        """Return the text of a script whose proof held.

        Raises
        ------
        RegistryError
            Its file is gone, or is not the one that was proven.
        """
        key = _key(record.project_id, record.run_id, record.sha256)
        content = self._data.files.read(key) if self._data.files.exists(key) else b""
        if hashlib.sha256(content).hexdigest() != record.sha256:
            raise RegistryError(
                "The script's file is missing or was changed since it was proven.",
                hint="Write it again.",
            )
        return content.decode("utf-8")

    def execute(
        self, run_id: str, candidate: str, *, tell: Tell | None = None
    ) -> ScriptRecord:
        """Write a candidate's script, run it, and keep it with its proof."""
        say = tell or _say_nothing
        run = self._training.get(run_id)
        say(0.1, "Writing the script")
        try:
            script, proof = self._written_and_proven(run, candidate, say)
        except (ModelingError, WorkspaceError) as error:
            script, proof = "", Proof(False, error.message)
        content = script.encode("utf-8")
        digest = hashlib.sha256(content).hexdigest() if script else ""
        if script:
            self._data.files.write(_key(run.project_id, run_id, digest), content)
        payload = {
            "run_id": run_id,
            "candidate": candidate,
            "model": run.models[candidate],
            "proof": proof.to_dict(),
            "sha256": digest,
        }
        return _script(self._store.save(run.project_id, KIND, payload))

    def _written_and_proven(
        self, run: RunRecord, candidate: str, say: Tell
    ) -> tuple[str, Proof]:
        split = self._data.get_split(run.split_id)
        model = self._training.model(run.id, candidate)
        script = write_training_script(self._story(run, split, model))
        say(0.3, "Running it where Rondo cannot be imported, and comparing")
        parts = [self._data.part(split.id, part) for part in ("train", "validation")]
        rows = pd.concat(parts, ignore_index=True)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="rondo-")))
            table = folder / "table.parquet"
            write_parquet(self._data.frame(split.sources["dataset_id"] or ""), table)
            score = run.row(candidate)["score"]
            return script, prove(script, table, model, rows, score)

    def _story(self, run: RunRecord, split: SplitRecord, model: Model) -> Story:
        if not run.entries:
            raise WorkspaceError(
                "This run is older than the record of settings.", hint="Train again."
            )
        entries = {entry["candidate"]: entry for entry in run.entries}
        first_fits = self._store.get(run.id, "run").payload["models"]
        finished = first_fits[model.name] != self._training.undecided(run, model.name)
        own = entries[model.name]
        members = [own]
        if own["family"] == "ensemble":
            members = [entries[name] for name in own["params"]["members"]]
        n_folds = len(model.members) // len(members)  # that are averaged
        again = n_folds == 1 and (finished or own.get("refit_rows") is not None)
        learned = own["params"].get(
            "refitted", [entry["candidate"] for entry in members]
        )
        parts = tuple(
            _part(
                entry,
                model.members[place * n_folds : (place + 1) * n_folds],
                run.plan.random_state + entry["index"],
                again and entry["candidate"] in learned,
            )
            for place, entry in enumerate(members)
        )
        options = run.summary.get("metric_options")
        return Story(
            title=f"{model.name}: predict {model.target}, as Rondo's run {run.id} does",
            clean=self._recipe(split).to_script(),
            words=self._words(split, model.target),
            split=vars(split),
            kept=kept_together(split),
            plan=run.plan,
            model=model,
            metric=METRICS[run.summary["metric"]].with_options(options),
            parts=parts,
            score=own["score"],
        )

    def _recipe(self, split: SplitRecord) -> Recipe:
        recipe_id = split.sources["recipe_id"]
        if recipe_id is None:
            return Recipe(())
        return Recipe.from_json(self._store.get(recipe_id, "recipe").payload["json"])

    def _words(self, split: SplitRecord, target: str) -> tuple[str, str] | None:
        schema: Schema = self._data.get(split.sources["dataset_id"] or "").schema
        words: Any = schema[target].words if target in schema else None
        return None if words is None else (str(words[0]), str(words[1]))


def _part(
    entry: Mapping[str, Any],
    folds: Sequence[tuple[float, Any]],
    seed: int,
    on_all_rows: bool,
) -> Part:
    """Return what a script needs to fit one candidate, in every fold, again."""
    found = [iterations_of(part[-1]).get("iterations") for _, part in folds]
    iterations = tuple(entry.get("iterations") or found)
    weight = sum(share for share, _ in folds)
    return Part(weight, entry["family"], entry["params"], seed, on_all_rows, iterations)


def _key(project_id: str, run_id: str, digest: str) -> str:
    return f"projects/{project_id}/runs/{run_id}/scripts/{digest}.py"


def _script(record: StoredRecord) -> ScriptRecord:
    values = record.payload
    return ScriptRecord(
        values["run_id"],
        record.project_id,
        record.created_at,
        values["candidate"],
        Proof(**values["proof"]),
        values["sha256"],
    )


def _say_nothing(fraction: float, message: str) -> None:
    """Tell nobody how far it is."""
    del fraction, message
