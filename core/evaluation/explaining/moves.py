"""Values that a column may be changed to, and how far away each is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.data import ColumnSchema

N_STOPS: Final = 13
MOST_WORDS: Final = 20
_SPREADS: Final = 4.6527
"""Standard deviations between the 1st and the 99th percentile of a normal law."""
_DAY_S: Final = 86_400.0


@dataclass(frozen=True)
class Move:
    """A column and another value of it, as plain columns hold it."""

    column: str
    value: Any


def spread_of(column: ColumnSchema) -> float:
    """Return a robust standard deviation of a column's training values.

    Examples
    --------
    >>> column = ColumnSchema("a", "number", 9, 0, 9, low=0.0, high=46.527)
    >>> round(spread_of(column), 6)
    10.0
    """
    low, high = ends_of(column)
    return (high - low) / _SPREADS or 1.0


def ends_of(column: ColumnSchema) -> tuple[float, float]:
    """Return the 1st and 99th percentile, or the whole range where they are equal."""
    low, high = column.low or 0.0, column.high or 0.0
    if low < high:
        return low, high
    return column.minimum or 0.0, column.maximum or 0.0


def moves_of(column: ColumnSchema, value: Any, direction: str = "any") -> list[Move]:
    """Return the changes of a column that are looked at, nearest kinds first.

    Parameters
    ----------
    column : ColumnSchema
    value : float, str or None
        The row's own.
    direction : {"any", "up", "down", "locked"}, default="any"

    Examples
    --------
    >>> column = ColumnSchema("a", "integer", 9, 0, 9, low=0.0, high=4.0)
    >>> [move.value for move in moves_of(column, 2.0, "up")]
    [3.0, 4.0]
    """
    if direction == "locked" or column.kind in ("text", "id"):
        return []
    return [Move(column.name, found) for found in _values(column, value, direction)]


def _values(column: ColumnSchema, value: Any, direction: str) -> Iterator[Any]:
    if column.kind == "category":
        yield from (word for word in column.levels[:MOST_WORDS] if word != value)
        return
    missing = value is None or not np.isfinite(value)
    if column.kind == "boolean":
        yield from (v for v in (0.0, 1.0) if missing or v != value)
        return
    low, high = ends_of(column)
    stops = np.linspace(low, high, N_STOPS)
    step = {"integer": 1.0, "date": _DAY_S}.get(column.kind)
    if step is not None:
        first, last = np.ceil(low / step), np.floor(high / step)
        stops = np.unique(np.clip(np.rint(stops / step), first, last)) * step
    for stop in stops.tolist():
        up = missing or stop > value
        down = missing or stop < value
        if {"any": up or down, "up": up, "down": down}[direction]:
            yield stop


def size_of(column: ColumnSchema, before: Any, after: Any) -> float:
    """Return how far apart two values are, in robust standard deviations.

    Another word counts 1, and so does a value where there was none.

    Examples
    --------
    >>> size_of(ColumnSchema("plan", "category", 9, 0, 2), "a", "b")
    1.0
    """
    if before == after:
        return 0.0
    if isinstance(after, str) or before is None or column.kind == "boolean":
        return 1.0
    if not np.isfinite(before):
        return 1.0
    return abs(float(after) - float(before)) / spread_of(column)


def between(
    column: ColumnSchema, old: float, new: float, *, fine: bool = False
) -> list[float]:
    """Return round values from the old one, not included, to the new one.

    Parameters
    ----------
    column : ColumnSchema
    old, new : float
    fine : bool, default=False
        Values on the way to the new one in much smaller steps, from the last coarse
        one before it.

    Examples
    --------
    >>> column = ColumnSchema("a", "number", 9, 0, 9, low=0.0, high=100.0)
    >>> between(column, 20.0, 33.25)
    [25.0, 30.0, 33.25]
    >>> between(column, 20.0, 33.25, fine=True)[:3]
    [30.5, 31.0, 31.5]
    """
    coarse, small = _steps(column, abs(new - old))
    away = 1.0 if new > old else -1.0
    step, start = coarse, old
    if fine:
        if small >= coarse:
            return []
        step, start = small, max(away * (new - away * coarse), away * old) * away
        start = _on(start, coarse, away) if away * (start - old) > 0 else start
        start = start if away * (start - old) >= 0 and away * (new - start) > 0 else old
    first = np.floor(away * start / step + 1e-9) + 1
    last = np.ceil(away * new / step - 1e-9) - 1
    counts = np.arange(first, last + 1) * away
    return [*(float(f"{count * step:.12g}") for count in counts), new]


def _on(value: float, step: float, away: float) -> float:
    return float(np.ceil(away * value / step - 1e-9) * step * away)


def _steps(column: ColumnSchema, span: float) -> tuple[float, float]:
    """Return a coarse step that makes at most 40 stops, and a tenth of it."""
    unit = {"integer": 1.0, "date": _DAY_S}.get(column.kind)
    least = span / 40
    if unit is not None:
        coarse = unit * max(1.0, np.ceil(least / unit))
        return coarse, unit
    power = 10.0 ** np.floor(np.log10(min(spread_of(column), max(span, 1e-300))))
    steps = (power * part for part in (0.5, 1.0, 2.0, 5.0, 10.0, 100.0))
    coarse = next((step for step in steps if step >= least), least)
    return coarse, coarse / 10
