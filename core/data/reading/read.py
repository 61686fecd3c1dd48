"""Reading a file into a table, whatever it is."""

import mmap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Literal

import pandas as pd
import pyarrow as pa

from core.data.dataset import read_parquet
from core.data.frames import ColumnKind, build_frame
from core.data.reading.delimited import TextTable, read_delimited
from core.data.reading.encoding import decode
from core.data.reading.report import ReadReport, Table
from core.data.reading.sources import Raw, detect_format, gunzip, open_source, unzip
from core.data.reading.typed import TypedColumn, type_column, type_notes
from core.data.reading.workbook import read_workbook
from core.data.schema import Schema, describe_schema
from core.errors import DataError

Format = Literal["csv", "parquet", "excel"]
OnProgress = Callable[[float, str], None]


def read_table(  # noqa: PLR0913 - every guess of the import page can be set
    source: str | Path | BinaryIO,
    name: str | None = None,
    *,
    as_text: bool = False,
    format: Format | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    max_rows: int | None = None,
    max_columns: int | None = None,
    on_progress: OnProgress | None = None,
) -> Table:
    r"""Read a table from a file, and say how it was read.

    CSV and TSV in the usual dialects and encodings, also compressed (.gz, .zip);
    Parquet; Excel and OpenDocument workbooks. What is not given is guessed from
    the content, never from the file's name. Rows of another width than the table
    are refused and reported; no row is dropped or shifted in silence.

    Parameters
    ----------
    source : path or binary file
    name : str, default None
        What to call it; the file's own name when None.
    as_text : bool, default False
        Keep every cell as it was written, without types and missing values.
    format : {"csv", "parquet", "excel"}, default None
    delimiter, encoding, sheet : str, default None
    header : bool, default None
        Whether the first row names the columns.
    max_rows, max_columns : int, default None
        A larger table is refused.
    on_progress : callable(fraction, message), default None

    Returns
    -------
    Table
        ``frame``, ``schema`` and ``report``.

    Raises
    ------
    DataError
        The file is empty, no table, broken or too large; the hint says what to do.

    Examples
    --------
    >>> import io
    >>> table = read_table(io.BytesIO(b"zip;paid\n01234;yes\n99999;no\n"))
    >>> table.frame["zip"].tolist(), table.schema["paid"].kind
    (['01234', '99999'], 'boolean')
    >>> table.report.delimiter, table.report.n_refused
    (';', 0)
    """
    tell = on_progress or (lambda _fraction, _message: None)
    tell(0.0, "Opening the file")
    raw = open_source(source, name)
    if not raw.size_bytes:
        raise DataError("The file is empty.", hint="Choose a file with a table in it.")
    data, kind = _unpack(raw)
    if format is not None and format != kind:
        kind = _as_asked(format, kind)
    limits = (max_rows, max_columns)
    if kind == "parquet":
        return _read_parquet(raw, data, limits)
    tell(0.1, "Finding out how it is written")
    if kind == "excel":
        text, used = read_workbook(data, sheet=sheet, header=header), None
    else:
        decoded = decode(data, encoding)
        used = decoded.encoding
        text = read_delimited(decoded, delimiter=delimiter, header=header)
        del decoded
    _check_size(text.n_rows, len(text.names), limits)
    return _finish(raw, kind, text, used, tell if not as_text else None)


def _unpack(raw: Raw) -> tuple[bytes | mmap.mmap, str]:
    """Return what a compressed file holds, or the file itself; and its format."""
    data, kind = raw.data, detect_format(raw.data)
    if kind == "gzip":
        data = gunzip(data)
    elif kind == "zip":
        data, _ = unzip(data)
    else:
        return data, kind
    kind = detect_format(data)
    if kind in ("gzip", "zip"):
        raise DataError(
            "The file is compressed twice.", hint="Unpack it once and bring the result."
        )
    return data, kind


def _as_asked(asked: Format, found: str) -> str:
    if asked not in ("csv", "parquet", "excel"):
        raise DataError(
            f"The format {asked!r} is unknown.", hint="Use csv, parquet or excel."
        )
    raise DataError(
        f"The file is not {asked}, but {found}.", hint=f"Choose the format {found}."
    )


def _read_parquet(
    raw: Raw, data: bytes | mmap.mmap, limits: tuple[int | None, int | None]
) -> Table:
    frame = read_parquet(pa.BufferReader(pa.py_buffer(data)))
    _check_size(len(frame), frame.shape[1], limits)
    report = _report(raw, "parquet", frame)
    return Table(frame, describe_schema(frame), report)


def _check_size(
    n_rows: int, n_columns: int, limits: tuple[int | None, int | None]
) -> None:
    if not n_rows or not n_columns:
        raise DataError(
            "The table has no rows below its header.",
            hint="Bring a table with at least a few rows.",
        )
    for count, limit, what in zip(
        (n_rows, n_columns), limits, ("rows", "columns"), strict=True
    ):
        if limit is not None and count > limit:
            raise DataError(
                f"The table has {count:,} {what}; at most {limit:,} are taken.",
                hint=f"Bring fewer {what}, or raise RONDO_MAX_{what.upper()}.",
            )


def _finish(
    raw: Raw, kind: str, text: TextTable, encoding: str | None, tell: OnProgress | None
) -> Table:
    """Give the columns their types, unless they stay text (`tell` is None)."""
    columns: list[TypedColumn] = []
    for position, (name, cells) in enumerate(
        zip(text.names, text.columns, strict=True)
    ):
        if tell is None:
            values = pd.Series(cells.to_pandas()).astype("str")
            columns.append(TypedColumn(values))
        else:
            tell(0.3 + 0.6 * position / len(text.names), f"Reading {name}")
            columns.append(type_column(name, cells))
    named = dict(zip(text.names, columns, strict=True))
    frame = build_frame({n: column.values for n, column in named.items()}, text.n_rows)
    kinds: dict[str, ColumnKind] = {
        n: column.kind for n, column in named.items() if column.kind is not None
    }
    described = describe_schema(frame, kinds)
    schema = Schema(
        tuple(replace(c, words=named[c.name].words) for c in described.columns)
    )
    notes = (*text.notes, *type_notes(text.names, columns))
    dialect = text.dialect
    report = replace(
        _report(raw, kind, frame),
        encoding=encoding,
        delimiter=dialect.delimiter if dialect else None,
        quote=dialect.quote if dialect else None,
        header=text.header,
        n_refused=text.refusals.count,
        refused=tuple(text.refusals.rows),
        notes=notes,
    )
    if tell is not None:
        tell(1.0, "Read")
    return Table(frame, schema, report)


def _report(raw: Raw, kind: str, frame: pd.DataFrame) -> ReadReport:
    return ReadReport(
        name=raw.name,
        sha256=raw.sha256,
        size_bytes=raw.size_bytes,
        format=kind,
        encoding=None,
        delimiter=None,
        quote=None,
        header=True,
        n_rows=len(frame),
        n_columns=frame.shape[1],
    )
