"""Records as callers send them: refused, tamed, and what of them did not fit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import SchemaError


def refuse_other_than_mappings(records: Sequence[Any]) -> None:
    """Raise a SchemaError that lists the rows which are no records.

    Examples
    --------
    >>> try:
    ...     refuse_other_than_mappings([{"age": 41}, 7])
    ... except SchemaError as error:
    ...     print(error.message)
    Row 1 is not an object with named values.
    """
    problems: list[dict[str, object]] = [
        {
            "row": row,
            "column": None,
            "value": str(record)[:60],
            "allowed": "an object with a value for each column",
        }
        for row, record in enumerate(records)
        if not isinstance(record, Mapping)
    ]
    if problems:
        raise SchemaError(
            f"Row {problems[0]['row']} is not an object with named values.",
            hint='Send each row as {"column": value, …}.',
            problems=problems[:100],
        )


def tamed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Rewrite what JSON can say but tables cannot hold.

    Whole numbers beyond 64 bits become text, which may have any length; half
    characters (lone surrogates) become question marks.

    Examples
    --------
    >>> tamed({"a": 2**70, "b": 1})
    {'a': '1180591620717411303424', 'b': 1}
    """
    return {name: _tamed_value(value) for name, value in record.items()}


def _tamed_value(value: Any) -> Any:
    if type(value) is int and abs(value) >> 63:
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def unfit(
    records: Sequence[Mapping[str, Any]] | pd.DataFrame, frame: pd.DataFrame
) -> list[tuple[int, str]]:
    """Find the values that were given but did not fit, and count as missing.

    Examples
    --------
    >>> unfit([{"age": "old"}], pd.DataFrame({"age": [None]}))
    [(0, 'age is "old", which does not fit.')]
    """
    given = records if isinstance(records, pd.DataFrame) else pd.DataFrame(records)
    found = []
    for name in frame.columns:
        if name not in given.columns:
            continue
        lost = frame[name].isna().to_numpy() & given[name].notna().to_numpy()
        for row in np.flatnonzero(lost):
            text = str(given[name].iloc[row]).strip()
            if text:
                found.append(
                    (int(row), f'{name} is "{text[:60]}", which does not fit.')
                )
    return found
