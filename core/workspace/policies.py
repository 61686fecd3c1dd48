"""Retraining by policy: a trigger is looked for, taken once, and becomes a job."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from core.errors import JobError
from core.retraining import Policy
from core.retraining.policy import Trigger
from core.storage.types import now
from core.workspace.alarms import Alarms
from core.workspace.challenge import Challenges
from core.workspace.monitoring import Monitoring
from core.workspace.next_cycle import NextCycle
from core.workspace.records import Job
from core.workspace.store import RecordStore

WHO: Final = "policy"
_KIND, _TAKEN = "policy", "trigger"
_NEWEST: Final = 5
"""So many triggers are looked at for one that was left without a job."""
_PERFORMANCE: Final = ("realised", "estimated")


@dataclass(frozen=True)
class Fired:
    """A trigger that has fired.

    Attributes
    ----------
    key : str
        What makes it one of its kind; it is taken once.
    why : str
    fresh_from : datetime or None
        When what it speaks of began; rows from before count as old.
    """

    key: str
    why: str
    fresh_from: datetime | None = None


class Policies:
    """The policies of all projects, and what they set off.

    Parameters
    ----------
    store : RecordStore
    monitoring : Monitoring
    alarms : Alarms
    next_cycle : NextCycle
    challenges : Challenges
    """

    def __init__(
        self,
        store: RecordStore,
        monitoring: Monitoring,
        alarms: Alarms,
        next_cycle: NextCycle,
        challenges: Challenges,
    ) -> None:
        self._store = store
        self._monitoring = monitoring
        self._alarms = alarms
        self._next_cycle = next_cycle
        self._challenges = challenges

    def get(self, project_id: str) -> Policy:
        """Return a project's policy; one that is not active where none was kept."""
        kept = self._store.list(project_id, _KIND)
        return Policy.from_dict(kept[0].payload) if kept else Policy()

    def save(self, project_id: str, policy: Policy) -> Policy:
        """Keep a policy; every one that a project had stays in the records.

        Raises
        ------
        WorkspaceError
            It makes no sense.
        """
        checked = Policy.from_dict(policy.to_dict())
        self._store.save(project_id, _KIND, checked.to_dict())
        return checked

    def due(self, project_id: str) -> Fired | None:
        """Return the first trigger that has fired and was not taken; reads counts.

        Nothing is due while a challenger is being made, or while fewer outcomes are
        new than the policy wants.
        """
        policy = self.get(project_id)
        number = self._monitoring.registry.champion(project_id)
        if not policy.active or number is None:
            return None
        if self._challenges.active(project_id) is not None:
            return None
        left = self._left_over(project_id, number)
        if left is not None:
            return left
        found = self._fired(project_id, number, policy)
        fired = [each for each in found if not self._is_taken(project_id, each)]
        if not fired or self._n_new(project_id, number) < policy.least_outcomes:
            return None
        return fired[0]

    def look(self, project_id: str) -> Job | None:
        """Take the trigger that has fired, and start what it asks for.

        Of several workers that look at once, one starts it. The trigger is written
        before the job; where a worker is killed in between, the next look finds the
        trigger without its job and starts it.
        """
        fired = self.due(project_id)
        if fired is None:
            return None
        self._take(project_id, fired)
        order = self.get(project_id).order
        given = self._challenges.arguments(
            project_id, order, WHO, fired.why, fired.fresh_from
        )
        try:
            return self._challenges.begin(
                project_id, given, self._job_id(project_id, fired)
            )
        except JobError:  # another worker has begun it, or something else is made now
            return None

    def changed_since(self, project_id: str) -> datetime | None:
        """Return when what the open alarms speak of began; None without any."""
        number = self._monitoring.registry.champion(project_id)
        if number is None:
            return None
        alarmed = [
            *self._alarmed(project_id, number, performance=True),
            *self._alarmed(project_id, number, performance=False),
        ]
        return min((e.fresh_from for e in alarmed if e.fresh_from), default=None)

    def _fired(self, project_id: str, number: int, policy: Policy) -> list[Fired]:
        looks: dict[Trigger, Callable[[], list[Fired]]] = {
            "performance": lambda: self._alarmed(project_id, number, performance=True),
            "drift": lambda: self._alarmed(project_id, number, performance=False),
            "outcomes": lambda: self._counted(project_id, number, policy.n_outcomes),
            "schedule": lambda: self._passed(project_id, number, policy.every_days),
        }
        return [fired for each in policy.triggers for fired in looks[each]()]

    def _alarmed(
        self, project_id: str, number: int, *, performance: bool
    ) -> list[Fired]:
        """Return a trigger for the newest bad window of each alarm, none for warnings.

        Broken data is no reason to retrain: a model would learn what is broken.
        """
        signals = {r.id: r.signal for r in self._alarms.watch(project_id).rules}
        fired = []
        for alarm in self._alarms.list(project_id, only_open=True):
            signal = signals.get(alarm.rule_id, "")
            if alarm.severity != "alarm" or alarm.version != number:
                continue
            if signal == "quality" or (signal in _PERFORMANCE) != performance:
                continue
            key = f"alarm {alarm.rule_id} of version {number} at {alarm.last_window}"
            why = f"Alarm: {alarm.text.title}, since {alarm.text.since}"
            fired.append(Fired(key, why, alarm.since))
        return fired

    def _counted(self, project_id: str, number: int, wanted: int) -> list[Fired]:
        """Return a trigger for each full count of new outcomes."""
        times = self._n_new(project_id, number) // wanted
        key = f"{times} times {wanted} outcomes of version {number}"
        why = f"{times * wanted:,} outcomes since version {number} was made"
        return [Fired(key, why)] if times else []

    def _passed(self, project_id: str, number: int, days: int) -> list[Fired]:
        """Return a trigger when the last decision, or the version, is old enough."""
        made = self._monitoring.registry.version(project_id, number).created_at
        last = max([made, *(c.created_at for c in self._challenges.list(project_id))])
        if now() - last < timedelta(days=days):
            return []
        why = f"{days} days since {last:%Y-%m-%d}"
        return [Fired(f"schedule after {last.isoformat()}", why)]

    def _n_new(self, project_id: str, number: int) -> int:
        """Count outcomes that the champion has not learned from."""
        return self._next_cycle.n_fresh(project_id, number)

    def _record_id(self, project_id: str, fired: Fired) -> str:
        named = hashlib.sha256(f"{project_id}\n{fired.key}".encode()).hexdigest()
        return f"trigger-{named[:32]}"

    def _job_id(self, project_id: str, fired: Fired) -> str:
        """Return the id of the trigger's own job: there can be one of them."""
        return self._record_id(project_id, fired).replace("trigger-", "job-")

    def _is_taken(self, project_id: str, fired: Fired) -> bool:
        return self._store.find(self._record_id(project_id, fired), _TAKEN) is not None

    def _take(self, project_id: str, fired: Fired) -> None:
        """Write the trigger down, once."""
        began = fired.fresh_from
        told = {
            "key": fired.key,
            "why": fired.why,
            "fresh_from": None if began is None else began.isoformat(),
            "champion": self._monitoring.registry.champion(project_id),
        }
        record_id = self._record_id(project_id, fired)
        with suppress(IntegrityError):
            self._store.save(project_id, _TAKEN, told, record_id=record_id)

    def _left_over(self, project_id: str, number: int) -> Fired | None:
        """Return a trigger that was written for this champion and has no job yet."""
        for record in self._store.list(project_id, _TAKEN)[:_NEWEST]:
            told = record.payload
            if told.get("champion") != number:
                continue
            began = told["fresh_from"]
            fresh_from = None if began is None else datetime.fromisoformat(began)
            fired = Fired(told["key"], told["why"], fresh_from)
            if not self._challenges.jobs.exists(self._job_id(project_id, fired)):
                return fired
        return None
