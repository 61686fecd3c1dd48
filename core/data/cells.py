"""Records as plain columns, without pandas: what makes one row cheap to answer.

Only values that already are what their column holds are taken here. Anything else,
such as a number written as text, goes the long way through `core.data.coerce`, which
alone decides what fits. Both ways give the same columns.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.data.frames import ColumnKind
from core.data.schema import Schema

RawColumns = dict[str, Any]
"""Plain columns by name: float64 arrays with NaN for missing (numbers, booleans as
0 and 1, dates as POSIX seconds), lists of str with None for missing (words)."""

_NAN = float("nan")
_LARGEST = 2.0**63
_MOMENT = re.compile(r"[12]\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?", re.ASCII)


class _Unusual(Exception):  # noqa: N818  not an error: the long way knows what to do
    """A value needs more than a look."""


def plain_columns(
    records: Sequence[Mapping[str, Any]], schema: Schema
) -> RawColumns | None:
    """Return the columns of records whose values need no casting, else None.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": [30.5], "plan": ["a"]}))
    >>> plain_columns([{"age": 41, "plan": None}], schema)
    {'age': array([41.]), 'plan': [None]}
    >>> plain_columns([{"age": "forty"}], schema) is None
    True
    """
    if not all(isinstance(record, Mapping) for record in records):
        return None
    try:
        return {
            column.name: _column(records, column.name, column.kind) for column in schema
        }
    except _Unusual:
        return None


def _column(records: Sequence[Mapping[str, Any]], name: str, kind: ColumnKind) -> Any:
    if kind in ("number", "integer"):
        return np.array([_number(record.get(name)) for record in records], dtype=float)
    if kind == "boolean":
        return np.array([_boolean(record.get(name)) for record in records], dtype=float)
    if kind == "date":
        return np.array([_moment(record.get(name)) for record in records], dtype=float)
    return [_word(record.get(name)) for record in records]


def _number(value: Any) -> float:
    if value is None:
        return _NAN
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and -_LARGEST < value < _LARGEST:
        return float(value)
    raise _Unusual


def _boolean(value: Any) -> float:
    if value is None:
        return _NAN
    if type(value) is bool:
        return float(value)
    raise _Unusual


def _moment(value: Any) -> float:
    if value is None:
        return _NAN
    if type(value) is not str or not _MOMENT.fullmatch(value):
        raise _Unusual
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise _Unusual from error


def _word(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is str and value and not value.isspace():
        return value
    raise _Unusual
