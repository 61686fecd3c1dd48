"""What a version takes, told to people and programs."""

from typing import Any

from core.data.schema import ColumnSchema, Schema
from core.registry.version import ModelVersion
from core.serving.typical import typical_number
from core.wording import moment_text

_JSON_TYPES = {"number": "number", "integer": "number", "boolean": "boolean"}


def describe_version(version: ModelVersion) -> dict[str, Any]:
    """Return what the API's schema call answers, as JSON-ready values.

    Returns
    -------
    dict
        ``project``, ``version``, ``task``, ``target``, ``classes``, ``pos_label``,
        ``threshold``, ``columns`` (see `describe_column`), ``example`` (a record)
        and ``row_schema`` (JSON Schema of a record).
    """
    model = version.model
    return {
        "project": version.project,
        "version": version.number,
        "task": version.task,
        "target": version.target,
        "classes": None if model.classes_ is None else model.classes_.tolist(),
        "pos_label": model.pos_label,
        "threshold": version.threshold,
        "columns": [describe_column(column) for column in version.schema],
        "example": example_record(version.schema),
        "row_schema": row_schema(version.schema),
    }


def describe_column(column: ColumnSchema) -> dict[str, Any]:
    """Return name, kind, share of missing values, range and known levels."""
    return {
        "name": column.name,
        "kind": column.kind,
        "missing_share": round(column.missing_share, 4),
        "minimum": _value(column, column.minimum),
        "median": _value(column, column.median),
        "maximum": _value(column, column.maximum),
        "levels": list(column.levels),
    }


def example_record(schema: Schema) -> dict[str, Any]:
    """Return a typical record: medians and most frequent levels.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> frame = pd.DataFrame({"age": [30, 41, 50], "plan": ["a", "a", "b"]})
    >>> example_record(describe_schema(frame))
    {'age': 41, 'plan': 'a'}
    """
    return {column.name: _typical(column) for column in schema}


def row_schema(schema: Schema) -> dict[str, Any]:
    """Return the JSON Schema of a record; every value may be left out or null.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> row_schema(describe_schema(pd.DataFrame({"age": [30, 41]})))["properties"]
    {'age': {'type': ['number', 'null'], 'description': '30 to 41 in training'}}
    """
    return {
        "type": "object",
        "properties": {column.name: _property(column) for column in schema},
        "additionalProperties": True,
    }


def _property(column: ColumnSchema) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": [_JSON_TYPES.get(column.kind, "string"), "null"]
    }
    if column.kind == "date":
        described["format"] = "date-time"
    if column.minimum is not None:
        low, high = (_value(column, v) for v in (column.minimum, column.maximum))
        described["description"] = f"{low} to {high} in training"
    elif column.kind == "category":
        described["examples"] = list(column.levels[:20])
    return described


def _typical(column: ColumnSchema) -> Any:
    if column.kind == "boolean":
        return column.levels[:1] == ("True",)
    if column.levels:
        return column.levels[0]
    if column.kind in ("number", "integer"):
        return typical_number(column)
    return _value(column, column.median)


def _value(column: ColumnSchema, value: float | None) -> Any:
    if value is None:
        return None
    if column.kind == "date":
        return moment_text(value)
    if column.kind == "integer":
        return round(value)
    return float(f"{value:.6g}")
