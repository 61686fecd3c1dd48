"""Several files of the same shape, one behind the other, as one table."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import pandas as pd
import pyarrow as pa

from core.data.reading.options import ReadOptions
from core.data.reading.read import OnProgress, read_table, table_of
from core.data.reading.report import (
    MOST_REFUSED,
    ReadReport,
    Refusals,
    SourceFile,
    Table,
)
from core.data.reading.typed import TypedTable, type_column
from core.errors import DataError

Sources = Mapping[str, str | Path | BinaryIO]
_UNTOLD: Final = "decimal", "day_first"


def read_tables(
    sources: Sources,
    *,
    source_column: str | None = None,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> Table:
    r"""Read files of the same columns into one table, in the order given.

    Columns are compared by name; their order may differ. A column's type is decided
    on all files together: where they do not agree by themselves, the text of all
    is read anew as one column.

    Parameters
    ----------
    sources : mapping of file name to path or binary file
    source_column : str, default None
        Name of a column that says which file a row came from; None for none.
    on_progress : callable(fraction, message), default None
    **options
        As for `read_table`; ``max_rows`` holds for all files together.

    Returns
    -------
    Table
        ``report.sources`` names every file with its SHA-256 and rows.

    Raises
    ------
    DataError
        A file has other columns than the first, or is one of the others again; or
        a single one cannot be read.

    Examples
    --------
    >>> import io
    >>> first, second = io.BytesIO(b"x,y\n1,p\n2,q\n"), io.BytesIO(b"y,x\nr,3\n")
    >>> files = {"a.csv": first, "b.csv": second}
    >>> read_tables(files, source_column="file").frame.to_dict("list")
    {'x': [1, 2, 3], 'y': ['p', 'q', 'r'], 'file': ['a.csv', 'a.csv', 'b.csv']}
    """
    if not sources:
        raise DataError("No file was given.", hint="Choose at least one file.")
    if len(sources) == 1 and source_column is None:
        (name, source), = sources.items()  # fmt: skip
        return read_table(source, name, on_progress=on_progress, **options)
    tell = on_progress or (lambda _fraction, _message: None)
    again = {name: _rewind(source) for name, source in sources.items()}
    tables: list[Table] = []
    for name, source in again.items():
        tell(0.8 * len(tables) / len(sources), f"Reading {name}")
        tables.append(_read_one(source, name, options))
    _compare(tables)
    given = ReadOptions(**options)
    given.check_size(sum(len(t.frame) for t in tables), tables[0].frame.shape[1])
    if given.as_text or _agree(tables):
        table = _stacked(tables)
    else:
        tell(0.8, "Deciding on types over all files")
        texts = [
            _read_one(s, n, {**options, "as_text": True}) for n, s in again.items()
        ]
        table = _typed_together(tables, texts, given)
    tell(1.0, "Read")
    return table if source_column is None else _with_source(table, source_column)


def _rewind(source: str | Path | BinaryIO) -> str | Path | BinaryIO:
    if not isinstance(source, str | Path) and source.seekable():
        source.seek(0)
    return source


def _read_one(
    source: str | Path | BinaryIO, name: str, options: Mapping[str, Any]
) -> Table:
    try:
        return read_table(_rewind(source), name, **options)
    except DataError as error:
        raise DataError(f"{name!r}: {error.message}", hint=error.hint) from error


def _compare(tables: Sequence[Table]) -> None:
    """Refuse files whose columns are not those of the first, and repeated ones."""
    first, seen = tables[0], dict[str, str]()
    expected = set(first.frame.columns)
    for table in tables:
        name, digest = table.report.name, table.report.sha256
        if digest in seen:
            raise DataError(
                f"{name!r} and {seen[digest]!r} are the same file.",
                hint="Leave one of them out; its rows would count twice.",
            )
        seen[digest] = name
        found = set(table.frame.columns)
        told = [
            f"{what} {', '.join(repr(column) for column in sorted(columns)[:5])}"
            for what, columns in (
                ("it lacks", expected - found),
                ("it also has", found - expected),
            )
            if columns
        ]
        if told:
            raise DataError(
                f"{name!r} has other columns than {first.report.name!r}: "
                f"{'; '.join(told)}.",
                hint="Rename or leave out columns so that all files have the same "
                "ones, or bring them one by one.",
            )


def _agree(tables: Sequence[Table]) -> bool:
    """Say whether every column was read in the same way in all files."""
    first = tables[0]
    for table in tables:
        if any(question.code in _UNTOLD for question in table.report.questions):
            return False
        for name in first.frame.columns:
            same = first.frame[name].dtype == table.frame[name].dtype
            told = first.kinds.get(name) == table.kinds.get(name)
            if not same or not told or first.words.get(name) != table.words.get(name):
                return False
    return True


def _stacked(tables: Sequence[Table]) -> Table:
    names = list(tables[0].frame.columns)
    frame = pd.concat([t.frame[names] for t in tables], ignore_index=True)
    return replace(tables[0], frame=frame, report=_report(tables))


def _typed_together(
    tables: Sequence[Table], texts: Sequence[Table], options: ReadOptions
) -> Table:
    """Give the text of all files one type per column."""
    names = tuple(tables[0].frame.columns)
    columns = []
    for name in names:
        parts = [pa.array(_letters(text.frame[name]), pa.string()) for text in texts]
        columns.append(type_column(name, pa.concat_arrays(parts), options))
    merged = _report(texts)
    first = texts[0].report
    typed = TypedTable(
        names, columns, merged.n_rows, first.header, None, Refusals(), ()
    )
    return table_of(merged, typed)


def _letters(values: pd.Series) -> pd.Series:
    return values if values.dtype == "str" else values.astype("str")


def _report(tables: Sequence[Table]) -> ReadReport:
    """Return one report on all files; its SHA-256 is that of theirs, in order."""
    reports = [table.report for table in tables]
    first = reports[0]
    notes = [f"{report.name!r}: {note}" for report in reports for note in report.notes]
    refused = [
        replace(row, reason=f"{report.name}: {row.reason}")
        for report in reports
        for row in report.refused
    ]
    asked = {
        question.code: question
        for report in reports
        for question in report.questions
        if question.code not in _UNTOLD
    }
    digests = "\n".join(report.sha256 for report in reports)
    return replace(
        first,
        name=f"{first.name} and {len(reports) - 1} more",
        sha256=hashlib.sha256(digests.encode()).hexdigest(),
        size_bytes=sum(report.size_bytes for report in reports),
        n_rows=sum(report.n_rows for report in reports),
        n_refused=sum(report.n_refused for report in reports),
        refused=tuple(refused[:MOST_REFUSED]),
        notes=tuple(dict.fromkeys(notes)),
        questions=tuple(asked.values()),
        sources=tuple(
            SourceFile(r.name, r.sha256, r.size_bytes, r.n_rows) for r in reports
        ),
    )


def _with_source(table: Table, column: str) -> Table:
    """Add the column that says which file each row came from."""
    if column in table.frame.columns:
        raise DataError(
            f"The files have a column {column!r} already.",
            hint="Give the column of file names another name.",
        )
    report = table.report
    files = report.sources or (SourceFile(report.name, "", 0, report.n_rows),)
    written = [file.name for file in files for _ in range(file.n_rows)]
    frame = table.frame.assign(**{column: pd.Series(written, dtype="str")})
    told = replace(report, n_columns=frame.shape[1], source_column=column)
    return replace(table, frame=frame, report=told)
