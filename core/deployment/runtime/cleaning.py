"""The cleaning that new rows get before the model; only here pandas is needed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .cells import Columns, read_cells

_EXACT = 2.0**53


def cleaned(
    raw: Columns,
    inputs: Sequence[Mapping[str, Any]],
    columns: Sequence[Mapping[str, Any]],
    clean: Callable[[pd.DataFrame], pd.DataFrame],
) -> Columns:
    """Return the columns that the model takes, after cleaning the ones given.

    Parameters
    ----------
    raw : dict of str to values of shape (n_rows,)
    inputs, columns : sequence of mapping
        The columns given, and those the model takes: each a "name" and a "kind".
    clean : callable(DataFrame) -> DataFrame
        Keeps every row.

    Examples
    --------
    >>> number = [{"name": "age", "kind": "number"}]
    >>> cleaned({"age": np.array([40.0])}, number, number, lambda frame: frame + 1)
    {'age': array([41.])}
    """
    frame = pd.DataFrame(
        {c["name"]: _series(raw[c["name"]], c["kind"]) for c in inputs}
    )
    table = clean(frame)
    return {c["name"]: _back(table, c["name"], c["kind"]) for c in columns}


def _series(values: Any, kind: str) -> pd.Series:
    if kind == "date":
        micros = np.where(np.isnan(values), 0, values * 1e6).round().astype("int64")
        moments = pd.Series(micros.astype("datetime64[us]"))
        return moments.mask(np.isnan(values))
    if kind == "boolean":
        flags = pd.Series(values == 1, dtype="boolean").mask(np.isnan(values))
        return flags if np.isnan(values).any() else flags.astype("bool")
    if kind in ("number", "integer"):
        whole = (values == np.rint(values)) & (np.abs(values) < _EXACT)
        as_whole = kind == "integer" and bool(whole.all())
        return pd.Series(values.astype("int64") if as_whole else values)
    return pd.Series(values, dtype="str")


def _back(table: pd.DataFrame, name: str, kind: str) -> Any:
    if name not in table:
        return read_cells([None] * len(table), kind)[0]
    column = table[name]
    fits = {
        "number": pd.api.types.is_numeric_dtype,
        "integer": pd.api.types.is_numeric_dtype,
        "boolean": pd.api.types.is_bool_dtype,
    }
    if kind in fits and fits[kind](column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    if kind == "date" and pd.api.types.is_datetime64_dtype(column.dtype):
        micros = column.to_numpy(dtype="datetime64[us]")
        known = ~np.isnat(micros)
        return np.where(known, micros.astype("int64") / 1e6, np.nan)
    return read_cells(column.astype(object).tolist(), kind)[0]
