"""Challengers: made in a job, judged on the newest rows, and let in or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from core.errors import RondoError, WorkspaceError
from core.registry import VersionInfo
from core.registry.history import JUDGED, RETRAINING
from core.registry.info import Alias
from core.retraining import Judged, Order, judge
from core.retraining.mix import choose_cut, places_in_order, taken
from core.serving import CapturedPredictions, Service
from core.workspace.challenge_record import Challenge, challenge_of
from core.workspace.cohorts import Cohorts
from core.workspace.jobs import Jobs
from core.workspace.provenance import require_origin
from core.workspace.records import Job
from core.workspace.store import new_id
from core.workspace.turning import Stop, Tell, Turning
from core.workspace.updates import Updates

__all__ = ["KIND", "Challenge", "Challenges"]

KIND: Final = "challenge"
_ACTED: Final = {
    "register": "saved as a draft",
    "challenger": "made the challenger",
    "promote": "made the champion",
}


@dataclass(frozen=True)
class Challenges:
    """Make challengers, judge them, and keep what was decided."""

    turning: Turning
    updates: Updates
    cohorts: Cohorts
    jobs: Jobs

    def start(
        self,
        project_id: str,
        order: Order,
        *,
        who: str,
        why: str = "By hand",
        fresh_from: datetime | None = None,
    ) -> Job:
        """Make and judge a challenger in a job; one at a time in a project.

        Parameters
        ----------
        project_id : str
        order : Order
        who, why : str
            For the history.
        fresh_from : datetime, default=None
            Captured rows from before count as old, as after a change.

        Returns
        -------
        Job
            The one under way, where there is one.

        Raises
        ------
        WorkspaceError
            The project has no champion.
        """
        under_way = self.active(project_id)
        if under_way is not None:
            return under_way
        given = self.arguments(project_id, order, who, why, fresh_from)
        return self.begin(project_id, given)

    def begin(
        self, project_id: str, given: dict[str, Any], job_id: str | None = None
    ) -> Job:
        """Put what `arguments` gave in the queue, and note it in the history.

        Raises
        ------
        JobError
            Another challenger of the cycle is being made, or the id is taken.
        WorkspaceError
            The champion came from no cycle, and the order needs one's table.
        """
        version = self.turning.monitoring.service(project_id).version
        if given["order"]["search"] == "update":  # needs the model and new rows alone
            newest = self.turning.cycles.current(project_id).id
            cycle_id = version.lineage.get("cycle_id", newest)
        else:
            cycle_id = require_origin(version)["cycle_id"]
        job = self.jobs.submit(
            KIND, project_id, given, cycle_id=cycle_id, job_id=job_id
        )
        self.turning.monitoring.registry.note(
            project_id, version.number, RETRAINING, who=given["who"], why=given["why"]
        )
        return job

    def arguments(
        self,
        project_id: str,
        order: Order,
        who: str,
        why: str,
        fresh_from: datetime | None = None,
    ) -> dict[str, Any]:
        """Return what `execute` needs, JSON-ready."""
        return {
            "challenge_id": new_id(KIND),
            "run_id": new_id("run"),
            "champion": self.turning.monitoring.service(project_id).version.number,
            "order": Order.from_dict(order.to_dict()).to_dict(),
            "who": who,
            "why": why,
            "fresh_from": None if fresh_from is None else fresh_from.isoformat(),
        }

    def active(self, project_id: str) -> Job | None:
        """Return the job that makes a challenger now, or None."""
        mine = [j for j in self.jobs.active(KIND) if j.project_id == project_id]
        return mine[0] if mine else None

    def list(self, project_id: str) -> Sequence[Challenge]:
        """Return what was decided so far, newest first."""
        return [
            challenge_of(each) for each in self.turning.store.list(project_id, KIND)
        ]

    def judge(
        self, project_id: str, number: int, champion: int | None = None
    ) -> Judged:
        """Judge a version against the champion on rows that neither learned from.

        Raises
        ------
        WorkspaceError
            No such row has an outcome yet.
        EvaluationError
            The two cannot be compared.
        """
        service = self.turning.monitoring.service
        old, new = service(project_id, champion), service(project_id, number)
        numbers = (old.version.number, new.version.number)
        fresh = self.turning.next_cycle.fresh_rows(project_id, *numbers)
        if not len(fresh):
            raise WorkspaceError(
                "No row that both versions have not learned from has an outcome yet.",
                hint="Let it answer or shadow for a while, and bring outcomes in.",
            )
        return judge(
            (old.version.model, _with_outcomes(old, fresh)),
            (new.version.model, _with_outcomes(new, fresh)),
            old.version.target,
            cohorts=self.cohorts.list(project_id),
            metric=old.version.model.metric,
        )

    def execute(
        self,
        project_id: str,
        given: dict[str, Any],
        tell: Tell,
        should_stop: Stop | None = None,
    ) -> Challenge:
        """Make the challenger in this process and decide; what a job does.

        Called again with the same arguments after a crash, it goes on where it was.
        """
        store = self.turning.store
        done = store.find(given["challenge_id"], KIND)
        if done is not None:
            return challenge_of(done)
        order, cycle = Order.from_dict(given["order"]), None
        tell(0.02, "Drawing the rows")
        if order.search == "update":
            info = self._update(project_id, given, order)
        else:
            cycle = self.turning.begin(project_id, given, order)
            info = self.turning.make_version(cycle, given, order, tell, should_stop)
        tell(0.9, "Judging both on the newest rows")
        judged, objections = self._judged(project_id, info.number, given, order)
        payload = {
            "champion": given["champion"],
            "challenger": info.number,
            "cycle": None if cycle is None else cycle.number,
            "order": order.to_dict(),
            "why": given["why"],
            "judged": None if judged is None else judged.to_dict(),
            "objections": list(objections),
            "sentence": self._act(project_id, info.number, given, judged, objections),
        }
        record_id = given["challenge_id"]
        return challenge_of(store.save(project_id, KIND, payload, record_id=record_id))

    def _judged(
        self, project_id: str, number: int, given: dict[str, Any], order: Order
    ) -> tuple[Judged | None, tuple[str, ...]]:
        """Judge, and say what speaks against it; that nothing can be told does too."""
        try:
            judged = self.judge(project_id, number, given["champion"])
        except RondoError as error:
            return None, (error.message,)
        objections = order.gate.objections(judged)
        live = self.turning.monitoring.registry.champion(project_id)
        if live != given["champion"]:
            moved = f"Version {live} has become the champion meanwhile."
            objections = (*objections, moved)
        return judged, objections

    def _act(
        self,
        project_id: str,
        number: int,
        given: dict[str, Any],
        judged: Judged | None,
        objections: tuple[str, ...],
    ) -> str:
        """Do what the order says of a challenger that passed; write it down."""
        registry, order = self.turning.monitoring.registry, given["order"]
        action = "register" if objections else order["action"]
        if action == "promote" and registry.four_eyes:
            action = "challenger"  # a second person has to approve what goes live
        told = "" if judged is None else judged.verdict.sentence
        said = " ".join([f"Version {number} is {_ACTED[action]}.", told, *objections])
        registry.note(project_id, number, JUDGED, who=given["who"], why=said.strip())
        if action != "register":
            alias: Alias = "champion" if action == "promote" else "challenger"
            registry.set_alias(
                project_id, alias, number, who=given["who"], why=given["why"]
            )
        return said.strip()

    def _update(
        self, project_id: str, given: dict[str, Any], order: Order
    ) -> VersionInfo:
        """Let the champion learn from the new rows, tested on them first."""
        service = self.turning.monitoring.service(project_id, given["champion"])
        fresh = self.turning.next_cycle.fresh_rows(project_id, given["champion"])
        places = places_in_order(fresh.meta)
        cut = choose_cut(places, order.mix)
        rows = _with_outcomes(service, fresh)[taken(places, cut, order.mix)]
        if rows.empty:
            raise WorkspaceError(
                "The champion has learned from all rows whose outcome is known.",
                hint="Bring more outcomes in first.",
            )
        info = self.updates.make_version(
            project_id,
            rows.reset_index(drop=True),
            who=given["who"],
            number=given["champion"],
        )
        self.turning.next_cycle.remember_update(project_id, info.number, cut)
        return info


def _with_outcomes(service: Service, fresh: CapturedPredictions) -> pd.DataFrame:
    rows = service.cleaned(fresh.inputs).reset_index(drop=True)
    return rows.assign(**{service.version.target: fresh.meta["outcome"]})
