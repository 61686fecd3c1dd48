"""Records as plain columns: what fits a column's kind, what is missing, what not."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np

Columns = dict[str, Any]
"""Float64 arrays with NaN for missing (numbers, booleans as 0 and 1, moments as
POSIX seconds), lists of str with None for missing (words)."""

Problem = dict[str, Any]
"""A cell that does not fit: its row, column, value, and what would fit."""

NUMERIC = frozenset(("number", "integer", "boolean", "date"))
ALLOWED = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date such as 2024-05-31 or 2024-05-31T14:00:00",
}
_TRUE = frozenset(("true", "yes", "y", "t", "1", "on"))
_FALSE = frozenset(("false", "no", "n", "f", "0", "off"))
_NAN = float("nan")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4})(?:([-/.]?)(\d\d)(?:\2(\d\d)"
    r"(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_START = datetime(1970, 1, 1, tzinfo=UTC)


class _Unfit(Exception):  # noqa: N818  caught where the column is read
    """The value is not of the column's kind."""


def read_records(
    records: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]
) -> tuple[Columns, list[Problem]]:
    """Read records into plain columns; what does not fit counts as missing.

    Parameters
    ----------
    records : sequence of n_rows mappings
        Absent columns are missing, unknown ones are left out.
    columns : sequence of mapping
        Each with a "name" and a "kind".

    Returns
    -------
    columns : dict of str to values of shape (n_rows,)
    problems : list of dict
        The cells that held a value which does not fit.

    Examples
    --------
    >>> columns = [{"name": "age", "kind": "number"}, {"name": "plan", "kind": "text"}]
    >>> found, problems = read_records([{"age": "41", "plan": " "}], columns)
    >>> found["age"].tolist(), found["plan"], problems
    ([41.0], [None], [])
    """
    found: Columns = {}
    problems: list[Problem] = []
    for column in columns:
        name, kind = column["name"], column["kind"]
        cells = [record.get(name) for record in records]
        found[name], unfit = read_cells(cells, kind)
        problems.extend(
            {"row": row, "column": name, "value": str(cells[row])[:60],
             "allowed": ALLOWED.get(kind, "text")}
            for row in unfit
        )  # fmt: skip
    return found, problems


def read_cells(cells: Sequence[Any], kind: str) -> tuple[Any, list[int]]:
    """Read one column; return its values and the rows that did not fit."""
    read: Callable[[Any], Any] = _READERS.get(kind, _word)
    missing = _NAN if kind in NUMERIC else None
    values, unfit = [], []
    for row, cell in enumerate(cells):
        try:
            values.append(missing if _is_missing(cell) else read(_plain(cell)))
        except _Unfit:
            values.append(missing)
            unfit.append(row)
    return (np.array(values, dtype=float) if kind in NUMERIC else values), unfit


def _is_missing(cell: Any) -> bool:
    """Say whether nothing is there: None, blank text, or what is unlike itself."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, float) and cell != cell  # noqa: PLR0124  NaN


def _plain(cell: Any) -> Any:
    """Return a numpy scalar as Python's own."""
    return cell.item() if isinstance(cell, np.generic) else cell


def _number(cell: Any) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        if not _NUMBER.fullmatch(text):
            raise _Unfit
        cell = float(text)
    if not isinstance(cell, int | float):
        raise _Unfit
    try:
        number = float(cell)
    except OverflowError as error:
        raise _Unfit from error
    if not math.isfinite(number):
        raise _Unfit
    return number


def _boolean(cell: Any) -> float:
    whole = isinstance(cell, float) and cell.is_integer()
    word = str(int(cell) if whole else cell).strip().lower()
    if word not in _TRUE | _FALSE:
        raise _Unfit
    return float(word in _TRUE)


def _moment(cell: Any) -> float:
    text = cell.isoformat() if hasattr(cell, "isoformat") else cell
    found = _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise _Unfit
    year, _, month, day, hour, minute, second, fraction, zone = found.groups()
    micros = (fraction or "0")[:6].ljust(6, "0")
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0),
            int(minute or 0), int(second or 0), int(micros), _zone(zone),
        )  # fmt: skip
        return ((moment - _START) // timedelta(microseconds=1)) / 1e6
    except (ValueError, OverflowError) as error:
        raise _Unfit from error


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift)


def _word(cell: Any) -> str:
    if isinstance(cell, list | tuple | dict | set):
        raise _Unfit
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_READERS: dict[str, Callable[[Any], Any]] = {
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "date": _moment,
}
