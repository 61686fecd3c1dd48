"""Frozen records in the database: saved once, found by id, never changed."""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from core.errors import WorkspaceError
from core.storage import Database
from core.storage.tables import records
from core.storage.types import now

Write = Callable[[Connection, str], None]


@dataclass(frozen=True)
class StoredRecord:
    """A row of the records table."""

    id: str
    project_id: str
    kind: str
    content_hash: str
    created_at: datetime
    payload: dict[str, Any]


def new_id(kind: str) -> str:
    """Return a fresh id that says what it names, for example ``run-5f0c…``."""
    return f"{kind}-{secrets.token_hex(6)}"


def payload_hash(payload: Any) -> str:
    """Return the SHA-256 of JSON-ready values, whatever the order of their keys.

    Examples
    --------
    >>> payload_hash({"a": 1, "b": 2}) == payload_hash({"b": 2, "a": 1})
    True
    """
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class RecordStore:
    """Save and find frozen records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        project_id: str,
        kind: str,
        payload: dict[str, Any],
        *,
        content_hash: str | None = None,
        record_id: str | None = None,
        also: Write | None = None,
    ) -> StoredRecord:
        """Save a record and return it with its id and hash.

        What `also` writes, such as the pointer of a cycle, is there with the record or
        not at all; it is given the connection and the record's id.
        """
        record = StoredRecord(
            id=record_id or new_id(kind),
            project_id=project_id,
            kind=kind,
            content_hash=content_hash or payload_hash(payload),
            created_at=now(),
            payload=payload,
        )
        with self._database.begin() as connection:
            connection.execute(insert(records).values(**vars(record)))
            if also is not None:
                also(connection, record.id)
        return record

    def get(self, record_id: str, kind: str) -> StoredRecord:
        """Return a record.

        Raises
        ------
        WorkspaceError
            When there is none of this id and kind.
        """
        found = self.find(record_id, kind)
        if found is None:
            raise WorkspaceError(
                f"There is no {kind} with the id {record_id}.",
                hint="It may belong to another workspace; open the project anew.",
            )
        return found

    def find(self, record_id: str, kind: str) -> StoredRecord | None:
        """Return a record, or None."""
        query = select(records).where(records.c.id == record_id, records.c.kind == kind)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else StoredRecord(**row._mapping)

    def list(self, project_id: str, kind: str) -> Sequence[StoredRecord]:
        """Return a project's records of one kind, newest first."""
        query = (
            select(records)
            .where(records.c.project_id == project_id, records.c.kind == kind)
            .order_by(records.c.created_at.desc())
        )
        with self._database.connect() as connection:
            return [StoredRecord(**row._mapping) for row in connection.execute(query)]
