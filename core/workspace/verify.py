"""An exported project done once more: every figure beside the one that was kept."""

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from core.data import Recipe, Strategy, write_parquet
from core.errors import RondoError
from core.modeling import TrainingPlan
from core.modeling.champion import ENSEMBLE_INDEX
from core.modeling.replay import Replay
from core.settings import Settings
from core.wording import counted
from core.workspace.exporting import Exported, open_exported
from core.workspace.records import Cycle
from core.workspace.store import RecordStore
from core.workspace.workspace import Workspace

_CLOSE: Final = 1e-9


@dataclass(frozen=True)
class Figure:
    """One figure, as it was kept and as it came out again.

    Attributes
    ----------
    cycle : int
    what : str
    old, new : str, int, float or None
    """

    cycle: int
    what: str
    old: Any
    new: Any

    @property
    def equal(self) -> bool:
        """Whether the two agree, numbers to nine digits."""
        if isinstance(self.old, float) and isinstance(self.new, float):
            return math.isclose(self.old, self.new, rel_tol=_CLOSE, abs_tol=_CLOSE)
        return bool(self.old == self.new)


def verify_project(
    source: Path | BinaryIO, *, tell: Callable[[str], None] = lambda _said: None
) -> tuple[Figure, ...]:
    """Do recipe, split, training and evaluation of every cycle again.

    That happens in a temporary home, from the datasets and settings in the file
    alone: its models are not loaded. Training gets the same plan and ends when the same
    candidates are finished, however long that takes here.

    Parameters
    ----------
    source : Path or binary stream
        What `export_project` wrote.
    tell : callable, default nothing
        Told what is being done.

    Returns
    -------
    tuple of Figure

    Raises
    ------
    WorkspaceError
        The file is no exported project, or is damaged.
    """
    with open_exported(source) as exported, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace = Workspace(Settings(home=home / "home", models=home / "models"))
        try:
            again = _Again(workspace, exported, tell)
            return tuple(
                each for turn in exported.cycles() for each in again.turn(turn)
            )
        finally:
            workspace.close()


