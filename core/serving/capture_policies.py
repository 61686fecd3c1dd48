"""What capture keeps of each project: chosen on a page, counting in every process."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, select

from core.registry.info import check_who
from core.serving.policy import CapturePolicy
from core.storage import Database
from core.storage.tables import capture_policies
from core.storage.types import now
from core.wording import counted, percent

FRESH_S: Final = 1.0
"""A policy that is changed counts in every process within this time."""


@dataclass(frozen=True)
class CaptureChange:
    """Somebody's choice of what is kept of a project's answers.

    Attributes
    ----------
    at : datetime
    who, why : str
    policy : CapturePolicy or None
        None for the defaults of the settings.
    """

    at: datetime
    who: str
    why: str
    policy: CapturePolicy | None


class CapturePolicies:
    """The policies of all projects; safe to use from threads.

    Changes are added, never overwritten; the newest one counts.

    Parameters
    ----------
    database : Database
    default : CapturePolicy
        For projects without one of their own; its key is that of all hashes.
    """

    def __init__(self, database: Database, default: CapturePolicy) -> None:
        self.default = default
        self._database = database
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._own: Mapping[str, CapturePolicy] = {}

    def of(self, project: str) -> CapturePolicy:
        """Return the policy in force for a project; at most a second old."""
        return self.own().get(project, self.default)

    def own(self) -> Mapping[str, CapturePolicy]:
        """Return the policies of projects that have one of their own."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                self._own = self._read()
                self._read_at = time.monotonic()
            return self._own

    def limits(self) -> set[int | None]:
        """Return the sizes of the database, in MB, at which some project pauses."""
        return {self.default.most_mb, *(each.most_mb for each in self.own().values())}

    def put(
        self, project: str, policy: CapturePolicy | None, *, who: str, why: str = ""
    ) -> None:
        """Keep a project's answers in another way, from now on.

        Parameters
        ----------
        project : str
        policy : CapturePolicy or None
            None goes back to the defaults.
        who, why : str

        Raises
        ------
        RegistryError
            Nobody is named.
        """
        values = {
            "project_id": project,
            "at": now(),
            "who": check_who(who),
            "why": why,
            "payload": {} if policy is None else policy.to_dict(),
        }
        with self._database.begin() as connection:
            connection.execute(insert(capture_policies).values(**values))
        with self._lock:
            self._read_at = float("-inf")

    def changes(self, project: str) -> Sequence[CaptureChange]:
        """Return who has changed a project's policy, newest first."""
        c = capture_policies.c
        query = (
            select(c.at, c.who, c.why, c.payload)
            .where(c.project_id == project)
            .order_by(c.id.desc())
        )
        with self._database.connect() as connection:
            return [
                CaptureChange(row.at, row.who, row.why, self._policy(row.payload))
                for row in connection.execute(query)
            ]

    def _read(self) -> dict[str, CapturePolicy]:
        c = capture_policies.c
        newest = select(func.max(c.id)).group_by(c.project_id)
        query = select(c.project_id, c.payload).where(c.id.in_(newest))
        with self._database.connect() as connection:
            found = [
                (row[0], self._policy(row[1])) for row in connection.execute(query)
            ]
        return {project: policy for project, policy in found if policy is not None}

    def _policy(self, payload: Mapping[str, object]) -> CapturePolicy | None:
        return CapturePolicy.from_dict(payload, self.default.key) if payload else None


def described(policy: CapturePolicy) -> str:
    """Say in words what a policy keeps.

    Examples
    --------
    >>> print(described(CapturePolicy(share=0.25, days=90)))
    25% of the API's answers are captured before they are given. They are kept for 90 \
days.
    """
    whole = "All of" if policy.share == 1 else f"{percent(policy.share, 0)} of"
    when = "within half a second after" if policy.is_queued else "before"
    told = f"{whole} the API's answers are captured {when} they are given"
    if policy.drop:
        told += f", without {', '.join(sorted(policy.drop))}"
    if policy.hashed:
        told += f", of {', '.join(sorted(policy.hashed))} only a hash"
    kept = "for ever" if policy.days is None else f"for {counted('day', policy.days)}"
    told += f". They are kept {kept}."
    if policy.most_mb is not None:
        told += f" Capture pauses while the database is above {policy.most_mb:,} MB."
    return told
