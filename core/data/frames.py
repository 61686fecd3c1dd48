"""Frames: pandas tables in the few dtypes that every other part relies on."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.errors import DataError

ColumnKind = Literal["number", "integer", "category", "boolean", "date", "text", "id"]
"""What a column holds, in a person's words."""

KINDS: tuple[ColumnKind, ...] = (
    "number", "integer", "category", "boolean", "date", "text", "id",
)  # fmt: skip

TEXT_KINDS: frozenset[ColumnKind] = frozenset(("category", "text", "id"))
NUMBER_KINDS: frozenset[ColumnKind] = frozenset(("number", "integer"))

_BITS = 1_024
"""A whole number of more bits is past every float."""
_ONE_LINE = re.compile(r"[\r\n\t]+")
_DTYPES = frozenset(("bool", "boolean", "int64", "float64", "datetime64[us]", "str"))
_NUMBERS = frozenset(
    ("integer", "floating", "mixed-integer-float", "decimal", "complex")
)
_DATES = frozenset(("datetime", "datetime64", "date"))


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table in canonical dtypes, with unique names and a plain index.

    Numbers become float64, whole numbers int64 (float64 when values are missing),
    booleans bool (pandas "boolean" when missing), dates datetime64[us] in UTC
    without a zone, everything else pandas ``str``. Infinite numbers become
    missing. A table that is canonical already is returned as it is.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Any pandas table; it is not changed.

    Returns
    -------
    DataFrame of the same shape

    Raises
    ------
    DataError
        Two columns have the same name.

    Examples
    --------
    >>> import pandas as pd
    >>> canonical(pd.DataFrame({"a": [1, None], "b": ["x", "y"]})).dtypes.tolist()
    [dtype('float64'), <StringDtype(na_value=nan)>]
    """
    names = [str(name) for name in frame.columns]
    refuse_repeated_names(names)
    if is_canonical(frame):
        return frame
    columns = {name: canonical_column(frame.iloc[:, i]) for i, name in enumerate(names)}
    return build_frame(columns, len(frame))


def build_frame(columns: dict[str, pd.Series], n_rows: int) -> pd.DataFrame:
    """Put columns of `n_rows` values together, side by side, with a plain index."""
    plain = {
        name: values.set_axis(pd.RangeIndex(n_rows)) for name, values in columns.items()
    }
    index = pd.RangeIndex(n_rows)
    return pd.DataFrame(plain, index=index, columns=pd.Index(list(columns), dtype=str))


def is_canonical(frame: pd.DataFrame) -> bool:
    """Say whether names, index and dtypes are canonical (values are not read)."""
    index = frame.index
    plain = isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
    named = all(isinstance(name, str) for name in frame.columns)
    return plain and named and all(str(dtype) in _DTYPES for dtype in frame.dtypes)


def refuse_repeated_names(names: Sequence[str]) -> None:
    """Raise a DataError that names the columns whose name is not their own."""
    counts = Counter(names)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise DataError(
            f"{len(repeated)} column names occur twice, for example {repeated[0]!r}.",
            hint="Give every column a name of its own.",
        )


def unique_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Make names unique by a number behind repeated ones; blank ones get a name.

    Returns
    -------
    names : list of str
        In the same order, all different.
    changed : list of str
        The new names, where they differ from what was given.

    Examples
    --------
    >>> unique_names(["a", "a", ""])
    (['a', 'a_2', 'column_3'], ['a_2', 'column_3'])
    """
    given = [_ONE_LINE.sub(" ", str(name)).strip() for name in names]
    taken = set(given)
    result: list[str] = []
    changed: list[str] = []
    used: set[str] = set()
    for position, name in enumerate(given, start=1):
        stem = name or f"column_{position}"
        unique, count = stem, 1
        while unique in used or (unique != name and unique in taken):
            count += 1
            unique = f"{stem}_{count}"
        used.add(unique)
        result.append(unique)
        if unique != name:
            changed.append(unique)
    return result, changed


