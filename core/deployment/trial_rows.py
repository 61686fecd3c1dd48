"""Rows that every bundle is tried on: real ones, and the nastiest that callers send."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.schema import ColumnSchema
from core.registry import ModelVersion
from core.registry.json_values import json_ready

N_REAL: Final = 2_000
Record = dict[str, Any]

_NASTY: Final[dict[str, tuple[Any, ...]]] = {
    "number": (0, -1e308, 1e308, "1e3", " 7 ", "seven", True, 1e-320, 2**70),
    "integer": (0, -(2**62), 2**62, "12", "1.5", 0.5, "twelve"),
    "boolean": ("yes", "No", 1, 0.0, "maybe", 2),
    "date": (
        "1900-01-01", "2999-12-31T23:59:59Z", "2024-02-30", "soon", 20240101,
        "0001-01-01T00:30:00+10:00", "9999-12-31T23:30:00-10:00",
    ),
    "words": (
        "never seen before", "x" * 5_000, " \N{SNOWMAN} ", "3", 3.0, False, "=1+1",
    ),
}  # fmt: skip
_EVERYWHERE: Final = (None, "", "   ")


def real_rows(version: ModelVersion, n_rows: int = N_REAL) -> list[Record]:
    """Return rows like those the model was trained on, ready for JSON.

    They are drawn from the version's reference rows. Where these are too few, the
    others have each value drawn from its column alone, as new rows have combinations
    that training never had.

    Parameters
    ----------
    version : ModelVersion
    n_rows : int, default=2000
    """
    rng = np.random.default_rng(0)
    reference = version.reference
    known = 0 if reference is None else len(reference)
    columns = {}
    taken = rng.permutation(known)[:n_rows]
    for column in version.schema:
        if reference is not None and known and column.name in reference:
            values = reference[column.name]
            mixed = rng.integers(0, known, n_rows - len(taken))
            drawn = values.iloc[np.concatenate([taken, mixed]).astype(int)]
            columns[column.name] = _cells(drawn)
        else:
            columns[column.name] = _invented(column, n_rows, rng)
    names = list(columns)
    return [
        dict(zip(names, cells, strict=True))
        for cells in zip(*columns.values(), strict=True)
    ]


def nasty_rows(version: ModelVersion, row: Record) -> list[Record]:
    """Return a row with each value replaced by the worst ones, one at a time.

    Missing, empty and blank; unseen, extreme and far too long; numbers as text, text
    as numbers; then an empty row, an unknown column, and all columns missing.
    """
    rows = [
        {**row, column.name: value}
        for column in version.schema
        for value in (*_EVERYWHERE, *_worst(column))
    ]
    rows.extend(
        {name: value for name, value in row.items() if name != column.name}
        for column in version.schema
    )
    unknown = {**row, "\N{SNOWMAN} no such column": 1}
    return [*rows, {}, unknown, dict.fromkeys(row)]


def _worst(column: ColumnSchema) -> Iterator[Any]:
    yield from _NASTY.get(column.kind, _NASTY["words"])
    if column.kind in ("number", "integer") and column.maximum is not None:
        low = column.maximum if column.minimum is None else column.minimum
        spread = column.maximum - low
        yield from (low, column.maximum, low - spread, column.maximum + spread)


def _cells(values: pd.Series) -> list[Any]:
    """Return a column's values as JSON has them."""
    return [None if pd.isna(value) else json_ready(value) for value in values]


def _invented(column: ColumnSchema, n_rows: int, rng: np.random.Generator) -> list[Any]:
    """Draw values that a column may have, from what its description says."""
    points = (column.minimum, column.low, column.median, column.high, column.maximum)
    pool: list[Any] = [point for point in points if point is not None]
    if column.kind == "date":
        pool = [pd.Timestamp(point, unit="s").isoformat() for point in pool]
    elif not pool:
        pool = list(column.levels)
    pool.append(None)
    return [pool[i] for i in rng.integers(0, len(pool), n_rows)]
