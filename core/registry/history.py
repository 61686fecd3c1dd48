"""The history of a project's versions: appended to, never changed, chained.

Each entry's hash covers the entry before it, so that a line which was changed,
removed from the middle or slipped in later shows.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from core.storage.tables import history
from core.storage.types import now

FIRST_HASH = "0" * 64

SAVED = "saved"
ALIAS_SET = "alias set"
ALIAS_REMOVED = "alias removed"
ROLLED_BACK = "rolled back"
ROUTED = "calls shared"
RETRAINING = "retraining begun"
JUDGED = "judged"


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that somebody did to a version.

    Attributes
    ----------
    project : str
    at : datetime
        Aware, in UTC.
    who, action, why : str
        The action is "saved", "alias set", "alias removed", "rolled back", "calls
        shared", "retraining begun", "judged", or the state that the version was given.
    number : int or None
        The version concerned.
    alias : str or None
    previous_hash, hash : str
        SHA-256, hexadecimal; the first entry follows sixty-four zeros.
    """

    project: str
    at: datetime
    who: str
    action: str
    number: int | None
    alias: str | None
    why: str
    previous_hash: str
    hash: str

    def expected_hash(self) -> str:
        """Compute the hash that the entry must have."""
        fields = [
            self.project,
            self.at.isoformat(),
            self.who,
            self.action,
            self.number,
            self.alias,
            self.why,
            self.previous_hash,
        ]
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


@dataclass(frozen=True)
class HistoryCheck:
    """Whether the history is what was written.

    Attributes
    ----------
    intact : bool
    n_entries : int
    problem : str
        What does not fit, in words; empty when intact.
    """

    intact: bool
    n_entries: int
    problem: str = ""


@dataclass(frozen=True)
class Act:
    """What is done, by whom and why; the part of an entry that a caller knows."""

    project: str
    who: str
    why: str
    action: str
    number: int
    alias: str | None = None


def append_entry(connection: Connection, act: Act) -> HistoryEntry:
    """Write an entry behind the last one, within the caller's transaction."""
    last = connection.execute(
        select(history.c.hash)
        .where(history.c.project_id == act.project)
        .order_by(history.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    draft = HistoryEntry(
        project=act.project,
        at=now(),
        who=act.who,
        action=act.action,
        number=act.number,
        alias=act.alias,
        why=act.why,
        previous_hash=last or FIRST_HASH,
        hash="",
    )
    values = {name: value for name, value in vars(draft).items() if name != "project"}
    values |= {"project_id": act.project, "hash": draft.expected_hash()}
    connection.execute(insert(history).values(**values))
    return HistoryEntry(**{**vars(draft), "hash": values["hash"]})


def read_entries(connection: Connection, project: str) -> list[HistoryEntry]:
    """Read a project's entries, oldest first."""
    rows = connection.execute(
        select(history).where(history.c.project_id == project).order_by(history.c.id)
    )
    return [
        HistoryEntry(
            project=row.project_id,
            at=row.at,
            who=row.who,
            action=row.action,
            number=row.number,
            alias=row.alias,
            why=row.why,
            previous_hash=row.previous_hash,
            hash=row.hash,
        )
        for row in rows
    ]


def check_chain(entries: Sequence[HistoryEntry]) -> HistoryCheck:
    """Check that every entry is unchanged and follows the one before it.

    Examples
    --------
    >>> check_chain([]).intact
    True
    """
    previous = FIRST_HASH
    for position, entry in enumerate(entries, start=1):
        if entry.previous_hash != previous:
            problem = f"Entry {position} does not follow the entry before it."
            return HistoryCheck(False, len(entries), problem)
        if entry.hash != entry.expected_hash():
            problem = f"Entry {position} ({entry.action}) was changed."
            return HistoryCheck(False, len(entries), problem)
        previous = entry.hash
    return HistoryCheck(True, len(entries))


def champion_at(entries: Sequence[HistoryEntry], at: datetime) -> int | None:
    """Return the champion at an aware moment, by what the entries say."""
    live: int | None = None
    for entry in entries:
        if entry.alias == "champion" and entry.at <= at:
            live = None if entry.action == ALIAS_REMOVED else entry.number
    return live


def champions(entries: Sequence[HistoryEntry]) -> list[int]:
    """Return the champions that a roll back can return to; the last one is live.

    A roll back takes the last one away, so that a second one goes further back.
    """
    stack: list[int] = []
    for entry in entries:
        if entry.alias != "champion" or entry.number is None:
            continue
        if entry.action == ROLLED_BACK:
            stack = [*stack[:-2], entry.number]
        elif entry.action == ALIAS_SET:
            stack.append(entry.number)
        else:
            stack = []
    return stack
