"""From the columns a model was trained on to the fields of a form."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from core.data.schema import ColumnSchema, Schema
from core.serving.typical import limits_of, nice_step, on_grid, typical_number
from pages.shared.predict_fields import EMPTY, Field

N_FIRST: Final = 12
"""So many fields are asked for before the rest is folded away."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S = 86_400
_FIRST_DAY, _LAST_DAY = date(1700, 1, 1), date(2299, 12, 31)


def fields_of(schema: Schema) -> tuple[Field, ...]:
    """Return the fields that ask for a model's columns; identifiers are not asked.

    Parameters
    ----------
    schema : Schema
        Features, described from the training rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> frame = pd.DataFrame({"age": range(20, 80), "plan": ["a", "b", "b"] * 20})
    >>> age, plan = fields_of(describe_schema(frame))
    >>> age.control, age.low, age.high, age.default
    ('slider', 21, 78, 50)
    >>> plan.control, plan.default, plan.label_of("b")
    ('choice', 'b', 'b (40)')
    """
    return tuple(_field(column) for column in schema if column.kind != "id")


def _field(column: ColumnSchema) -> Field:
    match column.kind:
        case "number" | "integer":
            return _number_field(column)
        case "boolean":
            return Field(column.name, "toggle", column.levels[:1] == ("True",))
        case "date":
            return _date_field(column)
        case "category":
            return _choice_field(column)
        case _:
            repeated = column.counts and column.counts[0] > 1
            return Field(column.name, "text", column.levels[0] if repeated else "")


def _number_field(column: ColumnSchema) -> Field:
    whole = column.kind == "integer"
    default, limits = typical_number(column), limits_of(column)
    if limits is None:
        step = nice_step(column.low or 0.0, column.high or 0.0, whole=whole)
        return Field(column.name, "number", default, step=step)
    first, last, step = limits
    low, high = on_grid(first, step), on_grid(last, step)
    return Field(column.name, "slider", default, low, high, step)


def _choice_field(column: ColumnSchema) -> Field:
    return Field(
        column.name,
        "choice",
        column.levels[0] if column.levels else EMPTY,
        options=(*column.levels, EMPTY),
        counts=(*column.counts, column.n_missing),
    )


def _date_field(column: ColumnSchema) -> Field:
    known = (column.minimum, column.median, column.maximum)
    seconds = [value for value in known if value is not None]
    if any(value % _DAY_S for value in (column.minimum, column.maximum) if value):
        instants = [_instant(value) for value in seconds]
        start = datetime.combine(_FIRST_DAY, datetime.min.time())
        end = datetime.combine(_LAST_DAY, datetime.min.time())
        low, high = min(instants[0], start), max(instants[-1], end)
        return Field(column.name, "moment", instants[1], low, high)
    days = [_instant(value).date() for value in seconds]
    low_day = min([_FIRST_DAY, *days])
    high_day = max([_LAST_DAY, *days])
    default = days[1] if len(days) == 3 else None
    return Field(column.name, "date", default, low_day, high_day)


def _instant(seconds: float) -> datetime:
    """Return the UTC time of so many POSIX seconds, without a zone."""
    return (_EPOCH + timedelta(seconds=int(seconds))).replace(tzinfo=None)


def importance_of(evaluation: Mapping[str, Any] | None) -> dict[str, float]:
    """Return the importance of each column as a version's evaluation tells it.

    Parameters
    ----------
    evaluation : mapping or None
        As kept with the version; its "importance" is a sequence of mappings with
        "column" and "value".

    Examples
    --------
    >>> importance_of({"importance": [{"column": "age", "value": 0.2}]})
    {'age': 0.2}
    """
    listed = (evaluation or {}).get("importance") or ()
    return {str(item["column"]): float(item["value"]) for item in listed}


def arrange(
    fields: Sequence[Field], importance: Mapping[str, float], n_first: int = N_FIRST
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Return the fields to ask for first, and the rest; most important first.

    Fields of equal or unknown importance keep their order. A rest of one or two
    is not worth folding away and joins the first.

    Examples
    --------
    >>> fields = [Field(name, "text", "") for name in "abcd"]
    >>> first, rest = arrange(fields, {"c": 0.3}, n_first=1)
    >>> [field.name for field in first], [field.name for field in rest]
    (['c'], ['a', 'b', 'd'])
    """
    ordered = sorted(fields, key=lambda field: -importance.get(field.name, 0.0))
    cut = n_first if len(ordered) > n_first + 2 else len(ordered)
    return tuple(ordered[:cut]), tuple(ordered[cut:])
