"""A held connection for the smallest statements, where SQLAlchemy costs the most.

Asking which version is live and keeping one answer take SQLite some microseconds each;
SQLAlchemy's way there takes a hundred and more. Only SQLite files have this lane:
another database is on another machine, and the way there costs more than that.
"""

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, Table, insert
from sqlalchemy.dialects import sqlite

from core.errors import StorageError

_NAPS_S = (50e-6, 50e-6, 100e-6, 100e-6, 200e-6, 200e-6, 400e-6, 400e-6)
_dialect: Any = sqlite.dialect(paramstyle="qmark")


class QuickLane:
    """One connection to a SQLite file; safe to use from several threads.

    It waits for the write lock some milliseconds at most, which is many times what
    another process needs for a few rows: SQLite's own wait begins with a longer nap.
    Who finds it taken for longer goes the usual way.

    Parameters
    ----------
    engine : Engine
        Of a SQLite file; the connection is made like all others.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from core.storage.tables import aliases
    >>> lane = QuickLane(create_engine("sqlite://"))
    >>> lane.scalar("SELECT ?", (7,))
    7
    >>> lane.close()
    """

    def __init__(self, engine: Engine) -> None:
        pooled: Any = engine.raw_connection()
        connection = pooled.dbapi_connection
        pooled.detach()
        connection.isolation_level = None
        self._connection = connection
        self._connection.execute("PRAGMA busy_timeout=0")
        self._lock = threading.Lock()

    def scalar(self, sql: str, parameters: Sequence[Any]) -> Any:
        """Return the first value that a statement finds, or None.

        Raises
        ------
        StorageError
            The database does not answer.
        """
        with self._lock:
            try:
                found = self._connection.execute(sql, parameters).fetchone()
            except sqlite3.OperationalError as error:
                raise _unanswered(error) from error
        return None if found is None else found[0]

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Insert rows in one transaction of their own.

        Parameters
        ----------
        table : Table
        rows : sequence of mappings
            Each with a value for every column.

        Returns
        -------
        bool
            False when another writer is at work; then nothing was done.

        Raises
        ------
        StorageError
            The rows could not be written, as on a full disk; then none is there.
        """
        sql, processors = _prepared(table)
        values = [
            [
                row[name] if process is None else process(row[name])
                for name, process in processors
            ]
            for row in rows
        ]
        with self._lock:
            try:
                self._begin()
                self._connection.executemany(sql, values)
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._undo()
                if _is_busy(error):
                    return False
                if isinstance(error, sqlite3.OperationalError):
                    raise _unanswered(error) from error
                raise
        return True

    def _begin(self) -> None:
        """Take the write lock, asking again after short naps."""
        for nap_s in _NAPS_S:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if not _is_busy(error):
                    raise
                time.sleep(nap_s)
            else:
                return
        self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._connection.close()

    def _undo(self) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.OperationalError):  # undone by SQLite already
                self._connection.execute("ROLLBACK")


def _is_busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extension
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _unanswered(error: sqlite3.OperationalError) -> StorageError:
    return StorageError(
        f"The database did not answer: {error}.",
        hint="Check that the disk is not full and that the database runs.",
    )


@lru_cache(maxsize=8)
def _prepared(table: Table) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Return the INSERT of a whole row, and what makes each value SQLite's own."""
    types = ((column.name, column.type.dialect_impl(_dialect)) for column in table.c)
    processors = tuple((name, kind.bind_processor(_dialect)) for name, kind in types)
    names = [name for name, _ in processors]
    sql = str(insert(table).compile(dialect=_dialect, column_keys=names))
    return sql, processors
