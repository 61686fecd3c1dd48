"""Values that cannot be, told by the name of their column and by common sense."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.facts import Facts
from core.data.frames import NUMBER_KINDS
from core.data.missing_checks import stand_in
from core.data.schema import ColumnSchema
from core.data.values import as_numbers
from core.findings import Finding

MOST_SHARE: Final = 0.05
"""Above it the name is likelier to mean something else."""

Limits = tuple[float, float]
_BY_NAME: Final[tuple[tuple[frozenset[str], Limits], ...]] = (
    (frozenset(("age", "ages")), (0.0, 130.0)),
    (frozenset(("latitude", "lat")), (-90.0, 90.0)),
    (frozenset(("longitude", "lng", "lon")), (-180.0, 180.0)),
    (frozenset(("probability",)), (0.0, 100.0)),
    (frozenset(("height", "weight", "duration", "distance", "quantity", "qty", "count",
                "visits", "population", "tenure")), (0.0, np.inf)),
)  # fmt: skip
_RELATIVE: Final = frozenset((
    "change", "difference", "diff", "delta", "growth", "score", "log", "scaled",
    "normalized", "normalised", "standardized", "relative", "z",
))  # fmt: skip
_DATES: Final = (
    datetime(1900, 1, 2, tzinfo=UTC).timestamp(),
    datetime(2100, 1, 1, tzinfo=UTC).timestamp(),
)


def limits_of(column: ColumnSchema) -> Limits | None:
    """Return between which values a column must lie; None where nothing is known.

    Examples
    --------
    >>> limits_of(ColumnSchema("customer_age", "integer", 9, 0, 9))
    (0.0, 130.0)
    >>> limits_of(ColumnSchema("change of age", "number", 9, 0, 9)) is None
    True
    """
    if column.kind == "date":
        return _DATES
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.name).lower()
    words = set(re.findall(r"[a-z]+", apart))
    if column.kind not in NUMBER_KINDS or words & _RELATIVE:
        return None
    return next((limits for names, limits in _BY_NAME if names & words), None)


def impossible_values(facts: Facts) -> Iterator[Finding]:
    """Find values that cannot be (DATA-026)."""
    for column in facts.inputs:
        schema = column.schema
        n_rows = int(impossible_rows(facts, schema).sum()) if _beyond(schema) else 0
        if not 0 < n_rows <= MOST_SHARE * (schema.n_rows - schema.n_missing):
            continue
        yield Finding(
            "DATA-026", "warning", "Values are impossible",
            f"{n_rows:,} value{'s' if n_rows > 1 else ''} of {schema.name!r} "
            f"{'are' if n_rows > 1 else 'is'} {_said(schema)}.",
            "They are mistakes of entry, or another unit. Correct them at the source, "
            "or treat them as missing.",
            (schema.name,),
        )  # fmt: skip


def impossible_rows(facts: Facts, schema: ColumnSchema) -> NDArray[np.bool_]:
    """Say which rows hold an impossible value that does not stand for missing."""
    limits = limits_of(schema)
    if limits is None or not _beyond(schema):
        return np.zeros(facts.n_rows, dtype=bool)
    numbers = as_numbers(facts.frame[schema.name])
    beyond: NDArray[np.bool_] = (numbers < limits[0]) | (numbers > limits[1])
    known = stand_in(facts, schema.name)
    return beyond if known is None else beyond & (numbers != known)


def _beyond(schema: ColumnSchema) -> bool:
    """Say whether the smallest or the largest value cannot be."""
    limits = limits_of(schema)
    if limits is None or schema.minimum is None or schema.maximum is None:
        return False
    return schema.minimum < limits[0] or schema.maximum > limits[1]


def _said(schema: ColumnSchema) -> str:
    limits = limits_of(schema)
    if schema.kind == "date" or limits is None:
        return "before 2 January 1900 or after the year 2099"
    low, high = limits
    return f"below {low:g}" + (f" or above {high:g}" if np.isfinite(high) else "")


def blanking_limits(schema: ColumnSchema) -> dict[str, float] | None:
    """Return the options of the step that makes such values missing."""
    limits = limits_of(schema)
    if limits is None or schema.kind == "date":
        return None
    low, high = limits
    return {"minimum": low} | ({"maximum": high} if np.isfinite(high) else {})
