"""The database: SQLite in WAL mode by default, any other by its address."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import StorageError
from core.settings import Settings
from core.storage.quick import QuickLane

MIGRATIONS = Path(__file__).parent / "migrations"
_migrating = threading.Lock()
logging.getLogger("alembic").setLevel(logging.WARNING)  # each start would log


class Database:
    """A place for rows, with transactions that writers take turns in.

    Parameters
    ----------
    url : str
        SQLAlchemy address, for example ``sqlite:///workspace/rondo.db``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        is_sqlite = url.startswith("sqlite")
        self.engine: Engine = create_engine(
            url,
            connect_args={"timeout": 30, "check_same_thread": False}
            if is_sqlite
            else {},
            pool_pre_ping=not is_sqlite,
        )
        if is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._has_lane = is_sqlite and self.engine.url.database not in (
            None,
            ":memory:",
        )
        self._lane: QuickLane | None = None
        self._opening = threading.Lock()

    @property
    def quick(self) -> QuickLane | None:
        """A held connection for the smallest statements; None but on SQLite files.

        Raises
        ------
        StorageError
            The file cannot be opened.
        """
        if self._lane is None and self._has_lane:
            with self._opening, _explained():
                self._lane = self._lane or QuickLane(self.engine)
        return self._lane

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction to write in; it is committed when the block ends well.

        On SQLite the write lock is taken at once, so that what is read inside
        cannot change before it is written.
        """
        writing = self.engine.execution_options(rondo_write=True)
        with _explained(), writing.begin() as connection:
            yield connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection to read with."""
        with _explained(), self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        with self._opening:
            if self._lane is not None:
                self._lane.close()
                self._lane = None
        self.engine.dispose()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StorageError(
            f"The database did not answer: {error.orig}.",
            hint="Check that the disk is not full and that the database runs.",
        ) from error


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("rondo_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def open_database(settings: Settings) -> Database:
    """Open the database of these settings and bring its tables up to date.

    Raises
    ------
    StorageError
        When the folder cannot be made or the database does not answer.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {settings.home} could not be made: {error.strerror}.",
            hint="Set RONDO_HOME to a folder that you may write to.",
        ) from error
    database = Database(settings.database)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _migrating, database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return database
