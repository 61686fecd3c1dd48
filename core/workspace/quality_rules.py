"""What people have changed of what is expected of a version's columns, and since when.

A change holds for windows that end after the moment it holds from. Windows that had
ended by then stay as they were judged, unless that moment is set back on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.monitoring.quality_rules import QualityRule, check_rules
from core.registry import ModelVersion
from core.storage import Database
from core.storage.types import now
from core.workspace.store import RecordStore, StoredRecord
from core.workspace.window_rows import WindowRows

_KIND: Final = "quality_rules"


@dataclass(frozen=True)
class Revision:
    """All changes of a version's rules as somebody left them.

    Attributes
    ----------
    number : int
        The version.
    since : datetime
        They hold for windows that end later.
    saved_at : datetime
    who, why : str
    rules : tuple of QualityRule
        Only what differs from what is learned; empty when all was taken back.
    """

    number: int
    since: datetime
    saved_at: datetime
    who: str
    why: str
    rules: tuple[QualityRule, ...]


class QualityRules:
    """The changed rules of all versions; every state they had is kept.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._store = RecordStore(database)
        self._windows = WindowRows(database)

    def history(self, project_id: str, number: int) -> tuple[Revision, ...]:
        """Return every state that counts for a version, newest first.

        A later version takes over what was changed for an earlier one, until its own
        rules are changed.
        """
        kept = [_revision(each) for each in self._store.list(project_id, _KIND)]
        own = [each for each in kept if each.number <= number]
        return tuple(sorted(own, key=lambda e: (e.number, e.saved_at), reverse=True))

    def at(
        self, project_id: str, number: int, moment: datetime | None = None
    ) -> tuple[QualityRule, ...]:
        """Return the changes that hold for a window that ends then; None: from now."""
        for each in self.history(project_id, number):
            if moment is None or each.since < moment:
                return each.rules
        return ()

    def save(
        self,
        version: ModelVersion,
        rules: Sequence[QualityRule],
        *,
        who: str,
        why: str = "",
        since: datetime | None = None,
    ) -> Revision:
        """Keep the changes of a version; windows that end later are done anew.

        Parameters
        ----------
        version : ModelVersion
        rules : sequence of QualityRule
            Those that change nothing are left out.
        who, why : str
        since : datetime, default=None
            They hold for windows that end after this (aware) moment; now when None.

        Raises
        ------
        MonitoringError
            A rule is of no column, or its value cannot be read.
        """
        checked = check_rules(version.schema, rules)
        begins = since or now()
        payload = {
            "number": version.number,
            "since": begins.isoformat(),
            "who": who,
            "why": why,
            "rules": [each.to_dict() for each in checked],
        }
        record = self._store.save(version.project, _KIND, payload)
        self._windows.open_again(version.project, version.number, begins)
        return _revision(record)


def _revision(record: StoredRecord) -> Revision:
    values: dict[str, Any] = record.payload
    return Revision(
        number=int(values["number"]),
        since=datetime.fromisoformat(values["since"]),
        saved_at=record.created_at,
        who=values["who"],
        why=values["why"],
        rules=tuple(QualityRule(**each) for each in values["rules"]),
    )
