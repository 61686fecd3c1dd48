"""Recipes: ordered cleaning steps, kept as data and replayed on any table."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from core.data.cleaning import count_changed
from core.data.cohort import Cohort
from core.data.frames import canonical
from core.data.row_rules import KEEP, WHICH
from core.data.script import write_script
from core.data.steps import STEPS, StepKind
from core.errors import DataError


@dataclass(frozen=True)
class Step:
    """One cleaning step.

    Parameters
    ----------
    kind : str
        A key of `STEPS`.
    columns : tuple of str, default ()
    options : mapping of str to JSON values, default {}
        What the step's fields ask for.

    Raises
    ------
    DataError
        The kind is unknown, a required option is missing, or columns are.

    Examples
    --------
    >>> Step("drop_columns", ("id",)).sentence
    'Drop columns: id'
    >>> Step("clip", ("fee",), {"maximum": 200}).sentence
    'Limit to a range: fee (highest value 200)'
    """

    kind: str
    columns: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        known = STEPS.get(self.kind)
        if known is None:
            raise DataError(
                f"There is no cleaning step {self.kind!r}.",
                hint=f"Use one of {', '.join(STEPS)}.",
            )
        _check_step(known, self.columns, self.options)

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_dict(), sort_keys=True))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Step, (self.kind, self.columns, dict(self.options)))

    @property
    def sentence(self) -> str:
        """What the step does, in words; names stand as they are."""
        known = STEPS[self.kind]
        named = {f.name: f.title.lower() for f in known.fields if f.kind == "number"}
        rules = {f.name for f in known.fields if f.kind == "cohort"}
        details = [
            f"{named[key]} {_written(v)}" if key in named
            else _written_rule(v) if key in rules else _written(v)
            for key, v in self.options.items()
            if v is not None and v not in WHICH
        ]  # fmt: skip
        if known.columns == "none":
            kept = self.options.get("rows") == KEEP
            title = known.title.replace("Drop", "Keep only" if kept else "Drop", 1)
            return f"{title}: {' = '.join(details)}"
        columns = ", ".join(self.columns) or "all columns"
        said = f" ({', '.join(details)})" if details else ""
        return f"{known.title}: {columns}{said}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must be there: those named, and those of a rule."""
        read = [
            name
            for item in STEPS[self.kind].fields
            if self.options.get(item.name) is not None
            for name in item.reads(self.options[item.name])
        ]
        return tuple(dict.fromkeys([*self.columns, *read]))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "kind": self.kind,
            "columns": list(self.columns),
            "options": dict(self.options),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Step":
        """Return the step that `to_dict` wrote."""
        return cls(values["kind"], tuple(values["columns"]), values["options"])


def _written_rule(value: Mapping[str, Any]) -> str:
    cohort = Cohort.from_dict(value)
    return f"{cohort.name} ({cohort.sentence})"


def _written(value: Any) -> str:
    """Write an option as a person would; a long list is cut after three."""
    if isinstance(value, Mapping):
        pairs = [f"{old!r} as {new!r}" for old, new in value.items()]
        return _written(pairs)
    if isinstance(value, list | tuple):
        more = f" and {len(value) - 3} more" if len(value) > 3 else ""
        return ", ".join(_written(item) for item in value[:3]) + more
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check_step(
    known: StepKind, columns: tuple[str, ...], options: Mapping[str, Any]
) -> None:
    n = len(columns)
    fits = {"none": n == 0, "one": n == 1, "some": n >= 1, "optional": True}
    if not fits[known.columns]:
        raise DataError(
            f"The step {known.title!r} names {len(columns) or 'no'} columns.",
            hint="Choose one column." if known.columns == "one" else "Choose columns.",
        )
    for item in known.fields:
        if not item.accepts(options.get(item.name)):
            allowed = f": {', '.join(item.choices)}" if item.choices else ""
            raise DataError(
                f"The step {known.title!r} cannot take {options.get(item.name)!r} "
                f"as {item.title.lower()!r}.",
                hint=f"Give it {item.title.lower()!r}{allowed}.",
            )


