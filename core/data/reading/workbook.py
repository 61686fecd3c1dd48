"""Excel and OpenDocument workbooks, read by calamine."""

import io
import mmap
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from core.data.frames import cell_text, unique_names
from core.data.reading.delimited import TextTable
from core.data.reading.header import has_header
from core.data.reading.report import Refusals
from core.errors import DataError


def read_workbook(
    data: bytes | mmap.mmap, *, sheet: str | None = None, header: bool | None = None
) -> TextTable:
    """Read one sheet as columns of text.

    Without `sheet` the first one that holds anything is read.

    Raises
    ------
    DataError
        The workbook is broken, locked or empty, or has no such sheet.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(workbook.sheet_names)
        if sheet is not None and sheet not in names:
            raise DataError(
                f"The workbook has no sheet {sheet!r}.",
                hint=f"Choose one of: {', '.join(names[:10])}.",
            )
        chosen, rows = _first_with_rows(workbook, [sheet] if sheet else names)
    except CalamineError as error:
        raise DataError(
            "The workbook cannot be read; it may be broken or locked by a password.",
            hint="Save it again without a password, or as CSV.",
        ) from error
    others = [name for name in names if name != chosen]
    notes = [f"The sheet {chosen!r} was read."] if others else []
    if others:
        listed = ", ".join(repr(name) for name in others[:5])
        notes.append(f"Other sheets were not read: {listed}.")
    table = _as_columns(rows, header, notes)
    return replace(table, sheet=chosen, sheets=tuple(names))


def _first_with_rows(
    workbook: Any, names: Sequence[str]
) -> tuple[str, list[list[Any]]]:
    for name in names:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)
        if any(cell != "" for row in rows for cell in row):
            return name, rows
    raise DataError(
        "The workbook holds no values.", hint="Choose a workbook with a table in it."
    )


def _as_columns(
    rows: list[list[Any]], header: bool | None, notes: list[str]
) -> TextTable:
    written = [[_cell(cell) for cell in row] for row in rows]
    written = [row for row in written if any(row)]
    start = _title_rows(written)
    if start:
        notes.append(f"{start} rows before the table were left out.")
    written = written[start:]
    named = has_header(written[:500]) if header is None else header
    first = written[0] if named else [""] * len(written[0])
    names, changed = unique_names(first)
    if named and changed:
        listed = ", ".join(repr(name) for name in changed[:5])
        notes.append(f"Names that were empty or repeated became {listed}.")
    body = written[1:] if named else written
    columns = [
        pa.array([row[i] for row in body], pa.string()) for i in range(len(first))
    ]
    return TextTable(
        tuple(names), tuple(columns), named, None, Refusals(), tuple(notes)
    )


def _title_rows(rows: list[list[str]]) -> int:
    """Count rows with a single value that stand before a wider table."""
    if not rows or len(rows[0]) < 3:
        return 0
    for position, row in enumerate(rows[:20]):
        if sum(map(bool, row)) > 1:
            return position
    return 0


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell_text(value)
