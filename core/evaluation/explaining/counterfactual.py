"""Counterfactuals: the smallest change of a row that changes what is decided."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np

from core.data import Schema
from core.data.frames import TEXT_KINDS
from core.errors import EvaluationError
from core.evaluation.explaining.changes import Change, Counterfactual, Search
from core.evaluation.explaining.moves import Move, between, moves_of, size_of
from core.evaluation.explaining.values import plain_value
from core.modeling.metrics import Floats

Direction = Literal["any", "up", "down", "locked"]
Shortfall = Callable[[Mapping[str, Any], int], Floats]
"""Plain columns of n_rows rows in; how far each is from the wish, at most 0 when it
is reached. Smaller is nearer."""

MOST_CHANGES: Final = 4
_BEAM: Final = 24
_EACH: Final = 0.25
"""Added for each column changed: one column is easier to change than two."""


def find_counterfactuals(
    raw: Mapping[str, Any],
    schema: Schema,
    shortfall: Shortfall,
    *,
    directions: Mapping[str, Direction] | None = None,
    most: int = 3,
) -> Search:
    """Look for the smallest changes of one row that reach a wish.

    Every allowed value of every column is tried alone; the most promising
    changes are joined with each other one, up to four columns. What is found is
    then made smaller: each number is moved back to the round value nearest to its old
    one that still reaches the wish, and changes that are not needed are taken back.
    Numbers and dates stay within the 1st to 99th percentile of the training rows,
    words are known ones; sentences and identifiers are left alone. The same row
    always gives the same answer.

    Parameters
    ----------
    raw : mapping of str to sequence of one value
        The row as plain columns; see `FrameEncoder.encode`.
    schema : Schema
        Of the columns, described on the training rows.
    shortfall : callable
        The wish.
    directions : mapping of str to {"any", "up", "down", "locked"}, default=None
        Columns that are not named may go either way; "up" and "down" hold for
        numbers and dates.
    most : int, default=3
        Return at most so many, of different columns.

    Raises
    ------
    EvaluationError
        A column or direction is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": range(20, 80)}))
    >>> search = find_counterfactuals(
    ...     {"age": np.array([30.0])}, schema, lambda raw, n: 40.5 - raw["age"])
    >>> search.found[0].words
    'age 41 instead of 30'
    """
    chosen = dict(directions or {})
    _refuse_unknown(chosen, schema)
    hunt = _Hunt(raw, schema, shortfall)
    if hunt.ask([{}])[0] <= 0:
        return Search((), True, hunt.n_answers)
    moves = [
        move
        for column in schema
        for move in moves_of(
            column, raw[column.name][0], chosen.get(column.name, "any")
        )
    ]
    reached = _look(hunt, moves)
    best: dict[frozenset[str], dict[str, Any]] = {}
    for changed in reached[: most * 2]:
        small = hunt.shrink(changed)
        key = frozenset(small)
        if key not in best or hunt.cost(small) < hunt.cost(best[key]):
            best[key] = small
    ordered = sorted(best.values(), key=lambda c: (hunt.cost(c), sorted(c)))
    return Search(
        tuple(hunt.told(changed) for changed in _different(ordered)[:most]),
        False,
        hunt.n_answers,
    )


def _look(hunt: "_Hunt", moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Return changes that reach the wish, cheapest first; wider ones if need be."""
    tried: list[dict[str, Any]] = [{}]
    reached: list[dict[str, Any]] = []
    for _ in range(MOST_CHANGES):
        wider = [
            {**base, move.column: move.value}
            for base in tried
            for move in moves
            if move.column not in base
        ]
        if not wider:
            break
        left = hunt.ask(wider)
        costs = np.array([hunt.cost(changed) for changed in wider])
        reached.extend(wider[i] for i in np.flatnonzero(left <= 0))
        cheapest = min((hunt.cost(c) for c in reached), default=np.inf)
        open_ = np.flatnonzero((left > 0) & (costs + _EACH < cheapest))
        gain = (hunt.start - left[open_]) / costs[open_]
        tried = list(_promising(wider, left, open_, gain))
    reached.sort(key=lambda changed: (hunt.cost(changed), sorted(changed)))
    return list(_one_each(reached))


