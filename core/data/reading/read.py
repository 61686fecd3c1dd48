"""Reading a file into a table, whatever it is."""

import mmap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, get_args

import pandas as pd
import pyarrow as pa

from core.data.dataset import read_parquet
from core.data.reading.collect import TypedColumn, as_words
from core.data.reading.delimited import TextTable, locate, read_text
from core.data.reading.encoding import Decoded, decode
from core.data.reading.foreign import refuse_foreign
from core.data.reading.options import Format, ReadOptions
from core.data.reading.questions import ask, questions_on
from core.data.reading.records import detect_json, read_json, read_json_lines
from core.data.reading.report import ReadReport, Table
from core.data.reading.sources import Raw, detect_format, gunzip, open_source, unzip
from core.data.reading.stream import stream_table
from core.data.reading.totals import without_total
from core.data.reading.typed import TypedTable, type_column, type_notes
from core.data.reading.workbook import read_workbook
from core.errors import DataError

OnProgress = Callable[[float, str], None]


def read_table(
    source: str | Path | BinaryIO,
    name: str | None = None,
    *,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> Table:
    r"""Read a table from a file, and say how it was read.

    CSV and TSV in the usual dialects and encodings, JSON and JSON lines, also
    compressed (.gz, .zip); Parquet; Excel and OpenDocument workbooks. What is not
    given is guessed from the content, never from the file's name. Rows of another
    width than the table are refused and reported; no row is dropped or shifted in
    silence. Texts that are no table, such as web pages, are refused by name.

    Parameters
    ----------
    source : path or binary file
    name : str, default None
        What to call it; the file's own name when None.
    on_progress : callable(fraction, message), default None
    **options
        What is known about the file, by the names of `ReadOptions`: ``delimiter``,
        ``encoding``, ``header``, ``sheet``, ``max_rows``, ``as_text`` …

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
    given = ReadOptions(**options)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(lambda: raw.sha256)
        table = without_total(_read(raw, given, tell), given.total_row)
    tell(1.0, "Read")
    return replace(table, report=replace(table.report, given=given.said))


def _read(raw: Raw, options: ReadOptions, tell: OnProgress) -> Table:
    data, kind, member, members = _unpack(raw, options)
    if len(members) < 2:
        return _read_as(raw, data, kind, options, tell)
    table = _read_as(raw, data, kind, replace(options, sheet=None), tell)
    note = f"{member!r} was read; the archive holds {len(members) - 1} other files."
    report = table.report
    report = replace(report, notes=(note, *report.notes), sheet=member, sheets=members)
    return replace(table, report=report)


def _read_as(
    raw: Raw,
    data: bytes | mmap.mmap,
    kind: str,
    options: ReadOptions,
    tell: OnProgress,
) -> Table:
    if kind != "csv" and options.format not in (None, kind):
        _refuse_format(options.format, kind)
    if kind == "parquet":
        frame = read_parquet(pa.BufferReader(pa.py_buffer(data)))
        options.check_size(len(frame), frame.shape[1])
        report = _report(raw, "parquet")
        n_rows, n_columns = frame.shape
        return Table(frame, replace(report, n_rows=n_rows, n_columns=n_columns))
    tell(0.1, "Finding out how it is written")
    if kind == "excel":
        text = read_workbook(data, sheet=options.sheet, header=options.header)
        return _finish(raw, kind, _typed(text, options, tell), None)
    decoded = decode(data, options.encoding)
    kind = _kind_of_text(decoded, options)
    if kind != "csv":
        read = read_json if kind == "json" else read_json_lines
        text = read(decoded.data, decoded.start, options)
        return _finish(raw, kind, _typed(text, options, tell), decoded.encoding)
    located = locate(decoded, options)
    used = decoded.encoding
    del decoded, data
    typed = None if options.as_text else stream_table(located, options, tell)
    if typed is None:
        typed = _typed(read_text(located), options, tell)
    typed = replace(typed, unsure_of_header=located.layout.unsure_of_header)
    options.check_size(typed.n_rows, len(typed.names))
    return _finish(raw, kind, typed, used)


def _kind_of_text(decoded: Decoded, options: ReadOptions) -> str:
    """Tell delimited text from JSON; refuse other texts by name."""
    if options.format == "csv":
        return "csv"
    kind = detect_json(decoded.data, decoded.start) or "csv"
    if options.format not in (None, kind):
        _refuse_format(options.format, kind)
    if kind == "csv":
        start = bytes(decoded.data[decoded.start : decoded.start + 2**15])
        refuse_foreign(start.decode("utf-8", errors="ignore"))
    return kind


def _unpack(
    raw: Raw, options: ReadOptions
) -> tuple[bytes | mmap.mmap, str, str | None, tuple[str, ...]]:
    """Return what a compressed file holds, or the file itself; its format and files."""
    data, kind = raw.data, detect_format(raw.data)
    member: str | None = None
    members: tuple[str, ...] = ()
    if kind == "gzip":
        data = gunzip(data)
    elif kind == "zip":
        data, member, members = unzip(data, options.sheet)
    else:
        return data, kind, None, ()
    kind = detect_format(data)
    if kind in ("gzip", "zip"):
        raise DataError(
            "The file is compressed twice.", hint="Unpack it once and bring the result."
        )
    return data, kind, member, members


def _refuse_format(asked: str | None, found: str) -> None:
    if asked not in get_args(Format):
        raise DataError(
            f"The format {asked!r} is unknown.",
            hint=f"Use one of: {', '.join(get_args(Format))}.",
        )
    raise DataError(
        f"The file is not {asked}, but {found}.", hint=f"Choose the format {found}."
    )


def _typed(text: TextTable, options: ReadOptions, tell: OnProgress) -> TypedTable:
    """Give columns of text their types, unless they are to stay text."""
    options.check_size(text.n_rows, len(text.names))
    columns: list[TypedColumn] = []
    for position, (name, cells) in enumerate(
        zip(text.names, text.columns, strict=True)
    ):
        if options.as_text:
            columns.append(TypedColumn(as_words(cells)))
        else:
            tell(0.3 + 0.6 * position / len(text.names), f"Reading {name}")
            columns.append(type_column(name, cells, options))
    return TypedTable(
        text.names, columns, text.n_rows, text.header, text.dialect, text.refusals,
        text.notes, sheet=text.sheet, sheets=text.sheets,
    )  # fmt: skip


def _finish(raw: Raw, kind: str, typed: TypedTable, encoding: str | None) -> Table:
    dialect = typed.dialect
    report = replace(
        _report(raw, kind),
        encoding=encoding,
        delimiter=dialect.delimiter if dialect else None,
        quote=dialect.quote if dialect else None,
        header=typed.header,
        n_refused=typed.refusals.count,
        refused=tuple(typed.refusals.rows),
        sheet=typed.sheet,
        sheets=typed.sheets,
    )
    return table_of(report, typed)


def table_of(report: ReadReport, typed: TypedTable) -> Table:
    """Put typed columns together; what they leave open joins the report."""
    named = dict(zip(typed.names, typed.columns, strict=True))
    index = pd.RangeIndex(typed.n_rows)
    frame = pd.DataFrame(
        {name: column.values for name, column in named.items()},
        index=index,
        columns=pd.Index(list(named), dtype=str),
        copy=False,
    )
    questions = questions_on({n: column.open_point for n, column in named.items()})
    if typed.unsure_of_header:
        questions.insert(0, ask("header", taken=typed.header))
    report = replace(
        report,
        n_rows=len(frame),
        n_columns=frame.shape[1],
        notes=(*report.notes, *typed.notes, *type_notes(typed.names, typed.columns)),
        questions=(*report.questions, *questions),
    )
    kinds = {n: column.kind for n, column in named.items() if column.kind is not None}
    words = {n: column.words for n, column in named.items() if column.words}
    return Table(frame, report, kinds, words)


def _report(raw: Raw, kind: str) -> ReadReport:
    return ReadReport(
        name=raw.name,
        sha256=raw.sha256,
        size_bytes=raw.size_bytes,
        format=kind,
        encoding=None,
        delimiter=None,
        quote=None,
        header=True,
        n_rows=0,
        n_columns=0,
    )
