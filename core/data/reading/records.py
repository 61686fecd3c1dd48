"""JSON and JSON lines: where the records lie, and their columns of text."""

import json
import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.data.frames import unique_names
from core.data.reading.delimited import TextTable
from core.data.reading.flatten import RecordColumns, cell_of
from core.data.reading.header import has_header
from core.data.reading.options import ReadOptions
from core.data.reading.report import Refusals
from core.errors import DataError

MOST_DOCUMENT: Final = 2**29
"""A JSON document is read at once and may not be longer; JSON lines may."""

_DEEPEST: Final = 3
_LOOK: Final = 2**16
_SURE: Final = re.compile(r"\{\s*(\"|$|\})|\[\s*([\[{]|$)")


def detect_json(data: bytes | mmap.mmap, start: int = 0) -> str | None:
    r"""Tell "json", "json lines" or None from a text in UTF-8.

    Examples
    --------
    >>> detect_json(b'[{"a": 1}]'), detect_json(b'{"a": 1}\n{"a": 2}\n')
    ('json', 'json lines')
    >>> detect_json(b"[a],[b]\n1,2\n") is None
    True
    """
    text = bytes(data[start : start + _LOOK]).decode("utf-8", errors="ignore")
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):
        return None
    first, _, rest = text.partition("\n")
    if rest.strip() and isinstance(_parsed(first), dict | list):
        return "json lines"
    if len(data) - start <= _LOOK and _parsed(text) is not None:
        return "json"
    return "json" if _SURE.match(text) else None


def read_json(data: bytes | mmap.mmap, start: int, options: ReadOptions) -> TextTable:
    """Read one JSON document: a list of records or rows, columns, or a key with them.

    Raises
    ------
    DataError
        It is broken or too long, or holds no table.
    """
    if len(data) - start > MOST_DOCUMENT:
        raise DataError(
            f"A JSON document of more than {MOST_DOCUMENT // 2**20} MB is not read.",
            hint="Bring it as JSON lines (one record a line), CSV or Parquet.",
        )
    try:
        document = json.loads(bytes(data[start:]).decode("utf-8-sig", "replace"))
    except json.JSONDecodeError as error:
        raise DataError(
            f"The JSON is broken at line {error.lineno}: {error.msg}.",
            hint="Export or download it again.",
        ) from error
    except (RecursionError, ValueError) as error:
        raise DataError(
            "The JSON is nested too deeply, or holds a number of too many digits.",
            hint="Bring the records alone, or the table as CSV.",
        ) from error
    found = _find(document, options.sheet)
    table = _as_table(found.content, options)
    if found.key is None:
        return table
    notes = [f"The records were read from {found.key!r}."]
    others = [key for key in found.keys if key != found.key]
    if others:
        listed = ", ".join(repr(key) for key in others[:5])
        notes.append(f"Other lists were not read: {listed}.")
    return TextTable(
        table.names, table.columns, table.header, None, table.refusals,
        (*notes, *table.notes), found.key, found.keys,
    )  # fmt: skip


def read_json_lines(
    data: bytes | mmap.mmap, start: int, options: ReadOptions
) -> TextTable:
    """Read one record a line; a line that is no JSON is refused and counted.

    Raises
    ------
    DataError
        There are more rows or columns than allowed.
    """
    records = RecordColumns(options.max_rows, options.max_columns)
    rows: list[list[Any]] = []
    for number, line in _lines(data, start):
        value = _parsed(line)
        if isinstance(value, list) and not records.n_rows:
            rows.append(value)
        elif value is None:
            records.refusals.add(number, 0, 0, line, "not JSON")
        else:
            records.add(value, number)
    if rows and not records.n_rows:
        return _from_rows(rows, options)
    return _from_records(records)


def _lines(data: bytes | mmap.mmap, start: int) -> Iterator[tuple[int, str]]:
    number = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = bytes(data[start:end]).decode("utf-8-sig", "replace").strip()
        number += 1
        if line:
            yield number, line
        start = end + 1


