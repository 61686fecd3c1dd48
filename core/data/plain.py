"""Plain pandas: what a recipe's script carries along, word for word.

Only pandas, numpy and the standard library are used here, because
`core.data.script` copies the source of these functions into the scripts it writes.
Each takes and gives columns in canonical dtypes.
"""

import math
import operator
from typing import Any

import numpy as np
import pandas as pd


def tidy(values: pd.Series) -> pd.Series:
    """Return a column as whole numbers, numbers, yes or no, moments or text."""
    if pd.api.types.is_object_dtype(values.dtype):
        values = values.convert_dtypes()
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean" if values.hasnans else "bool")
    if pd.api.types.is_integer_dtype(values.dtype) and not values.hasnans:
        return values.astype("int64")
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.astype("float64")
        return numbers.mask(~np.isfinite(numbers))
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.astype("datetime64[us]")
    return values.astype("str")


def write_cell(value: Any) -> str:
    """Write one value as a person would; 3.0 becomes "3"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        whole_day = value == value.normalize()
        return value.date().isoformat() if whole_day else value.isoformat()
    return str(value)


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as text."""
    if pd.api.types.is_string_dtype(values.dtype):
        return values.astype("str")
    return values.astype(object).map(write_cell, na_action="ignore").astype("str")


def whole_if_exact(numbers: pd.Series) -> pd.Series:
    """Return numbers as int64 where all are whole and none is missing."""
    exact = (numbers == np.rint(numbers)) & (numbers.abs() < 2**53)
    return numbers.astype("int64") if exact.all() else numbers


def read_as(values: pd.Series, kind: str) -> pd.Series:
    """Read a column as another kind; what does not fit becomes missing."""
    dated = pd.api.types.is_datetime64_any_dtype(values.dtype)
    written = pd.api.types.is_string_dtype(values.dtype)
    if written:
        values = values.astype("str").str.strip()
        values = values.mask(values == "")
    if kind in ("number", "integer"):
        if dated:
            return pd.Series(np.nan, index=values.index)
        if kind == "integer" and str(values.dtype) == "int64":
            return values
        read = pd.to_numeric(values, errors="coerce") if written else values
        numbers = number(read)
        numbers = numbers.mask(~np.isfinite(numbers))
        return whole_if_exact(numbers) if kind == "integer" else numbers
    if kind == "boolean":
        return read_flags(values)
    return read_moments(values) if kind == "date" else as_text(values)


def read_moments(values: pd.Series) -> pd.Series:
    """Read moments written as ISO 8601; a bare number is none."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    if not pd.api.types.is_string_dtype(values.dtype):
        return pd.Series(pd.NaT, index=values.index).astype("datetime64[us]")
    moments = pd.to_datetime(values, errors="coerce", utc=True, format="ISO8601")
    return moments.dt.tz_localize(None).astype("datetime64[us]")


def read_flags(values: pd.Series) -> pd.Series:
    """Read yes and no, true and false, 1 and 0."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values
    words = as_text(values).str.lower()
    truth = dict.fromkeys(("true", "yes", "y", "t", "1", "on"), True)
    truth.update(dict.fromkeys(("false", "no", "n", "f", "0", "off"), False))
    read = words.map(truth, na_action="ignore").astype(object)
    return tidy(read.where(read.notna(), pd.NA).astype("boolean"))


def value_for(value: Any, column: pd.Series) -> Any:
    """Read one value as the column's own kind; None when it is not of that kind."""
    kinds = (
        (pd.api.types.is_bool_dtype, "boolean"),
        (pd.api.types.is_numeric_dtype, "number"),
        (pd.api.types.is_datetime64_any_dtype, "date"),
    )
    kind = next((kind for fits, kind in kinds if fits(column.dtype)), "text")
    cell = pd.Series([value])
    if isinstance(value, str):
        cell = cell.astype("str")
    read = read_as(cell, kind)
    return None if pd.isna(read.iloc[0]) else read.iloc[0]


def read_numbers(values: pd.Series, decimal: str) -> pd.Series:
    """Read numbers with currency or per cent signs and groups of thousands."""
    text = as_text(values).str.strip()
    shape = (
        r"[-+(]?\s?[-+]?\s?[^\w\s.,()+-]?\s?[-+]?[\d.,'\u2019\u00a0\u202f ]+\s?\D?\)?"
    )
    text = text.where(text.str.fullmatch(shape).fillna(False).astype(bool))
    negative = text.str.contains("[(-]", na=False)
    bare = text.str.replace(r"[^0-9.,]", "", regex=True)
    bare = bare.str.replace("," if decimal == "." else ".", "", regex=False)
    bare = bare.str.replace(decimal, ".", regex=False)
    numbers = pd.to_numeric(bare, errors="coerce").astype("float64")
    return numbers.mask(negative, -numbers)


