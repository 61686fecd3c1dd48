"""Pieces of a column, put together into one canonical column."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.frames import ColumnKind
from core.data.reading.plans import Plan

_ID_NAME: Final = re.compile(r"(^|[\W_])(id|ID|Id|uuid|UUID|guid|GUID)$|[a-z](ID|Id)$")
_NAMELESS: Final = "column_1"
_EXACT: Final = 2**53
_DTYPES: Final = {
    "integer": "int64",
    "number": "float64",
    "date": "datetime64[us]",
    "boolean": "bool",
}


@dataclass(frozen=True, eq=False)
class TypedColumn:
    """A column with its type.

    Attributes
    ----------
    values : Series, canonical
    kind : ColumnKind or None
        None where counting the words will tell.
    note : str
        The rest of a sentence on the column, or "".
    words : tuple of (str, str) or None
        How false and true were written, where the column holds booleans.
    open_point : (str, value) or None
        Which question the column leaves open, and how it was answered.
    """

    values: pd.Series
    kind: ColumnKind | None = None
    note: str = ""
    words: tuple[str, str] | None = None
    open_point: tuple[str, Any] | None = None


class Collector:
    """Takes the cast pieces of one column, one behind the other.

    Numbers, dates and booleans go straight to their place in one array; only room
    that is used takes memory.

    Parameters
    ----------
    plan : Plan
    capacity : int
        Rows there is room for.
    """

    def __init__(self, plan: Plan, capacity: int) -> None:
        self.plan = plan
        self._words: list[Any] = []
        self._n_rows = 0
        self._missing: list[Any] = []
        self._written: list[Any] = []
        self._values: Any = None
        if plan.kind is not None:
            self._values = np.empty(capacity, _DTYPES[plan.kind])

    def put(self, values: Any, written: Any = None) -> None:
        """Add an array of cast values.

        Parameters
        ----------
        values : pyarrow array
        written : pyarrow text array, default None
            The same values as text, where that is just what they would be written
            as again: a column of identifiers then need not be.
        """
        if written is not None:
            self._written.append(_compact(written))
        chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
        for chunk in chunks:
            if self._values is None:
                self._words.append(_compact(pc.cast(chunk, pa.large_string())))
            else:
                self._place(chunk)
            self._n_rows += len(chunk)

    def _place(self, chunk: Any) -> None:
        first, last = self._n_rows, self._n_rows + len(chunk)
        if last > len(self._values):
            grown = np.empty(last + last // 2, self._values.dtype)
            grown[:first] = self._values[:first]
            self._values = grown
        if chunk.null_count and self.plan.kind in ("integer", "boolean"):
            absent = pc.is_null(chunk).to_numpy(zero_copy_only=False)
            self._missing.append(first + np.flatnonzero(absent))
            chunk = pc.fill_null(chunk, pa.scalar(0).cast(chunk.type))
        self._values[first:last] = chunk.to_numpy(zero_copy_only=False)

    def finish(self, name: str) -> TypedColumn:
        """Return the whole column.

        Raises
        ------
        pyarrow.ArrowInvalid
            Whole numbers are too long to stand beside missing values.
        """
        plan = self.plan
        if plan.kind is None:
            words = as_words(pa.chunked_array(self._words, pa.large_string()))
            self._words.clear()
            return TypedColumn(words, None, plan.note)
        values = self._values[: self._n_rows]
        if plan.kind == "boolean":
            return TypedColumn(self._flags(values), "boolean", plan.note, plan.words)
        if plan.kind == "number":
            column = _finite(values, plan.note)
            return replace(column, open_point=plan.open_point)
        if plan.kind == "integer":
            return self._whole(name, values)
        series = pd.Series(values, copy=False)
        point = plan.open_point
        return TypedColumn(series, plan.kind, plan.note, open_point=point)

    def _flags(self, values: Any) -> pd.Series:
        if not self._missing:
            return pd.Series(values, copy=False)
        absent = np.zeros(len(values), dtype=bool)
        absent[np.concatenate(self._missing)] = True
        return pd.Series(pd.arrays.BooleanArray(values, absent), copy=False)

    def _whole(self, name: str, values: Any) -> TypedColumn:
        if self._missing:
            if max(int(values.max()), -int(values.min())) > _EXACT:
                raise pa.ArrowInvalid("Whole numbers are too long for gaps.")
            values = values.astype("float64")
            values[np.concatenate(self._missing)] = np.nan
        elif _is_identifier(name, values):
            names: Any = pa.chunked_array(self._written, pa.large_string())
            if len(names) < len(values):
                names = pc.cast(pa.array(values), pa.large_string())
            note = "whole numbers name the rows"
            return TypedColumn(as_words(names), "id", note)
        return TypedColumn(pd.Series(values, copy=False), "integer", self.plan.note)


def _compact(text: Any) -> Any:
    """Copy text without the room for more that it was parsed into."""
    return pa.concat_arrays([text, text.slice(0, 0)])


def as_words(text: Any) -> pd.Series:
    """Return Arrow text as a canonical column."""
    dtype: Any = pd.StringDtype(storage="pyarrow", na_value=np.nan)
    return pd.Series(dtype.__from_arrow__(text), copy=False)


def _finite(numbers: Any, note: str) -> TypedColumn:
    if not np.isfinite(numbers).all():
        infinite = np.isinf(numbers)
        if infinite.any():
            numbers[infinite] = np.nan
            note = "; ".join(filter(None, [note, "infinite numbers became missing"]))
    return TypedColumn(pd.Series(numbers, copy=False), "number", note)


def may_identify(name: str) -> bool:
    """Say whether a column of this name can hold identifiers.

    Examples
    --------
    >>> may_identify("user_id"), may_identify("valid")
    (True, False)
    """
    return name == _NAMELESS or bool(_ID_NAME.search(name))


def _is_identifier(name: str, numbers: Any) -> bool:
    if len(numbers) < 3:
        return False
    if not may_identify(name):
        return False
    if name == _NAMELESS and (numbers != np.arange(len(numbers))).any():
        return False
    rising = bool((numbers[1:] > numbers[:-1]).all())
    return rising or bool(pd.Series(numbers).is_unique)
