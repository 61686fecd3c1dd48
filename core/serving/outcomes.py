"""Outcomes: the truth that arrives later, joined to predictions by their ids."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update

from core.data.frames import cell_text
from core.errors import SchemaError, ServingError
from core.modeling.model import Model
from core.registry.json_values import json_ready
from core.serving.answer import Label
from core.storage.tables import outcomes, predictions

Item = TypeVar("Item")

_CHUNK = 500
_ID = re.compile(r"[0-9a-f]{32}")
MOST_UNKNOWN = 100
"""So many unknown ids are listed in one report."""


@dataclass(frozen=True)
class OutcomeReport:
    """What became of the outcomes that were sent.

    Attributes
    ----------
    n_added : int
        Predictions whose outcome was not known before.
    n_replaced : int
        Outcomes that contradicted an earlier one, which is now superseded.
    n_repeated : int
        Outcomes that were known already.
    n_empty : int
        Rows without an outcome.
    n_unknown : int
        Ids that are not of a prediction of this project.
    unknown : tuple of str
        The first 100 of them.
    """

    n_added: int
    n_replaced: int
    n_repeated: int
    n_empty: int
    n_unknown: int
    unknown: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**vars(self), "unknown": list(self.unknown)}


def read_outcomes(model: Model, values: Sequence[Any]) -> list[Label | None]:
    """Return outcomes as the model's own labels or numbers; None where empty.

    A CSV knows only text, and JSON may say 1 where the label is "1": each value is
    matched with the label that is written the same way.

    Parameters
    ----------
    model : Model
    values : sequence of n_rows values

    Raises
    ------
    SchemaError
        A value is no label of the model, or no number; its ``problems`` list them.

    """
    classes = None if model.classes_ is None else model.classes_.tolist()
    labels = {cell_text(label): label for label in classes or ()}
    allowed = f"one of {', '.join(labels)}" if labels else "a number"
    read: list[Label | None] = []
    problems: list[dict[str, object]] = []
    for row, given in enumerate(values):
        value = json_ready(given)
        if value is None or value == "":
            read.append(None)
            continue
        found = labels.get(cell_text(value)) if labels else _number(value)
        if found is None:
            problems.append(
                {"row": row, "column": model.target, "value": value, "allowed": allowed}
            )
        read.append(found)
    if problems:
        raise SchemaError(
            f"{problems[0]['value']!r} is not {allowed}; "
            f"{len(problems):,} of {len(values):,} outcomes do not fit.",
            hint=f"Send {allowed} as the outcome.",
            problems=problems[:MOST_UNKNOWN],
        )
    return read


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def write_outcomes(
    connection: Connection,
    project: str,
    pairs: Sequence[tuple[str, Any]],
    at: datetime,
) -> OutcomeReport:
    """Write outcomes in the caller's transaction (see `PredictionLog.add_outcomes`)."""
    given = [(str(id_), _scalar(value)) for id_, value in pairs]
    present = [(id_, value) for id_, value in given if value is not None]
    ids = list(dict.fromkeys(id_ for id_, _ in present))
    known = set(_known_ids(connection, project, ids))
    merge = _Merge(dict(_current(connection, [id_ for id_ in ids if id_ in known])))
    for id_, value in present:
        if id_ in known:
            merge.take(id_, value, {"project_id": project, "at": at})
    _store(connection, merge.rows, merge.superseded)
    unknown = tuple(id_ for id_ in ids if id_ not in known)
    return OutcomeReport(
        n_added=len(merge.rows) - merge.n_replaced,
        n_replaced=merge.n_replaced,
        n_repeated=merge.n_repeated,
        n_empty=len(given) - len(present),
        n_unknown=len(unknown),
        unknown=unknown[:MOST_UNKNOWN],
    )


class _Merge:
    """Takes outcomes one by one and tells new, repeated and contradicting apart."""

    def __init__(self, current: dict[str, dict[str, Any]]) -> None:
        self.current = current
        self.rows: list[dict[str, Any]] = []
        self.superseded: list[int] = []
        self.n_replaced = 0
        self.n_repeated = 0

    def take(self, id_: str, value: Any, shared: dict[str, Any]) -> None:
        """Take the outcome of one known prediction."""
        before = self.current.get(id_)
        if before is not None and _same(before["value"], value):
            self.n_repeated += 1
            return
        if before is not None:
            self.n_replaced += 1
            before["superseded"] = True
            if "id" in before:  # it is in the database already
                self.superseded.append(before["id"])
        row = {"prediction_id": id_, "value": value, "superseded": False, **shared}
        self.current[id_] = row
        self.rows.append(row)


def _known_ids(
    connection: Connection, project: str, ids: Sequence[str]
) -> Iterator[str]:
    c = predictions.c
    for chunk in _chunks([id_ for id_ in ids if _ID.fullmatch(id_)]):
        # Asked for the project too, SQLite would go through all rows of the project.
        found = connection.execute(
            select(c.id, c.project_id)
            .where(c.id.in_(chunk))
            .with_for_update()  # SQLite has locked already; others lock the rows
        )
        yield from (row.id for row in found if row.project_id == project)


def _current(
    connection: Connection, ids: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for chunk in _chunks(ids):
        found = connection.execute(
            select(outcomes.c.id, outcomes.c.prediction_id, outcomes.c.value).where(
                outcomes.c.prediction_id.in_(chunk), outcomes.c.superseded.is_(False)
            )
        )
        for row in found:
            yield row.prediction_id, {"id": row.id, "value": row.value}


def _store(
    connection: Connection, rows: Sequence[dict[str, Any]], superseded: Sequence[int]
) -> None:
    for chunk in _chunks(superseded):
        connection.execute(
            update(outcomes).where(outcomes.c.id.in_(chunk)).values(superseded=True)
        )
    if rows:
        connection.execute(insert(outcomes), list(rows))


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _scalar(value: Any) -> Any:
    plain = json_ready(value)
    if isinstance(plain, list | dict):
        raise ServingError(
            "An outcome is a single value, not a list or an object.",
            hint="Send the label or the number that came true for each id.",
        )
    return None if plain == "" else plain


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
