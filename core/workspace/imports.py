"""Reading a file anew from the bytes that were kept, as a person says."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from core.data import (
    ColumnKind,
    ColumnSchema,
    Schema,
    Table,
    coerce,
    read_table,
    read_tables,
)
from core.data.reading.records import detect_json
from core.errors import DataError

_PREVIEW_BYTES = 2**20
_PACKED = (b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")


def preview_table(path: Path, name: str, options: Mapping[str, Any]) -> Table:
    """Read the beginning of a file; compressed files and workbooks whole."""
    with path.open("rb") as file:
        start = file.read(_PREVIEW_BYTES)
    whole = path.stat().st_size <= len(start) or start.startswith(_PACKED)
    whole = whole or detect_json(start) == "json"
    last = start.rfind(b"\n")
    if whole or last < 0:
        return read_table(path, name, **options)
    return read_table(io.BytesIO(start[: last + 1]), name, **options)


def reread_table(
    paths: Mapping[str, Path],
    options: Mapping[str, Any],
    kinds: Mapping[str, ColumnKind],
    leave_out: Sequence[str] = (),
) -> Table:
    """Read files with the types that a person chose, without unwanted columns.

    What does not fit a chosen type becomes missing, and a note counts it.

    Raises
    ------
    DataError
        A column is not there, or none is left.
    """
    table = read_tables(paths, **options)
    _refuse_unknown(table, [*kinds, *leave_out])
    chosen = {c: kind for c, kind in kinds.items() if c not in set(leave_out)}
    frame, notes = table.frame, list(table.report.notes)
    if chosen:
        text = read_tables(paths, **{**options, "as_text": True}).frame
        for column, kind in chosen.items():
            values, note = _as_kind(text[column], frame[column], kind)
            frame = frame.assign(**{column: values})
            notes.extend(filter(None, [note]))
    kept = [column for column in frame.columns if column not in set(leave_out)]
    if not kept:
        raise DataError("No column is left.", hint="Include at least one column.")
    if leave_out:
        notes.append(f"{len(set(leave_out))} columns were left out on request.")
    report = replace(table.report, notes=tuple(notes), n_columns=len(kept))
    told = {c: k for c, k in {**table.kinds, **chosen}.items() if c in kept}
    words = {c: w for c, w in table.words.items() if c in kept and c not in chosen}
    return Table(frame[kept], report, told, words)


def _refuse_unknown(table: Table, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in table.frame.columns]
    if unknown:
        raise DataError(
            f"There is no column {unknown[0]!r}.",
            hint="The names change with the way the file is read; choose again.",
        )


def _as_kind(
    text: pd.Series, found: pd.Series, kind: ColumnKind
) -> tuple[pd.Series, str]:
    """Return a column in a chosen kind, and what a person should know."""
    as_words = kind in ("category", "text", "id")
    source = text.where(found.notna()) if as_words else found
    if not as_words and str(found.dtype) == "str":
        source = text.str.strip().mask(found.isna())
    name = str(text.name)
    schema = Schema((ColumnSchema(name, kind, 0, 0, 0),))
    values = coerce(source.to_frame(name), schema)[name]
    n_lost = int((values.isna() & source.notna()).sum())
    if not n_lost:
        return values, ""
    return values, f"In {name!r}: {n_lost:,} values are no {kind} and became missing."
