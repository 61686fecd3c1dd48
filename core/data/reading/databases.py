"""Tables in a database: the rows of one SELECT, which changes nothing there."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from core.data.dataset import from_arrow
from core.data.reading.options import ReadOptions
from core.errors import DataError

_BATCH: Final = 20_000
_SKIPPED: Final = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL
)
_CHANGES: Final = re.compile(
    r"\b(insert|update|delete|merge|drop|alter|create|truncate|grant|revoke|call|"
    r"exec|execute|attach|detach|pragma|copy|vacuum|into|replace\s+into)\b",
    re.IGNORECASE,
)
_READ_ONLY: Final = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


def database_origin(url: str) -> str:
    """Return a database's address without user, password and options.

    Examples
    --------
    >>> database_origin("postgresql+psycopg://me:secret@host:5432/sales?sslkey=k")
    'postgresql://host:5432/sales'
    """
    parsed = _parsed(url)
    port = f":{parsed.port}" if parsed.port else ""
    name = parsed.get_backend_name()
    return f"{name}://{parsed.host or ''}{port}/{parsed.database or ''}"


def read_query(
    url: str, query: str, options: ReadOptions | None = None
) -> pd.DataFrame:
    """Return the rows of one SELECT as a canonical table.

    The statement runs in a transaction that may only read, where the database
    knows such, and that is always taken back. Rows are fetched in batches, and no
    more than `options` allows.

    Parameters
    ----------
    url : str
        SQLAlchemy address, such as ``postgresql+psycopg://user:password@host/db``.
    query : str
        One SELECT, which may begin with WITH.
    options : ReadOptions, default None
        ``max_rows`` and ``max_columns`` are heeded.

    Raises
    ------
    DataError
        The statement is no SELECT, the database cannot be reached or refuses, or
        there are too many rows; no message holds the password.
    """
    limits = options or ReadOptions()
    _refuse_changes(query)
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        _refuse_missing(parsed)
    with _in_words(parsed), _connected(parsed) as connection:
        result = connection.execution_options(yield_per=_BATCH).execute(text(query))
        names = [str(name) for name in result.keys()]  # noqa: SIM118
        batches: list[list[Any]] = [[] for _ in names]
        n_rows = 0
        for rows in result.partitions():
            n_rows += len(rows)
            limits.check_size(n_rows, len(names))
            for position, cells in enumerate(zip(*rows, strict=True)):
                batches[position].append(_as_arrow(cells))
        limits.check_size(n_rows, len(names))
    columns = [_one_type(parts) for parts in batches]
    return from_arrow(pa.table(columns, names=names))


def _parsed(url: str) -> URL:
    try:
        return make_url(url.strip())
    except (ArgumentError, ValueError) as error:
        raise DataError(
            "This is no address of a database.",
            hint="Use one such as postgresql+psycopg://user:password@host/database.",
        ) from error


def _refuse_changes(query: str) -> None:
    plain = _SKIPPED.sub(" ", query).strip().rstrip(";").strip()
    one = ";" not in plain
    if not one or not re.match(r"(select|with)\b", plain, re.IGNORECASE):
        raise DataError(
            "Only one SELECT is run.", hint="Write a query that begins with SELECT."
        )
    found = _CHANGES.search(plain)
    if found:
        raise DataError(
            f"The query holds the word {found[0].upper()}; only reading is allowed.",
            hint="Put names of columns that are such words into double quotes.",
        )


def _refuse_missing(url: URL) -> None:
    """Refuse an SQLite file that is not there, which connecting would make."""
    database = url.database or ""
    if not database or database.startswith(("file:", ":")) or "uri" in url.query:
        raise DataError(
            "The address names no SQLite file.", hint="Use sqlite:///folder/file.db."
        )
    if not Path(database).is_file():
        raise DataError(
            f"There is no SQLite file {Path(database).name!r}.",
            hint="Check the path behind sqlite:///; four strokes begin a full path.",
        )


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    """Connect for reading; whatever happened is taken back at the end."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            try:
                statement = _READ_ONLY.get(url.get_backend_name())
                if statement:
                    connection.execute(text(statement))
                yield connection
            finally:
                connection.rollback()
    finally:
        engine.dispose()


@contextmanager
def _in_words(url: URL) -> Iterator[None]:
    """Tell a database's faults without its address, which holds a password."""
    try:
        yield
    except (NoSuchModuleError, ImportError) as error:
        raise DataError(
            f"The driver for {url.drivername!r} is not installed.",
            hint="Install it beside Rondo, for example: pip install psycopg.",
        ) from error
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().split("\n")[0][:200]
        if url.password:
            said = said.replace(str(url.password), "***")
        raise DataError(
            f"The database refused: {said}.",
            hint="Check the address and the query.",
        ) from None


def _as_arrow(cells: Sequence[Any]) -> Any:
    plain = [_plain(cell) for cell in cells]
    try:
        return pa.array(plain, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([_as_text(cell) for cell in plain], pa.string())


def _plain(cell: Any) -> Any:
    """Return a value that Arrow and a canonical table know."""
    if cell is None or isinstance(cell, bool | int | float | str | datetime | date):
        return cell
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).decode("utf-8", errors="replace")
    if isinstance(cell, dict | list):
        return json.dumps(cell, default=str)
    return str(cell)


def _as_text(cell: Any) -> str | None:
    return None if cell is None else str(cell)


def _one_type(parts: Sequence[Any]) -> Any:
    """Join the batches of a column; text where their types do not go together."""
    kinds = {part.type for part in parts if not pa.types.is_null(part.type)}
    if not kinds:
        return pa.chunked_array(parts, pa.null())
    if kinds <= {pa.int64(), pa.float64()}:
        kind = pa.float64() if pa.float64() in kinds else pa.int64()
    else:
        kind = kinds.pop() if len(kinds) == 1 else pa.string()
    return pa.chunked_array([part.cast(kind, safe=False) for part in parts], kind)
