"""Reading the prediction log back as tables."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, Text, and_, cast, select

from core.storage.tables import outcomes, predictions

_AT_ONCE = 10_000
"""So many ids fit in one question to any database."""


@dataclass(frozen=True)
class Filter:
    """Which predictions to read (see `PredictionLog.read`)."""

    project: str
    since: datetime | None = None
    until: datetime | None = None
    version: int | None = None
    with_outcomes: bool = False
    limit: int | None = None
    ids: Sequence[str] | None = None


@dataclass(frozen=True, eq=False)
class CapturedPredictions:
    """Captured predictions, row by row the same in both tables.

    Attributes
    ----------
    meta : DataFrame of shape (n_rows, 12)
        ``id`` (str), ``at`` (datetime64[us], UTC), ``version`` (int64), ``source``
        (str), ``prediction``, ``probability`` (float64), ``latency_ms`` (float64),
        ``warnings`` (a list of str in each cell), ``outcome``, missing where it is
        not known yet, and what was promised: ``interval`` (two numbers),
        ``prediction_set`` (labels) and ``coverage`` (float64), where there is one.
    inputs : DataFrame of shape (n_rows, n_columns)
        What was asked, as it was sent, under the columns' own names; `coerce` it
        by the version's schema.
    """

    meta: pd.DataFrame
    inputs: pd.DataFrame

    def __len__(self) -> int:
        return len(self.meta)


def read_captured(connection: Connection, wanted: Filter) -> CapturedPredictions:
    """Read the predictions that a filter asks for, oldest first."""
    rows = _rows(connection, wanted)
    outputs = _decode([row.output for row in rows])
    known = [row.outcome or "null" for row in rows]
    moments = pd.Series([row.at for row in rows], dtype="datetime64[us, UTC]")
    meta = pd.DataFrame(
        {
            "id": pd.Series([row.id for row in rows], dtype="str"),
            "at": moments.dt.tz_localize(None),
            "version": pd.Series([row.version for row in rows], dtype="int64"),
            "source": pd.Series([row.source for row in rows], dtype="str"),
            "prediction": _cells([output["prediction"] for output in outputs]),
            "probability": _numbers([output["probability"] for output in outputs]),
            "latency_ms": _numbers([row.latency_ms for row in rows]),
            "warnings": pd.Series(
                _decode([row.warnings for row in rows]), dtype=object
            ),
            "outcome": _cells(_decode(known)),
            "interval": _objects([output.get("interval") for output in outputs]),
            "prediction_set": _objects(
                [output.get("prediction_set") for output in outputs]
            ),
            "coverage": _numbers([output.get("coverage") for output in outputs]),
        }
    )
    return CapturedPredictions(meta, _inputs(_decode([row.inputs for row in rows])))


def _rows(connection: Connection, wanted: Filter) -> list[Any]:
    if wanted.ids is None:
        return list(connection.execute(_query(wanted)).all()[::-1])
    found: list[Any] = []
    for first in range(0, len(wanted.ids), _AT_ONCE):
        part = predictions.c.id.in_(wanted.ids[first : first + _AT_ONCE])
        found += connection.execute(_query(wanted).where(part).order_by(None)).all()
    return sorted(found, key=lambda row: (row.at, row.id))


def _query(wanted: Filter) -> Select[Any]:
    """Ask for JSON columns as text: decoding them all at once is ten times quicker."""
    p, o = predictions.c, outcomes.c
    joined = predictions.join(
        outcomes,
        and_(o.prediction_id == p.id, o.superseded.is_(False)),
        isouter=not wanted.with_outcomes,
    )
    # Without statistics SQLite would rather go through a project than look ids up.
    project = p.project_id if wanted.ids is None else p.project_id.concat("")
    query = (
        select(
            p.id,
            p.at,
            p.version,
            p.source,
            p.latency_ms,
            cast(p.output, Text).label("output"),
            cast(p.warnings, Text).label("warnings"),
            cast(p.inputs, Text).label("inputs"),
            cast(o.value, Text).label("outcome"),
        )
        .select_from(joined)
        .where(project == wanted.project)
        .order_by(p.at.desc(), p.id.desc())
    )
    if wanted.since is not None:
        query = query.where(p.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(p.at < wanted.until)
    if wanted.version is not None:
        query = query.where(p.version == wanted.version)
    return query if wanted.limit is None else query.limit(wanted.limit)


def _decode(texts: Sequence[str]) -> list[Any]:
    return list(json.loads(f"[{','.join(texts)}]"))


def _inputs(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = {name: _cells([record.get(name) for record in records]) for name in names}
    index = pd.RangeIndex(len(records))
    return pd.DataFrame(columns, index=index, columns=pd.Index(names, dtype=str))


def _numbers(values: Sequence[float | None]) -> pd.Series:
    return pd.Series(values, dtype="float64")


def _objects(values: Sequence[Any]) -> pd.Series:
    return pd.Series(values, dtype=object)


def _cells(values: Sequence[Any]) -> pd.Series:
    """Return values in the canonical dtype for what they are; mixed ones as objects."""
    kinds = {type(value) for value in values if value is not None}
    complete = None not in values
    if kinds == {bool}:
        return pd.Series(values, dtype="bool" if complete else "boolean")
    if kinds == {int} and complete and _fits(values):
        return pd.Series(values, dtype="int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(values, dtype="float64")
    if kinds <= {str}:
        return pd.Series(values, dtype="str")
    return pd.Series(values, dtype=object)


def _fits(values: Sequence[int]) -> bool:
    bound = 2**63
    return -bound <= min(values) and max(values) < bound