class _Again:
    """Goes round the cycles of an exported project in an empty workspace."""

    def __init__(
        self, workspace: Workspace, exported: Exported, tell: Callable[[str], None]
    ) -> None:
        self._workspace = workspace
        self._exported = exported
        self._tell = tell
        self._store = RecordStore(workspace.database)
        self._project_id = workspace.projects.create(exported.name).id

    def turn(self, kept: dict[str, Any]) -> Iterator[Figure]:
        """Do one cycle again, as far as it went."""
        number = int(kept["number"])
        dataset = self._exported.record(kept["dataset_id"], "dataset")
        split = self._exported.record(kept["split_id"], "split")
        if dataset is None or split is None:
            return
        self._tell(f"Cycle {number}: recipe and split")
        figure = partial(Figure, number)
        try:
            cycle = self._begin(kept, dataset)
            made = self._split(cycle, split)
            yield figure("rows in the table", dataset["payload"]["n_rows"],
                         self._n_rows(cycle))  # fmt: skip
            for part in ("n_train", "n_validation", "n_test"):
                yield figure(part, split["payload"][part], getattr(made, part))
            yield figure("sealed test rows", split["content_hash"], made.content_hash)
            run = self._exported.record(kept["run_id"], "run")
            if run is None or run["payload"]["split_id"] != split["id"]:
                return
            yield from self._train(cycle, run, figure)
            found = self._exported.record(kept["evaluation_id"], "evaluation")
            if found is not None and found["payload"]["run_id"] == run["id"]:
                yield from self._evaluate(cycle, found, figure)
        except RondoError as error:
            yield figure("could be done again", "yes", error.message)

    def _begin(self, kept: dict[str, Any], dataset: dict[str, Any]) -> Cycle:
        workspace, digest = self._workspace, str(dataset["content_hash"])
        frame = self._exported.table(digest)
        key = f"projects/{self._project_id}/datasets/{digest}.parquet"
        workspace.data.files.write(key, partial(write_parquet, frame))
        record = self._store.save(
            self._project_id, "dataset", dataset["payload"], content_hash=digest
        )
        cycle = workspace.cycles.create(
            self._project_id,
            dataset_id=record.id,
            target=kept["target"],
            task=kept["task"],
        )
        recipe = self._exported.record(kept["recipe_id"], "recipe")
        if recipe is not None:
            taken = Recipe.from_json(recipe["payload"]["json"])
            cycle = workspace.cycles.save_recipe(cycle.id, taken)
        return cycle

    def _n_rows(self, cycle: Cycle) -> int:
        return len(self._workspace.data.frame(cycle.dataset_id or ""))

    def _split(self, cycle: Cycle, split: dict[str, Any]) -> Any:
        given = split["payload"]
        return self._workspace.data.split(
            cycle.id,
            strategy=cast(Strategy, given["strategy"]),
            fractions=tuple(given["fractions"]),
            random_state=int(given["random_state"]),
            column=given["column"],
            group=given.get("group"),
        )

    def _train(
        self, cycle: Cycle, run: dict[str, Any], figure: Callable[..., Figure]
    ) -> Iterator[Figure]:
        kept = run["payload"]
        names = _finished(kept["entries"])
        replay = Replay(
            frozenset(names),
            refitted=_fitted_again(kept["entries"], kept["champion"]) != "nothing",
        )
        plan = TrainingPlan.from_dict(kept["plan"])
        cycle = self._workspace.cycles.get(cycle.id)
        self._tell(f"Training {counted('candidate', len(names))}")
        made = self._workspace.training.execute(
            cycle.id,
            plan,
            split_id=cycle.split_id or "",
            run_id=f"run-again-{cycle.number}",
            on_progress=replay.see,
            should_stop=replay,
        )
        again = _finished(made.entries)
        yield figure("candidates", ", ".join(sorted(names)), ", ".join(sorted(again)))
        yield figure("champion", kept["champion"], made.champion)
        old, new = (
            _fitted_again(e, made.champion) for e in (kept["entries"], made.entries)
        )
        yield figure("fitted again on all rows", old, new)
        scores = {row["candidate"]: row["score"] for row in kept["leaderboard"]}
        score = made.row(made.champion)["score"]
        yield figure("champion's validation score", scores.get(made.champion), score)
        chosen = [c["payload"] for c in self._exported.records("choice")]
        mine = [c for c in chosen if c["run_id"] == run["id"]]
        if mine and mine[0]["candidate"] in made.models:
            self._workspace.training.choose(cycle.id, mine[0]["candidate"])
            about = [c for c in mine if c["candidate"] == mine[0]["candidate"]]
            decided = [c["decision"] for c in about if "decision" in c]
            if decided:
                self._decide(cycle, decided[0])

    def _decide(self, cycle: Cycle, decision: Mapping[str, Any]) -> None:
        """Take a person's threshold and calibration over."""
        decisions, run = (
            self._workspace.decisions,
            self._workspace.training.run(cycle.id),
        )
        if run is None:
            return
        found = decisions.model(run).calibration
        if decision["calibration"] != ("none" if found is None else found.method):
            wanted = decision["calibration"] != "none"
            run = decisions.take_calibration(
                run, decisions.recalibration(run).calibration if wanted else None
            )
        if decision["threshold"] is not None:
            decisions.take_threshold(run, decision["threshold"], decision["words"])

    def _evaluate(
        self, cycle: Cycle, found: dict[str, Any], figure: Callable[..., Figure]
    ) -> Iterator[Figure]:
        self._tell("Evaluation")
        made = self._workspace.evaluation.open(cycle.id, why="Verified")
        kept = found["payload"]
        yield figure("evaluated candidate", kept["candidate"], made.candidate)
        new = made.champion.to_dict()["metrics"]
        for name, metric in kept["champion"]["metrics"].items():
            value = new.get(name, {}).get("value")
            yield figure(f"{metric['title']} on test rows", metric["value"], value)
        openings = self._exported.n_openings(found["payload"]["split_hash"])
        yield figure("openings of the test rows", kept["n_openings"], openings)


def _fitted_again(entries: Any, champion: str) -> str:
    """Name what learned from all rows: a run at the end of its budget leaves some."""
    entry = next((each for each in entries if each["candidate"] == champion), None)
    if entry is None or entry["refit_rows"] is None:
        return "nothing"
    return ", ".join(entry["params"].get("refitted", [champion]))


def _finished(entries: Any) -> set[str]:
    """Name the candidates that have a result; what the budget cut off has none."""
    done = [e for e in entries if e["index"] != ENSEMBLE_INDEX and e["state"] == "done"]
    return {each["candidate"] for each in done}