def number(values: Any) -> Any:
    """Return a column as numbers: yes is 1, a moment is days since 1970."""
    if not isinstance(values, pd.Series):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return (values - pd.Timestamp(0)) / pd.Timedelta(days=1)
    plain = values.to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(plain, index=values.index)


def compare(left: Any, sign: str, right: Any) -> pd.Series:
    """Compare two columns, or a column and a value; missing where one is missing."""
    signs = {
        "==": operator.eq, "!=": operator.ne, "<": operator.lt,
        "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    }  # fmt: skip
    if isinstance(left, str) and pd.api.types.is_datetime64_any_dtype(right.dtype):
        left = pd.Timestamp(left)
    if isinstance(right, str) and pd.api.types.is_datetime64_any_dtype(left.dtype):
        right = pd.Timestamp(right)
    result: pd.Series = signs[sign](left, right).astype("boolean")
    return result.mask(pd.isna(left) | pd.isna(right))


def fitting(values: pd.Series, sign: str, wanted: Any) -> Any:
    """Say which rows fit one condition; a missing value fits only "is missing"."""
    present = values.notna().to_numpy(dtype=bool)
    if sign.endswith("missing"):
        return ~present if sign == "is missing" else present
    if sign in ("<", "<=", ">", ">="):
        if pd.api.types.is_string_dtype(values.dtype):
            moment = isinstance(wanted, str)
            values = read_moments(values) if moment else read_as(values, "number")
        limit = value_for(wanted, values)
        return compare(values, sign, limit).fillna(False).to_numpy(dtype=bool)
    items = wanted if isinstance(wanted, tuple) else (wanted,)
    own = [item for item in (value_for(w, values) for w in items) if item is not None]
    found = values.isin(own).fillna(False).to_numpy(dtype=bool)
    return found & present if sign in ("==", "in") else ~found & present


def holds(values: Any, index: pd.Index) -> Any:
    """Say where a formula holds: what it gives is neither missing nor 0."""
    given = pd.Series(values, index=index)
    numbers = given.to_numpy(dtype="float64", na_value=np.nan)
    return ~np.isnan(numbers) & (numbers != 0)


def choose(condition: pd.Series, then: Any, otherwise: Any) -> pd.Series:
    """Take one value where a condition holds, another where not."""
    holds = condition.fillna(False).astype(bool)
    words = [pd.Series([item]).dtype if not hasattr(item, "dtype") else item.dtype
             for item in (then, otherwise)]  # fmt: skip
    kind = "str" if all(map(pd.api.types.is_string_dtype, words)) else "float64"
    if kind == "float64":
        then, otherwise = number(then), number(otherwise)
    first = pd.Series(then, index=condition.index, dtype=kind)
    second = pd.Series(otherwise, index=condition.index, dtype=kind)
    return first.where(holds, second).mask(condition.isna())


def extreme(function: str, *values: Any) -> Any:
    """Return the smallest or largest of several; missing where one is missing."""
    result = values[0]
    for item in values[1:]:
        result = getattr(np, function)(result, item)
    return result


def transform(function: str, values: Any) -> Any:
    """Apply log, log10, exp, sqrt, abs or floor; what is undefined is missing."""
    with np.errstate(all="ignore"):
        return getattr(np, function)(values)


def rounded(values: Any, digits: float) -> Any:
    """Round to a number of digits behind the point."""
    if not isinstance(values, pd.Series):
        return round(values, int(digits)) if math.isfinite(values) else values
    return values.round(int(digits))


def merged(values: pd.Series, mapping: dict[str, str]) -> pd.Series:
    """Write some values as another one, in the column's own kind where it fits."""
    text = as_text(values).map(lambda v: mapping.get(v, v), na_action="ignore")
    text = text.astype("str")
    if pd.api.types.is_string_dtype(values.dtype):
        return read_as(text, "text").mask(text.str.strip() == "")
    kinds = {"b": "boolean", "i": "integer", "f": "number", "M": "date"}
    read = read_as(text, kinds[values.dtype.kind])
    return text if (read.isna() & text.notna()).any() else read


def blanked(values: pd.Series, blanks: list[Any]) -> pd.Series:
    """Make some values missing."""
    wanted = [value_for(item, values) for item in blanks]
    hit = values.isin([item for item in wanted if item is not None])
    return tidy(values.mask(hit)) if hit.any() else values


def filled(values: pd.Series, value: Any) -> pd.Series:
    """Write one value wherever one is missing."""
    full = values.fillna(value_for(value, values))
    present = values.dropna()
    if values.dtype == "float64" and len(present) and (present % 1 == 0).all():
        return whole_if_exact(full) if values.hasnans else full
    return tidy(full)
