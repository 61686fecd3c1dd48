"""Rows from anywhere, brought into the columns and dtypes of a schema."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.frames import (
    NUMBER_KINDS,
    ColumnKind,
    as_text,
    as_utc,
    build_frame,
    canonical_column,
    refuse_repeated_names,
    sound_column,
    sound_value,
)
from core.data.schema import ColumnSchema, Schema
from core.errors import SchemaError

MOST_PROBLEMS: Final = 100
"""So many refused cells are listed in one SchemaError."""

_YEAR_FIRST: Final = re.compile(r"[+-]?\d{4}")
_EXACT: Final = 2.0**53
_SHOWN: Final = 80
"""So much of a refused value stands in the message."""
TRUE_WORDS: Final = frozenset(("true", "yes", "y", "t", "1", "on"))
FALSE_WORDS: Final = frozenset(("false", "no", "n", "f", "0", "off"))

_ALLOWED: Final[dict[ColumnKind, str]] = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date such as 2024-05-31 or 2024-05-31T14:00:00",
    "category": "text",
    "text": "text",
    "id": "text",
}

Cells = tuple[pd.Series, "np.ndarray[Any, np.dtype[np.bool_]]"]
"""A cast column, and which of its cells were refused."""


def coerce(
    frame: pd.DataFrame | Sequence[Mapping[str, Any]],
    schema: Schema,
    *,
    strict: bool = False,
) -> pd.DataFrame:
    """Bring rows into a schema's columns, order and canonical dtypes.

    A column that is absent is all missing; one that the schema does not know is
    left out; empty and blank text is missing. Numbers and dates may be text,
    booleans yes/no, true/false or 0/1. A fraction in a column of whole numbers is
    kept. What does not fit is missing, or refused when `strict`.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, any) or sequence of n_rows mappings
        It is not changed.
    schema : Schema
    strict : bool, default False
        Raise where a value is not of its column's kind.

    Returns
    -------
    DataFrame of shape (n_rows, len(schema))

    Raises
    ------
    SchemaError
        `strict`, and a value does not fit; its ``problems`` list at most 100 cells.

    Examples
    --------
    >>> from core.data.schema import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": [30.5], "plan": ["a"]}))
    >>> coerce([{"plan": "b", "age": "41", "other": 1}], schema).to_dict("records")
    [{'age': 41.0, 'plan': 'b'}]
    >>> try:
    ...     coerce([{"age": "old"}], schema, strict=True)
    ... except SchemaError as error:
    ...     print(error.message)
    'old' in column 'age' is not a number.
    """
    table = _as_frame(frame, schema)
    columns: dict[str, pd.Series] = {}
    problems: list[dict[str, object]] = []
    for column in schema:
        if column.name not in table.columns:
            columns[column.name] = _absent(column.kind, len(table))
            continue
        given = table[column.name]
        cast, refused = cast_column(given, column.kind)
        columns[column.name] = cast
        if strict and refused.any():
            problems.extend(_problems(column, given, refused))
    if problems:
        raise _refusal(problems)
    return build_frame(columns, len(table))


def cast_column(values: pd.Series, kind: ColumnKind) -> Cells:
    """Cast one column to a kind.

    Returns
    -------
    values : Series of shape (n_rows,), canonical
    refused : boolean ndarray of shape (n_rows,)
        Cells that held a value which does not fit; they are missing in `values`.
    """
    if pd.api.types.is_object_dtype(values.dtype):
        values = sound_column(values)
    if kind in NUMBER_KINDS:
        return _cast_numbers(values, whole=kind == "integer")
    if kind == "boolean":
        return _cast_booleans(values)
    if kind == "date":
        return _cast_dates(values)
    return _cast_text(values)


def _as_frame(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]], schema: Schema
) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        names = [str(name) for name in rows.columns]
        refuse_repeated_names(names)
        return rows.set_axis(names, axis=1)
    given = dict.fromkeys(str(key) for row in rows for key in row)
    names = [name for name in given if name in schema]
    cells = {name: [row.get(name) for row in rows] for name in names}
    columns = {name: pd.Series(cells[name], dtype=object) for name in names}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _absent(kind: ColumnKind, n_rows: int) -> pd.Series:
    if kind in NUMBER_KINDS:
        return pd.Series(np.full(n_rows, np.nan))
    if kind == "date":
        return pd.Series(np.full(n_rows, np.datetime64("NaT"), dtype="datetime64[us]"))
    if kind == "boolean":
        return pd.Series([pd.NA] * n_rows, dtype="boolean")
    return pd.Series([np.nan] * n_rows, dtype="str")


def _plain(values: pd.Series) -> pd.Series:
    """Return text with blanks removed at the ends, and empty text as missing."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if pd.api.types.is_object_dtype(values.dtype):
        stripped = values.map(lambda v: v.strip() if isinstance(v, str) else v)
        return stripped.mask(stripped.map(_is_empty), None)
    stripped = values.astype("str").str.strip()
    return stripped.mask(stripped == "")


