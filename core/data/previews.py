"""What a recipe would do: the rows a step changes, and how it fits another table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.cleaning import changed_cells
from core.data.frames import canonical
from core.data.recipe import Recipe, Step
from core.data.steps import STEPS
from core.errors import DataError

N_SHOWN = 5


@dataclass(frozen=True, eq=False)
class StepPreview:
    """Some of the rows that one step changes.

    Attributes
    ----------
    before : DataFrame of shape (n_shown, n_columns)
        The columns concerned, or all columns of rows that are left out.
    after : DataFrame of shape (n_shown, n_columns), or None
        The same rows after the step; None when they are left out.
    n_rows : int
        Rows changed or left out in all.
    """

    before: pd.DataFrame
    after: pd.DataFrame | None
    n_rows: int


def preview_step(
    frame: pd.DataFrame,
    recipe: Recipe,
    position: int,
    n_shown: int = N_SHOWN,
    *,
    n_done: int = 0,
) -> StepPreview:
    """Show what the step at a position does to the rows that reach it.

    `n_done` of the first steps were done on the table already. All rows are counted,
    `n_shown` of them shown.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 9.0, 2.0]})
    >>> recipe = Recipe((Step("clip", ("a",), {"maximum": 5}),))
    >>> found = preview_step(table, recipe, 0)
    >>> found.before["a"].tolist(), found.after["a"].tolist(), found.n_rows
    ([9.0], [5.0], 1)
    """
    step = recipe.steps[position]
    before = Recipe(recipe.steps[:position]).apply(frame, n_done)
    keep = STEPS[step.kind].keep
    if keep is not None:
        _refuse_absent(recipe, position, before)
        rows = np.flatnonzero(~keep(before, step.columns, step.options).to_numpy())
        return StepPreview(before.iloc[rows[:n_shown]], None, rows.size)
    after = Recipe(recipe.steps[: position + 1]).apply(before, position)
    cells = {
        str(name): changed_cells(before[name], after[name])
        for name in after.columns
        if name in before.columns
    }
    touched = [name for name, changed in cells.items() if changed.any()]
    added = [name for name in after.columns if name not in before.columns]
    dropped = [name for name in before.columns if name not in after.columns]
    changed = np.full(len(before), bool(added or dropped))
    for name in touched:
        changed |= cells[name]
    rows = np.flatnonzero(changed)
    source = list(dict.fromkeys([*dropped, *touched, *step.needs]))
    return StepPreview(
        before[source].iloc[rows[:n_shown]],
        after[[*touched, *added]].iloc[rows[:n_shown]],
        rows.size,
    )


def _refuse_absent(recipe: Recipe, position: int, before: pd.DataFrame) -> None:
    """Raise what the recipe raises where a column of the step is not there."""
    Recipe(recipe.steps[: position + 1]).apply(before.head(0), position)


@dataclass(frozen=True)
class RecipeFit:
    """How a recipe fits a table that it was not made on.

    Attributes
    ----------
    recipe : Recipe
        The steps that can be done, without the columns that are not there.
    missing : tuple of str
        Columns that steps need or that the first table had, and this one lacks.
    added : tuple of str
        Columns that the first table did not have; empty when it is not known.
    left_out : tuple of Step
        Steps that cannot be done.
    """

    recipe: Recipe
    missing: tuple[str, ...]
    added: tuple[str, ...]
    left_out: tuple[Step, ...]


def fit_recipe(
    recipe: Recipe, frame: pd.DataFrame, made_on: Sequence[str] = ()
) -> RecipeFit:
    """Try a recipe on another table.

    Parameters
    ----------
    recipe : Recipe
    frame : DataFrame of shape (n_rows, n_columns)
    made_on : sequence of str, default ()
        Columns of the table that the recipe was made on, where known.

    Examples
    --------
    >>> recipe = Recipe((Step("drop_columns", ("a", "b")),))
    >>> found = fit_recipe(recipe, pd.DataFrame({"b": [1], "c": [2]}), ["a", "b"])
    >>> found.missing, found.added, [step.columns for step in found.recipe.steps]
    (('a',), ('c',), [('b',)])
    """
    table = canonical(frame)
    missing = dict.fromkeys(n for n in made_on if n not in table.columns)
    added = tuple(n for n in table.columns if made_on and n not in made_on)
    done: list[Step] = []
    left_out: list[Step] = []
    for step in recipe.steps:
        absent = [name for name in step.needs if name not in table.columns]
        missing.update(dict.fromkeys(absent))
        present = tuple(name for name in step.columns if name in table.columns)
        if absent and not present:
            left_out.append(step)
            continue
        try:
            fitting = Step(step.kind, present, step.options)
            table = Recipe((fitting,)).apply(table)
        except DataError:
            left_out.append(step)
        else:
            done.append(fitting)
    return RecipeFit(Recipe(tuple(done)), tuple(missing), added, tuple(left_out))
