"""What the registry writes, row by row, inside a transaction of the caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from core.errors import RegistryError
from core.registry.history import ALIAS_REMOVED, Act, append_entry
from core.registry.info import Alias, State
from core.storage import Database
from core.storage.tables import aliases, projects, versions
from core.storage.types import now

CHAMPION = select(aliases.c.number).where(
    aliases.c.project_id == bindparam("project"), aliases.c.alias == "champion"
)
QUICK_CHAMPION = (
    "SELECT number FROM aliases WHERE project_id = ? AND alias = 'champion'"
)
"""The same, for a `QuickLane`."""


@contextmanager
def change(database: Database, project: str) -> Iterator[Connection]:
    """Open a transaction in which nobody else changes this project's versions."""
    with database.begin() as connection:
        connection.execute(  # SQLite has locked already; others lock the row
            select(projects.c.id).where(projects.c.id == project).with_for_update()
        )
        yield connection


def last_number(connection: Connection, project: str) -> int:
    """Return the highest number that a version of the project has, or zero."""
    highest = select(func.max(versions.c.number)).where(
        versions.c.project_id == project
    )
    return connection.scalar(highest) or 0


def version_row(connection: Connection, project: str, number: int) -> Row[Any]:
    """Return the row of a version, or raise a RegistryError."""
    row = connection.execute(
        select(versions).where(
            versions.c.project_id == project, versions.c.number == number
        )
    ).one_or_none()
    if row is None:
        raise RegistryError(
            f"Project {project} has no version {number}.",
            hint="Choose one of its versions, or save one on the page Evaluate.",
        )
    return row


def read_aliases(connection: Connection, project: str) -> dict[Alias, int]:
    """Return the number that each alias points at."""
    rows = connection.execute(
        select(aliases.c.alias, aliases.c.number).where(aliases.c.project_id == project)
    )
    return {row.alias: row.number for row in rows}


def read_champions(connection: Connection) -> dict[str, int]:
    """Return the champion of each project that has one, by project."""
    rows = connection.execute(
        select(aliases.c.project_id, aliases.c.number)
        .where(aliases.c.alias == "champion")
        .order_by(aliases.c.project_id)
    )
    return {row.project_id: row.number for row in rows}


def point(connection: Connection, act: Act, held: dict[Alias, int]) -> None:
    """Point an alias at a version, with the states and lines that follow from it."""
    where = (aliases.c.project_id == act.project, aliases.c.alias == act.alias)
    connection.execute(delete(aliases).where(*where))
    connection.execute(
        insert(aliases).values(
            project_id=act.project, alias=act.alias, number=act.number, since=now()
        )
    )
    append_entry(connection, act)
    if act.alias != "champion":
        return
    for other in ("challenger", "shadow"):  # a champion is not its own challenger
        if held.get(other) == act.number:
            told = Act(act.project, act.who, act.why, ALIAS_REMOVED, act.number, other)
            unpoint(connection, told)
    replaced = held.get("champion")
    if replaced is not None and replaced != act.number:
        put_state(connection, act.project, replaced, "retired")
    put_state(connection, act.project, act.number, "live")


def unpoint(connection: Connection, act: Act) -> None:
    """Take an alias away, with its line."""
    connection.execute(
        delete(aliases).where(
            aliases.c.project_id == act.project, aliases.c.alias == act.alias
        )
    )
    append_entry(connection, act)


def put_state(connection: Connection, project: str, number: int, state: State) -> None:
    """Write a version's state."""
    connection.execute(
        update(versions)
        .where(versions.c.project_id == project, versions.c.number == number)
        .values(state=state)
    )