def _is_empty(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, str) and not value)


def _is_text(values: pd.Series) -> bool:
    return not pd.api.types.is_bool_dtype(values.dtype) and (
        pd.api.types.is_object_dtype(values.dtype)
        or pd.api.types.is_string_dtype(values.dtype)
        or isinstance(values.dtype, pd.CategoricalDtype)
    )


def _cast_numbers(values: pd.Series, *, whole: bool) -> Cells:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _absent("number", len(values)), values.notna().to_numpy()
    if whole and str(values.dtype) == "int64":
        return values, np.zeros(len(values), dtype=bool)
    given = values
    if _is_text(values):
        given = _plain(values)
        values = pd.to_numeric(given.map(_scalar), errors="coerce")
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    refused = np.isnan(numbers) & given.notna().to_numpy()
    exact = (numbers == np.rint(numbers)) & (np.abs(numbers) < _EXACT)
    as_whole = whole and bool(exact.all())
    return pd.Series(numbers.astype("int64") if as_whole else numbers), refused


def _scalar(value: Any) -> Any:
    """Hide from pandas what it would rather raise on than refuse."""
    return None if isinstance(value, list | dict | tuple | set | bytes) else value


def _cast_booleans(values: pd.Series) -> Cells:
    if pd.api.types.is_bool_dtype(values.dtype):
        return canonical_column(values), np.zeros(len(values), dtype=bool)
    given = _plain(values) if _is_text(values) else values
    words = given.map(_boolean, na_action="ignore")
    refused = (words.isna() & given.notna()).to_numpy()
    cast = words.astype(object).where(words.notna(), pd.NA).astype("boolean")
    return canonical_column(cast), refused


def _boolean(value: object) -> bool | None:
    word = as_word(value)
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else None


def as_word(value: object) -> str:
    """Return a value as a lower-case word; 1.0 as "1"."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip().lower()


def _cast_dates(values: pd.Series) -> Cells:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return as_utc(values), np.zeros(len(values), dtype=bool)
    if not _is_text(values):
        return _absent("date", len(values)), values.notna().to_numpy()
    given = _plain(values)
    wordlike = given.map(_moment_text, na_action="ignore")
    moments = pd.to_datetime(wordlike, errors="coerce", utc=True, format="ISO8601")
    return as_utc(moments), (moments.isna() & given.notna()).to_numpy()


def _moment_text(value: Any) -> str | None:
    """Return what may be a moment as text; a bare number is none.

    A text is one where it begins with a year of four digits: of others, pandas makes
    what it can, the fifth month of the year 0 of ".5", the present moment of "now".
    """
    if isinstance(value, str):
        return value if _YEAR_FIRST.match(value) else None
    return value.isoformat() if hasattr(value, "isoformat") else None


def _cast_text(values: pd.Series) -> Cells:
    nothing = np.zeros(len(values), dtype=bool)
    if isinstance(values.dtype, pd.StringDtype):
        text = values.astype("str")
        blank = text.str.strip() == ""
        return (text.mask(blank) if blank.any() else text), nothing
    if not _is_text(values):
        return as_text(values), nothing
    given = values.astype(object)
    nested = given.map(lambda v: isinstance(v, list | dict | set | tuple)).to_numpy()
    text = as_text(given.mask(nested, None))
    return text.mask(text.str.strip() == ""), nested


def _problems(
    column: ColumnSchema, given: pd.Series, refused: "np.ndarray[Any, Any]"
) -> list[dict[str, object]]:
    rows = np.flatnonzero(refused)[:MOST_PROBLEMS]
    return [
        {
            "row": int(row),
            "column": column.name,
            "value": _json_value(given.iloc[int(row)]),
            "allowed": _ALLOWED[column.kind],
        }
        for row in rows
    ]


def _json_value(value: Any) -> Any:
    value = sound_value(value)
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value)


def _refusal(problems: list[dict[str, object]]) -> SchemaError:
    first = problems[0]
    shown = repr(first["value"])
    if len(shown) > _SHOWN:
        shown = f"{shown[:_SHOWN]}…"
    more = f" So are {len(problems) - 1} other cells." if len(problems) > 1 else ""
    return SchemaError(
        f"{shown} in column {first['column']!r} is not {first['allowed']}.{more}",
        hint=f"Send {first['allowed']}, or leave the value out.",
        problems=problems[:MOST_PROBLEMS],
    )
