"""One turn of the wheel without a person: draw, split, train, evaluate, save."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from core.data import Strategy
from core.modeling import Progress, TrainingPlan
from core.registry import VersionInfo
from core.retraining import Order
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.evaluation import Evaluations
from core.workspace.monitoring import Monitoring
from core.workspace.next_cycle import NextCycle
from core.workspace.provenance import require_origin
from core.workspace.records import Cycle, RunRecord, SplitRecord
from core.workspace.store import RecordStore
from core.workspace.training import Training

Tell = Callable[[float, str], None]
Stop = Callable[[], bool]
_BEGUN = "turn"
"""Kind of the records that say which cycle a turn has begun."""


@dataclass(frozen=True)
class Turning:
    """Takes the champion's recipe, split and plan round once more.

    Every step that is done is kept: called again after a crash, it goes on there.
    """

    store: RecordStore
    cycles: Cycles
    data: Data
    training: Training
    evaluation: Evaluations
    monitoring: Monitoring
    next_cycle: NextCycle

    def begin(self, project_id: str, given: dict[str, Any], order: Order) -> Cycle:
        """Begin the cycle of a turn, or return the one that it has begun."""
        turn_id = f"turn-{given['challenge_id']}"
        begun = self.store.find(turn_id, _BEGUN)
        if begun is not None:
            return self.cycles.get(begun.payload["cycle_id"])
        fresh_from = given["fresh_from"]
        cycle = self.next_cycle.start(
            project_id,
            order.mix,
            fresh_from=fresh_from and datetime.fromisoformat(fresh_from),
            note=given["why"],
        )
        told = {"cycle_id": cycle.id}
        self.store.save(project_id, _BEGUN, told, record_id=turn_id)
        return cycle

    def make_version(
        self,
        cycle: Cycle,
        given: dict[str, Any],
        order: Order,
        tell: Tell,
        should_stop: Stop | None = None,
    ) -> VersionInfo:
        """Split, train, open the test set once, and save what comes of it."""
        cycle = self.cycles.get(cycle.id)
        if cycle.version_number is not None:
            registry = self.monitoring.registry
            return registry.version(cycle.project_id, cycle.version_number)
        service = self.monitoring.service(cycle.project_id, given["champion"])
        run = self.training.get(require_origin(service.version)["run"])
        tell(0.08, "Splitting as before")
        if cycle.split_id is None:
            self._split(cycle, self.data.get_split(run.split_id))
            cycle = self.cycles.get(cycle.id)
        if cycle.run_id is None:
            told = self.next_cycle.drawn(cycle.project_id, cycle.dataset_id)
            plan = plan_after(run, order, service.version.model.family, told)
            self.training.execute(
                cycle.id,
                plan,
                split_id=cycle.split_id or "",
                run_id=given["run_id"],
                on_progress=_share_of(tell, 0.12, 0.80),
                should_stop=should_stop,
            )
        tell(0.82, "Opening the new test set once")
        why = f"Challenger of version {given['champion']}"
        if not self.evaluation.is_fresh(cycle.id):
            self.evaluation.open(cycle.id, why=why)
        return self.evaluation.save_version(cycle.id, note=why, who=given["who"])

    def _split(self, cycle: Cycle, before: SplitRecord) -> SplitRecord:
        """Split by the same strategy; at random where its columns were not captured."""
        frame = self.data.labelled(cycle.id)
        columns = [name for name in (before.column, before.group) if name is not None]
        known = all(name in frame and frame[name].notna().all() for name in columns)
        strategy = before.strategy if known else "random"
        return self.data.split(
            cycle.id,
            strategy=cast(Strategy, strategy),
            fractions=before.fractions,
            random_state=before.random_state,
            column=before.column if known else None,
            group=before.group if known else None,
        )


def plan_after(
    run: RunRecord, order: Order, family: str, drawn: dict[str, Any]
) -> TrainingPlan:
    """Return the plan of the challenger: the champion's, with what the order changes.

    Parameters
    ----------
    run : RunRecord
        Of the champion.
    order : Order
    family : str
        Of the champion; an ensemble stands for the families of its members.
    drawn : dict
        What is kept of how the table was drawn.
    """
    families = run.plan.families
    if order.search == "same":
        rows = {row["candidate"]: row["family"] for row in run.leaderboard}
        blends = [e for e in run.entries if e["family"] == family]
        members: list[str] = (
            list(blends[0]["params"].get("members", ())) if blends else []
        )
        named = {rows[name] for name in members if name in rows} or {family}
        families = tuple(sorted(named - {"baseline", "ensemble"})) or families
    weight = drawn.get("weight", run.plan.weight)
    return replace(run.plan, families=families, budget_s=order.budget_s, weight=weight)


def _share_of(tell: Tell, start: float, end: float) -> Callable[[Progress], None]:
    def told(progress: Progress) -> None:
        tell(start + (end - start) * progress.fraction, progress.message)

    return told
