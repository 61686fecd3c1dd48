"""One value at a time: is it missing, is it of its column's kind, what does it say.

Nothing but Python is needed here.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_TRUE = frozenset(("true", "yes", "y", "t", "1", "on"))
_FALSE = frozenset(("false", "no", "n", "f", "0", "off"))
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4})(?:([-/.]?)(\d\d)(?:\2(\d\d)"
    r"(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Unfit(Exception):  # noqa: N818  caught where the column is read
    """The value is not of the column's kind."""


def is_missing(cell: Any) -> bool:
    """Say whether nothing is there: None, blank text, or what is unlike itself."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, float) and cell != cell  # noqa: PLR0124  NaN


def _number(cell: Any) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        if not _NUMBER.fullmatch(text):
            raise Unfit
        cell = float(text)
    if not isinstance(cell, int | float):
        raise Unfit
    try:
        number = float(cell)
    except OverflowError as error:
        raise Unfit from error
    if not math.isfinite(number):
        raise Unfit
    return number


def _boolean(cell: Any) -> float:
    whole = isinstance(cell, float) and cell.is_integer()
    word = str(int(cell) if whole else cell).strip().lower()
    if word not in _TRUE | _FALSE:
        raise Unfit
    return float(word in _TRUE)


def _moment(cell: Any) -> float:
    text = cell.isoformat() if hasattr(cell, "isoformat") else cell
    found = _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise Unfit
    year, _, month, day, hour, minute, second, fraction, zone = found.groups()
    micros = (fraction or "0")[:6].ljust(6, "0")
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0),
            int(minute or 0), int(second or 0), int(micros), _zone(zone),
        )  # fmt: skip
        return ((moment - _START) // timedelta(microseconds=1)) / 1e6
    except (ValueError, OverflowError) as error:
        raise Unfit from error


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift)


def read_word(cell: Any) -> str:
    """Return a value as text; 3.0 as "3"."""
    if isinstance(cell, list | tuple | dict | set):
        raise Unfit
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


READERS: dict[str, Callable[[Any], Any]] = {
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "date": _moment,
}