def _promising(
    wider: Sequence[dict[str, Any]], left: Floats, open_: Any, gain: Floats
) -> Iterator[dict[str, Any]]:
    """Yield those that come nearest, and those that gain most for their size."""
    near = open_[np.argsort(left[open_], kind="stable")]
    steep = open_[np.argsort(-gain, kind="stable")]
    for order in (near, steep):
        seen: set[frozenset[str]] = set()
        for i in order:
            key = frozenset(wider[i])
            if key not in seen and len(seen) < _BEAM // 2:
                seen.add(key)
                yield wider[i]


def _one_each(reached: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the cheapest of each set of columns."""
    seen: set[frozenset[str]] = set()
    for changed in reached:
        if frozenset(changed) not in seen:
            seen.add(frozenset(changed))
            yield changed


def _different(ordered: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out those that only add columns to a nearer one."""
    kept: list[dict[str, Any]] = []
    for changed in ordered:
        if not any(set(other) <= set(changed) for other in kept):
            kept.append(changed)
    return kept


class _Hunt:
    """One row, its wish, and what changes of it cost."""

    def __init__(
        self, raw: Mapping[str, Any], schema: Schema, shortfall: Shortfall
    ) -> None:
        self.raw, self.schema, self._shortfall = raw, schema, shortfall
        self.columns = {column.name: column for column in schema}
        self.n_answers = 0
        self.start = float(self.ask([{}])[0])

    def ask(self, changes: Sequence[Mapping[str, Any]]) -> Floats:
        """Return how far the row is from the wish under each change."""
        n_rows = len(changes)
        table: dict[str, Any] = {}
        for name, values in self.raw.items():
            own = values[0]
            column = [changed.get(name, own) for changed in changes]
            words = self.columns[name].kind in TEXT_KINDS
            table[name] = column if words else np.asarray(column, dtype=np.float64)
        self.n_answers += n_rows
        return np.asarray(self._shortfall(table, n_rows), dtype=np.float64)

    def cost(self, changed: Mapping[str, Any]) -> float:
        """Return the size of all changes and 0.25 for each."""
        sizes = (self.size(name, value) for name, value in changed.items())
        return float(sum(sizes)) + _EACH * len(changed)

    def size(self, name: str, value: Any) -> float:
        return size_of(self.columns[name], self.raw[name][0], value)

    def shrink(self, changed: dict[str, Any]) -> dict[str, Any]:
        """Return a smaller change that still reaches the wish."""
        small = dict(changed)
        for name in sorted(changed, key=lambda n: -self.size(n, changed[n])):
            without = {k: v for k, v in small.items() if k != name}
            if without and self.ask([without])[0] <= 0:
                small = without
                continue
            small[name] = self._nearer(small, name)
        return small

    def _nearer(self, changed: dict[str, Any], name: str) -> Any:
        """Return the value nearest to the old one that still reaches the wish."""
        old, new = self.raw[name][0], changed[name]
        column = self.columns[name]
        if isinstance(new, str) or column.kind == "boolean" or not np.isfinite(old):
            return new
        for fine in (False, True):  # at every round value, then between two of them
            options = between(column, float(old), float(new), fine=fine)
            if not options:
                break
            left = self.ask([{**changed, name: value} for value in options])
            new = next(
                (v for v, far in zip(options, left, strict=True) if far <= 0), new
            )
        return new

    def told(self, changed: Mapping[str, Any]) -> Counterfactual:
        """Return the record of a change."""
        changes = [
            Change(
                name,
                plain_value(self.columns[name].kind, self.raw[name][0]),
                plain_value(self.columns[name].kind, value),
                self.size(name, value),
            )
            for name, value in changed.items()
        ]
        changes.sort(key=lambda change: -change.size)
        record = {change.column: change.after for change in changes}
        return Counterfactual(tuple(changes), self.cost(changed), record)


def _refuse_unknown(directions: Mapping[str, str], schema: Schema) -> None:
    for name, direction in directions.items():
        if name not in schema:
            raise EvaluationError(
                f"There is no column {name[:60]!r} to lock or to lead.",
                hint=f"Name columns of the model, such as {schema.names[0]!r}.",
            )
        if str(direction) not in ("any", "up", "down", "locked"):
            raise EvaluationError(
                f"{str(direction)[:60]!r} is no direction for {name!r}.",
                hint='Choose "any", "up", "down" or "locked".',
            )
