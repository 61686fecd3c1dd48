"""Why an answer is less sure: values that training did not have."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data.cells import RawColumns
from core.data.schema import ColumnSchema, Schema
from core.wording import day_text

_LONGEST = 60
_MOST_NAMED = 20


@dataclass(frozen=True)
class ColumnWatch:
    """What training had in one column.

    Attributes
    ----------
    column : ColumnSchema
    levels : frozenset of str
        All known words; empty when not all of them are kept, and for sentences
        and identifiers, where a new one is no news.
    """

    column: ColumnSchema
    levels: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, column: ColumnSchema) -> "ColumnWatch":
        """Make the watch of a column."""
        complete = column.n_distinct == len(column.levels)
        watched = column.kind == "category" and complete
        return cls(column, frozenset(column.levels if watched else ()))


def watches_of(schema: Schema) -> tuple[ColumnWatch, ...]:
    """Return a watch for each column."""
    return tuple(ColumnWatch.of(column) for column in schema)


def warn(
    watches: Sequence[ColumnWatch], raw: RawColumns, n_rows: int
) -> list[list[str]]:
    """Return the warnings of each row: what is missing, then column by column.

    Parameters
    ----------
    watches : sequence of ColumnWatch
    raw : dict of str to values of shape (n_rows,)
    n_rows : int

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> watches = watches_of(describe_schema(pd.DataFrame({"age": [18.0, 95.0]})))
    >>> warn(watches, {"age": np.array([140.0])}, 1)
    [['age is 140, above all training values (18 to 95).']]
    """
    found: list[list[str]] = [[] for _ in range(n_rows)]
    missing: list[list[str]] = [[] for _ in range(n_rows)]
    for watch in watches:
        values = raw[watch.column.name]
        if isinstance(values, list):
            _warn_words(watch, values, found, missing)
        else:
            _warn_numbers(watch.column, values, found, missing)
    return [
        [_say_missing(names), *texts] if names else texts
        for names, texts in zip(missing, found, strict=True)
    ]


def _say_missing(names: Sequence[str]) -> str:
    """Say in one warning which columns have no value.

    Examples
    --------
    >>> _say_missing(["age"]), _say_missing(["age", "plan"])
    ('age is missing.', '2 columns are missing: age, plan.')
    """
    if len(names) == 1:
        return f"{names[0]} is missing."
    listed, more = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return f"{len(names):,} columns are missing: {listed}{rest}."


def _warn_words(
    watch: ColumnWatch,
    values: Sequence[object],
    found: list[list[str]],
    missing: list[list[str]],
) -> None:
    name, levels = watch.column.name, watch.levels
    for row, value in enumerate(values):
        if not isinstance(value, str):
            missing[row].append(name)
        elif levels and value not in levels:
            found[row].append(f'{name} is "{_short(value)}", unknown in training.')


def _warn_numbers(
    column: ColumnSchema,
    values: NDArray[np.float64],
    found: list[list[str]],
    missing: list[list[str]],
) -> None:
    low, high = column.minimum, column.maximum
    bottom, top = (np.nan if end is None else end for end in (low, high))
    if len(values) == 1 and bottom <= values.item() <= top:
        return  # the usual single row, without a number of array operations
    for row in np.flatnonzero(np.isnan(values)):
        missing[row].append(column.name)
    if low is None or high is None or column.kind == "boolean":
        return
    outside = (values < low) | (values > high)
    if not outside.any():
        return
    seen = f"({_written(column, low)} to {_written(column, high)})"
    for row in np.flatnonzero(outside):
        value = float(values[row])
        side = "above" if value > high else "below"
        found[row].append(
            f"{column.name} is {_written(column, value)}, {side} all training "
            f"values {seen}."
        )


def _written(column: ColumnSchema, value: float) -> str:
    if column.kind == "date":
        return day_text(value)
    return f"{value:.6g}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
