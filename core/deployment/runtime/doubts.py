"""Why an answer is less sure: values that training did not have."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .cells import Columns

_MOST_NAMED = 20


def doubts(
    columns: Sequence[Mapping[str, Any]], raw: Columns, n_rows: int
) -> list[list[str]]:
    """Return the warnings of each row: what is missing, new, or out of range.

    Parameters
    ----------
    columns : sequence of mapping
        "name", "kind", and what training had: "minimum", "maximum", "levels".
    raw : dict of str to values of shape (n_rows,)
    n_rows : int

    Examples
    --------
    >>> age = {"name": "age", "kind": "number", "minimum": 18, "maximum": 95}
    >>> doubts([age], {"age": np.array([140.0])}, 1)
    [['age is 140, outside the training values (18 to 95).']]
    """
    missing: list[list[str]] = [[] for _ in range(n_rows)]
    found: list[list[str]] = [[] for _ in range(n_rows)]
    for column in columns:
        values = raw[column["name"]]
        if isinstance(values, list):
            _doubt_words(column, values, missing, found)
        else:
            _doubt_numbers(column, values, missing, found)
    return [
        ([_say_missing(names)] if names else []) + texts
        for names, texts in zip(missing, found, strict=True)
    ]


def _say_missing(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} is missing."
    more = len(names) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"{len(names)} columns are missing: {', '.join(names[:_MOST_NAMED])}{rest}."


def _doubt_words(
    column: Mapping[str, Any],
    values: list[Any],
    missing: list[list[str]],
    found: list[list[str]],
) -> None:
    name, levels = column["name"], set(column["levels"] or ())
    for row, value in enumerate(values):
        if value is None:
            missing[row].append(name)
        elif levels and value not in levels:
            found[row].append(f'{name} is "{value[:60]}", unknown in training.')


def _doubt_numbers(
    column: Mapping[str, Any],
    values: Any,
    missing: list[list[str]],
    found: list[list[str]],
) -> None:
    name, low, high = column["name"], column["minimum"], column["maximum"]
    for row in np.flatnonzero(np.isnan(values)):
        missing[row].append(name)
    if low is None or high is None or column["kind"] == "boolean":
        return
    seen = f"{_written(column, low)} to {_written(column, high)}"
    for row in np.flatnonzero((values < low) | (values > high)):
        value = _written(column, float(values[row]))
        found[row].append(f"{name} is {value}, outside the training values ({seen}).")


def _written(column: Mapping[str, Any], value: float) -> str:
    if column["kind"] == "date":
        return str(np.datetime64(int(value // 1), "s")).partition("T")[0]
    return f"{value:.6g}"