def _parsed(text: str) -> Any:
    """Return the value of a text of JSON, or None where it is broken."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, eq=False)
class _Found:
    """What of a document is the table; its key and the keys it could be as well."""

    content: Any
    key: str | None = None
    keys: tuple[str, ...] = ()


def _find(document: Any, wanted: str | None) -> _Found:
    if not isinstance(document, dict) or _is_columns(document):
        return _Found(document)
    held = dict(_lists(document))
    if wanted is not None and wanted not in held:
        raise DataError(
            f"The JSON has no list under {wanted!r}.",
            hint=f"Choose one of: {', '.join(list(held)[:10]) or 'none'}.",
        )
    split = "data" in held and isinstance(document.get("columns"), list)
    if split and wanted in (None, "data"):
        return _Found([document["columns"], *held["data"]], "data", ("data",))
    if held:
        key = wanted or max(held, key=lambda name: len(held[name]))
        return _Found(held[key], key, tuple(held))
    if len(document) > 1 and all(isinstance(v, dict) for v in document.values()):
        return _Found(_turned(document))
    said = str(document.get("message") or document.get("error") or "")[:120]
    told = f": {said!r}" if said else ""
    raise DataError(
        f"The JSON holds no list of records{told}.",
        hint="Bring a list of objects, one for each row of the table.",
    )


def _is_columns(document: Mapping[str, Any]) -> bool:
    """Say whether each key holds a list of values, all of one length."""
    lists = [v for v in document.values() if isinstance(v, list)]
    if not lists or len(lists) < len(document) or len({len(v) for v in lists}) > 1:
        return False
    return not any(isinstance(cell, dict | list) for v in lists for cell in v[:50])


def _lists(
    document: Mapping[str, Any], before: str = "", depth: int = 1
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of objects or rows in a document, by their dotted keys."""
    for key, value in document.items():
        name = f"{before}{key}"
        if isinstance(value, list) and value and isinstance(value[0], dict | list):
            yield name, value
        elif isinstance(value, dict) and depth < _DEEPEST:
            yield from _lists(value, f"{name}.", depth + 1)


def _turned(document: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return records of an object of objects: columns by row, or rows by name."""
    first = next(iter(document.values()))
    by_row = all(key.isdigit() for key in first) and bool(first)
    if by_row:
        keys = dict.fromkeys(key for column in document.values() for key in column)
        return [
            {n: column[key] for n, column in document.items() if key in column}
            for key in keys
        ]
    return [{"key": key, **values} for key, values in document.items()]


def _as_table(content: Any, options: ReadOptions) -> TextTable:
    if isinstance(content, dict):
        rows = [list(content), *map(list, zip(*content.values(), strict=True))]
        return _from_rows(rows, ReadOptions(header=True))
    if not isinstance(content, list) or not content:
        raise DataError(
            "The JSON holds no records.",
            hint="Bring a list of objects, one for each row of the table.",
        )
    if all(isinstance(item, list) for item in content):
        return _from_rows(content, options)
    records = RecordColumns(options.max_rows, options.max_columns)
    plain = not any(isinstance(item, dict | list) for item in content)
    for number, item in enumerate(content, start=1):
        records.add({"value": item} if plain else item, number)
    return _from_records(records)


def _from_records(records: RecordColumns) -> TextTable:
    names, columns, notes = records.finish()
    return TextTable(names, columns, True, None, records.refusals, tuple(notes))


def _from_rows(rows: Sequence[Sequence[Any]], options: ReadOptions) -> TextTable:
    """Read rows that are lists; the first one may name the columns."""
    look = [[cell_of(cell) or "" for cell in row] for row in rows[:500]]
    named = has_header(look) if options.header is None else options.header
    width = len(rows[0])
    names, _ = unique_names(look[0] if named else [""] * width)
    records = RecordColumns(options.max_rows, options.max_columns)
    refusals = Refusals()
    for number, row in enumerate(rows[named:], start=1 + named):
        if len(row) == width:
            cells = map(cell_of, row)
            records.add(dict(zip(names, cells, strict=True)), number)
        else:
            refusals.add(number, len(row), width, json.dumps(row))
    _, columns, notes = records.finish()
    return TextTable(tuple(names), columns, named, None, refusals, tuple(notes))
