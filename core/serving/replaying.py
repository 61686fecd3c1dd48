"""A recipe replayed on few rows at once: what was worked out is looked up again.

pandas takes milliseconds for one row, however little there is to do. But what a recipe
makes of a value depends on that value alone, and categories, flags and typical numbers
come again and again. So columns that no step touches go straight through, and of the
others each combination of values is worked out once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.data import Recipe, Replay, coerce
from core.data.cells import RawColumns, plain_columns
from core.data.schema import Schema
from core.modeling.encoder import raw_columns

FEW_ROWS: Final = 8
"""More rows than these are cleaned as a table, which then costs less."""
_MOST_KEPT: Final = 10_000
_WORDS: Final = ("category", "text", "id")

Key = tuple[Any, ...]


@dataclass(frozen=True)
class _Group:
    """Steps that share columns, and nothing with other steps.

    Attributes
    ----------
    recipe : Recipe
    given : Schema
        The columns a caller sends that the steps look at.
    made : Schema
        The columns of the model that come of them.
    known : dict
        Values made, by the values given.
    """

    recipe: Recipe
    given: Schema
    made: Schema
    known: dict[Key, Key] = field(default_factory=dict)

    def look_up(self, key: Key, record: Mapping[str, Any]) -> Key:
        """Return the values that come of a record's."""
        found = self.known.get(key)
        if found is None:
            frame = coerce([dict(record)], self.given, strict=True)
            cleaned = coerce(self.recipe.apply(frame), self.made)
            columns = raw_columns(cleaned, self.made)
            found = tuple(columns[name][0] for name in self.made.names)
            if len(self.known) >= _MOST_KEPT:
                self.known.clear()
            self.known[key] = found
        return found


class QuickReplay:
    """Cleans few records without a table; safe to use from several threads.

    Parameters
    ----------
    replay : Replay
        What new rows get before the model.
    schema : Schema
        The columns that the model takes.
    """

    def __init__(self, replay: Replay, schema: Schema) -> None:
        self._inputs, self._schema = replay.inputs, schema
        self._groups = _groups(replay, schema)

    def columns(self, records: Sequence[Mapping[str, Any]]) -> RawColumns | None:
        """Return the model's columns; None when a table has to be made of them.

        Parameters
        ----------
        records : sequence of n_rows mappings
        """
        if self._groups is None or len(records) > FEW_ROWS:
            return None
        given = plain_columns(records, self._inputs)
        if given is None:
            return None
        made: RawColumns = {}
        for group in self._groups:
            names = group.given.names
            rows = [
                group.look_up(_key(given, names, row), _only(record, names))
                for row, record in enumerate(records)
            ]
            for column, values in zip(group.made, zip(*rows, strict=True), strict=True):
                words = column.kind in _WORDS
                made[column.name] = list(values) if words else np.array(values, float)
        return {
            name: made[name] if name in made else given[name]
            for name in self._schema.names
        }


def _key(given: RawColumns, names: Sequence[str], row: int) -> Key:
    """Return a row's values; missing numbers, unequal to themselves, as None."""
    values = (given[name][row] for name in names)
    return tuple(
        None if isinstance(value, float) and math.isnan(value) else value
        for value in values
    )


def _only(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: record[name] for name in names if name in record}


def _groups(replay: Replay, schema: Schema) -> tuple[_Group, ...] | None:
    """Part the steps by the columns they share; None where one looks at all."""
    frame = coerce([{}], replay.inputs)
    parts: list[tuple[set[str], list[Any]]] = []
    for step in replay.recipe.steps:
        if not step.columns and not step.needs:
            return None
        before = set(frame.columns)
        frame = Recipe((step,)).apply(frame)
        touched = {*step.columns, *step.needs, *(set(frame.columns) ^ before)}
        steps = [step]
        for part in [part for part in parts if part[0] & touched]:
            parts.remove(part)
            touched |= part[0]
            steps = [*part[1], *steps]
        parts.append((touched, steps))
    order = {id(step): i for i, step in enumerate(replay.recipe.steps)}
    return tuple(
        _Group(
            Recipe(tuple(sorted(steps, key=lambda step: order[id(step)]))),
            replay.inputs.select(n for n in replay.inputs.names if n in touched),
            schema.select(n for n in schema.names if n in touched),
        )
        for touched, steps in parts
    )