def canonical_column(values: pd.Series) -> pd.Series:
    """Return one column in its canonical dtype (see `canonical`)."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return canonical_column(values.astype(object))
    if pd.api.types.is_bool_dtype(dtype):
        return values.astype("boolean" if values.hasnans else "bool")
    if pd.api.types.is_complex_dtype(dtype):
        return as_text(values)
    if pd.api.types.is_numeric_dtype(dtype):
        return _numbers(values)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return as_utc(values)
    if pd.api.types.is_timedelta64_dtype(dtype):
        return pd.Series(values.dt.total_seconds(), dtype="float64")
    if pd.api.types.is_string_dtype(dtype) and not pd.api.types.is_object_dtype(dtype):
        return values.astype("str")
    return _objects(sound_column(values.astype(object)))


def _numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_integer_dtype(values.dtype) and not values.hasnans:
        top = np.iinfo(np.int64).max
        fits = not len(values) or int(values.max()) <= top
        return values.astype("int64" if fits else "float64")
    plain = values.astype("float64")
    infinite = np.isinf(plain.to_numpy())
    return plain.mask(infinite) if infinite.any() else plain


def _objects(values: pd.Series) -> pd.Series:
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found == "boolean":
        return canonical_column(values.astype("boolean"))
    if found in _NUMBERS and found != "complex":
        numbers = values.map(_as_number, na_action="ignore")
        return canonical_column(pd.to_numeric(numbers, errors="coerce"))
    if found in _DATES:
        return as_utc(pd.to_datetime(values, errors="coerce", utc=True))
    return as_text(values)


def _as_number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def as_utc(values: pd.Series) -> pd.Series:
    """Return moments as datetime64[us] in UTC without a zone."""
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.astype("datetime64[us]")


def as_text(values: pd.Series) -> pd.Series:
    """Return each value as a person would write it; 3.0 becomes "3"."""
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype("str")
    if pd.api.types.is_object_dtype(values.dtype):
        return values.map(cell_text, na_action="ignore").astype("str")
    codes, uniques = pd.factorize(values)
    written = pd.Series(uniques).astype(object).map(cell_text).astype("str")
    array = written.array.take(codes, allow_fill=True)
    return pd.Series(array, index=values.index, name=values.name)


def cell_text(value: Any) -> str:
    """Write one value as text; a whole number without a decimal point.

    Examples
    --------
    >>> cell_text(3.0), cell_text(0.25), cell_text("a")
    ('3', '0.25', 'a')
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        whole_day = value == value.normalize()
        return value.date().isoformat() if whole_day else value.isoformat()
    return str(value)


def sound_value(value: Any) -> Any:
    r"""Return a value that numbers and text can hold, others as they are.

    Half a character (a lone surrogate, which JSON can carry) becomes the sign for an
    unknown one; a whole number past every float becomes text.

    Examples
    --------
    >>> sound_value("a\ud800"), sound_value(41), len(sound_value(10**400))
    ('a�', 41, 401)
    """
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int) and value.bit_length() > _BITS:
        return str(Decimal(value))
    return value


def sound_column(values: pd.Series) -> pd.Series:
    """Return an object column whose values numbers and text can hold."""
    sound = [sound_value(value) for value in values]
    return pd.Series(sound, index=values.index, dtype=object)


def kind_of_dtype(values: pd.Series) -> ColumnKind:
    """Name the kind that a canonical column's dtype alone tells.

    Text is "category" here; telling identifiers and sentences apart needs counts
    (see `core.data.schema`). A float column with missing values whose other values
    are all whole is "integer".
    """
    name = str(values.dtype)
    if name in ("bool", "boolean"):
        return "boolean"
    if name == "int64":
        return "integer"
    if name == "datetime64[us]":
        return "date"
    if name != "float64":
        return "category"
    numbers = values.to_numpy()
    for part in (numbers[:1000], numbers):
        present = part[~np.isnan(part)]
        if not (present == np.rint(present)).all():
            return "number"
    missing = 0 < len(present) < len(numbers)
    return "integer" if missing else "number"
