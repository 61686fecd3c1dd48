"""Tables on their way in, from files, an address or a database: bytes are kept."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import pandas as pd

from core.data import ReadOptions, ReadReport, Table, read_tables, write_parquet
from core.data.reading.addresses import open_address
from core.data.reading.databases import database_origin, read_query
from core.errors import DataError
from core.settings import Settings
from core.workspace.uploads import arriving


def bring_files(
    sources: Mapping[str, str | Path | BinaryIO], settings: Settings, **options: Any
) -> Table:
    """Keep the bytes of files, and read them as one table; all of it or nothing.

    Parameters
    ----------
    sources : mapping of file name to path or binary stream
    settings : Settings
        Its limits hold, for each file and for the table.
    **options
        What `core.data.read_tables` takes.

    Raises
    ------
    DataError
        A file is too large or holds no table, or their columns differ.
    """
    limits = {"max_rows": settings.max_rows, "max_columns": settings.max_columns}
    folder = settings.home / "uploads"
    with ExitStack() as stack:
        kept = {
            name: stack.enter_context(arriving(source, folder, settings.max_upload_mb))
            for name, source in sources.items()
        }
        return read_tables(kept, **{**limits, **options})


def bring_address(address: str, settings: Settings, **options: Any) -> Table:
    """Stream a table from an address into the uploads, and read it.

    Raises
    ------
    DataError
        It cannot be reached, is too large, or holds no table.
    """
    most = settings.max_upload_mb * 1_000_000
    with open_address(address, most_bytes=most) as (stream, name, origin):
        table = bring_files({name: stream}, settings, **options)
    return replace(table, report=replace(table.report, origin=origin))


def bring_query(url: str, query: str, settings: Settings, **options: Any) -> Table:
    """Read one SELECT from a database; its rows are kept as Parquet.

    Raises
    ------
    DataError
        The query may not run or gives no table; Rondo's own database is not read.
    """
    origin = database_origin(url)
    place = origin.removeprefix("sqlite:///")
    own = settings.home.resolve()
    in_home = place != origin and Path(place).resolve().is_relative_to(own)
    if in_home or origin == database_origin(settings.database):
        raise DataError(
            "This is Rondo's own database.", hint="Read your data's own database."
        )
    given = ReadOptions(max_rows=settings.max_rows, max_columns=settings.max_columns)
    frame = read_query(url, query, given)
    name = f"{Path(place).name or 'query'}.parquet"
    with TemporaryDirectory(prefix="rondo-query-") as folder:
        path = Path(folder) / "rows.parquet"
        write_parquet(frame, path)
        table = bring_files({name: path}, settings, **options)
    note = f"The rows of this query, as they were then: {' '.join(query.split())}"
    notes = (note[:2_000], *table.report.notes)
    return replace(table, report=replace(table.report, origin=origin, notes=notes))


def made_report(frame: pd.DataFrame, name: str, digest: str) -> ReadReport:
    """Return the report on a table that Rondo made itself."""
    return ReadReport(
        name=name,
        sha256=digest,
        size_bytes=int(frame.memory_usage(deep=True).sum()),
        format="parquet",
        encoding=None,
        delimiter=None,
        quote=None,
        header=True,
        n_rows=len(frame),
        n_columns=frame.shape[1],
        notes=("Made by Rondo from rows that it holds.",),
    )