@dataclass(frozen=True)
class StepEffect:
    """What one step did to one table.

    Attributes
    ----------
    step : Step
    n_rows_before, n_rows_after : int
    n_cells_changed : int
        A column added or dropped counts all its cells; dropped rows count none.
    """

    step: Step
    n_rows_before: int
    n_rows_after: int
    n_cells_changed: int

    @classmethod
    def between(
        cls, step: Step, before: pd.DataFrame, after: pd.DataFrame
    ) -> "StepEffect":
        """Compare the tables before and after a step; untouched columns are not."""
        n_cells = count_changed(before, after)
        return cls(step, len(before), len(after), n_cells)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**vars(self), "step": self.step.to_dict()}


@dataclass(frozen=True)
class Recipe:
    """Ordered cleaning steps. None of them learns anything from data.

    Examples
    --------
    >>> recipe = Recipe().with_step(Step("drop_columns", ("id",)))
    >>> recipe.apply(pd.DataFrame({"id": [1, 2], "x": [3, 4]})).columns.tolist()
    ['x']
    >>> Recipe.from_json(recipe.to_json()) == recipe
    True
    """

    steps: tuple[Step, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    def apply(self, frame: pd.DataFrame, n_done: int = 0) -> pd.DataFrame:
        """Return the cleaned table; the one given is not changed.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_columns)
        n_done : int, default 0
            So many of the first steps were done on it already.

        Raises
        ------
        DataError
            A step names a column that is not there, or does not fit its values.
            The message says which step.
        """
        table = canonical(frame)
        for number, step in enumerate(self.steps[n_done:], start=n_done + 1):
            table = _apply_step(table, step, number)
        return table

    def applied(
        self, frame: pd.DataFrame
    ) -> tuple[pd.DataFrame, tuple[StepEffect, ...]]:
        """Return the cleaned table, and what each step did."""
        table = canonical(frame)
        effects = []
        for number, step in enumerate(self.steps, start=1):
            before, table = table, _apply_step(table, step, number)
            effects.append(StepEffect.between(step, before, table))
        return table, tuple(effects)

    def with_step(self, step: Step) -> "Recipe":
        """Return the recipe with one more step at its end."""
        return Recipe((*self.steps, step))

    def without(self, position: int) -> "Recipe":
        """Return the recipe without the step at a position (0 is the first)."""
        return Recipe(tuple(s for i, s in enumerate(self.steps) if i != position))

    def moved(self, position: int, to: int) -> "Recipe":
        """Return the recipe with one step at another position."""
        steps = list(self.steps)
        steps.insert(to, steps.pop(position))
        return Recipe(tuple(steps))

    def for_rows(self) -> "Recipe":
        """Return only the steps that keep every row: those for new rows to score."""
        return Recipe(tuple(s for s in self.steps if not STEPS[s.kind].drops_rows))

    def to_json(self, made_on: Sequence[str] | None = None) -> str:
        """Return the recipe as JSON text, the same for equal recipes.

        Parameters
        ----------
        made_on : sequence of str, default None
            Columns of the table that it was made on, to be told apart later.
        """
        values: dict[str, Any] = {"steps": [step.to_dict() for step in self.steps]}
        if made_on is not None:
            values["columns"] = list(made_on)
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    def to_script(self) -> str:
        """Return the recipe as a pandas script that gives the same frame."""
        return write_script(self.steps, self.content_hash)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Return the recipe that `to_json` wrote.

        Raises
        ------
        DataError
            The text is no recipe.
        """
        try:
            steps = json.loads(text)["steps"]
            return cls(tuple(Step.from_dict(step) for step in steps))
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                "The text is not a recipe.", hint="Use a file that Rondo wrote."
            ) from error

    @staticmethod
    def columns_in(text: str) -> tuple[str, ...]:
        """Return the columns that a recipe's JSON says it was made on, if it does."""
        return tuple(str(name) for name in json.loads(text).get("columns", ()))

    @property
    def content_hash(self) -> str:
        """SHA-256 of the recipe's JSON, as hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def _apply_step(table: pd.DataFrame, step: Step, number: int) -> pd.DataFrame:
    absent = [name for name in step.needs if name not in table.columns]
    if absent:
        raise DataError(
            f"Step {number} ({STEPS[step.kind].title}) needs the column "
            f"{absent[0]!r}, which is not there.",
            hint="Remove the step, or move it before the one that drops the column.",
        )
    return STEPS[step.kind].apply(table, step.columns, step.options)
