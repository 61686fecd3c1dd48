"""A recipe replayed on rows that arrive after training.

A model is fitted on cleaned rows; whoever calls it later sends rows as they are. The
steps that keep every row are done on them too, so that "NORTH" is merged into "North"
and a flag of missing values is set in both places alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from core.data.recipe import Recipe, Step
from core.data.schema import Schema

_N_TRIED = 50


@dataclass(frozen=True)
class Replay:
    """Steps for new rows, and the columns that they start from.

    Attributes
    ----------
    recipe : Recipe
        Only steps that keep every row and that the model's columns depend on.
    inputs : Schema
        The columns a caller gives, by the names that the raw table had.
    """

    recipe: Recipe
    inputs: Schema

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Clean rows that have the columns of `inputs`, in canonical dtypes."""
        return self.recipe.apply(frame) if self.recipe.steps else frame

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {"recipe": self.recipe.to_json(), "inputs": self.inputs.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Replay":
        """Return the replay that `to_dict` wrote."""
        return cls(
            Recipe.from_json(values["recipe"]), Schema.from_dict(values["inputs"])
        )


def replay_of(
    recipe: Recipe, raw: pd.DataFrame, raw_schema: Schema, wanted: Schema
) -> Replay:
    """Return what has to be done to new rows so that they fit a model.

    Parameters
    ----------
    recipe : Recipe
        The recipe that the training rows were cleaned by.
    raw : DataFrame
        The table before it; its first 50 rows are looked at for the columns that
        each step makes.
    raw_schema : Schema
        Of that table.
    wanted : Schema
        The columns that the model takes.

    Examples
    --------
    >>> from core.data.schema import describe_schema
    >>> raw = pd.DataFrame({"id": [1, 2], "fee": [3.0, None]})
    >>> steps = (Step("drop_columns", ("id",)), Step("flag_missing", ("fee",)))
    >>> clean = describe_schema(Recipe(steps).apply(raw))
    >>> found = replay_of(Recipe(steps), raw, describe_schema(raw), clean)
    >>> found.inputs.names, found.apply(raw[["fee"]]).columns.tolist()
    (('fee',), ['fee', 'fee is missing'])
    """
    needed = set(wanted.names)
    kept: list[Step] = []
    renamed: dict[str, str] = {}
    for step, before, after in reversed(_columns_along(recipe, raw)):
        made = after - before
        touched = set(step.columns) & needed
        if not (made & needed or (touched and step.kind != "drop_columns")):
            continue
        kept.insert(0, step)
        if step.kind == "rename":
            new, old = made.pop(), step.columns[0]
            renamed[old] = renamed.pop(new, new)
            needed = (needed - {new}) | {old}
        else:
            needed = (needed - made) | set(step.needs)
    inputs = [
        _as_given(name, raw_schema, wanted, renamed)
        for name in raw_schema.names
        if name in needed
    ]
    return Replay(Recipe(tuple(kept)), Schema(tuple(inputs)))


def _columns_along(
    recipe: Recipe, raw: pd.DataFrame
) -> list[tuple[Step, set[str], set[str]]]:
    """Return each step that keeps rows, with the columns before and after it."""
    table = raw.head(_N_TRIED)
    along = []
    for step in recipe.for_rows().steps:
        before = set(table.columns)
        table = Recipe((step,)).apply(table)
        along.append((step, before, set(table.columns)))
    return along


def _as_given(
    name: str, raw_schema: Schema, wanted: Schema, renamed: Mapping[str, str]
) -> Any:
    """Describe a raw column by its cleaned self, where it has one."""
    cleaned = renamed.get(name, name)
    if cleaned in wanted:
        return replace(wanted[cleaned], name=name)
    return raw_schema[name]
