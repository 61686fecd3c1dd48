"""The column to predict: which one it may be, and what kind of task it sets."""

from typing import Final, Literal

import numpy as np
import pandas as pd

from core.data.frames import TEXT_KINDS, canonical, canonical_column, kind_of_dtype
from core.data.schema import ColumnSchema
from core.errors import DataError

Task = Literal["binary", "multiclass", "regression"]
"""What is predicted: one of two classes, one of several, or a number."""

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")

MOST_CLASSES: Final = 20
"""Whole numbers with more different values than this are taken as a quantity."""

_NAMES = (
    "target", "label", "class", "y", "outcome", "churn", "churned", "survived",
    "default", "fraud", "response", "converted", "diagnosis", "species", "quality",
    "price", "medianhousevalue", "cnt", "sales", "demand", "result",
)  # fmt: skip


def suggest_task(values: pd.Series) -> Task:
    """Suggest the task that predicting this column sets.

    Two different values make it "binary"; words, and whole numbers with at most
    20 different values of which each occurs ten times on average, "multiclass";
    other numbers "regression".

    Parameters
    ----------
    values : Series of shape (n_rows,)
        Missing values are left out.

    Returns
    -------
    {"binary", "multiclass", "regression"}

    Raises
    ------
    DataError
        Fewer than two different values, or dates.

    Examples
    --------
    >>> suggest_task(pd.Series(["yes", "no", "yes"]))
    'binary'
    >>> suggest_task(pd.Series([1.5, 2.5, 9.0]))
    'regression'
    """
    column = canonical_column(values)
    present = column.dropna()
    n_distinct = int(present.nunique())
    if n_distinct < 2:
        found = "no values" if n_distinct == 0 else "the same value in every row"
        raise DataError(
            f"The column {values.name!r} has {found}; there is nothing to predict.",
            hint="Choose a target with at least two different values.",
        )
    kind = kind_of_dtype(column)
    if kind == "date":
        raise DataError(
            f"The column {values.name!r} holds dates, which cannot be a target.",
            hint="Predict a number, for example the days until that date.",
        )
    if n_distinct == 2:
        return "binary"
    if kind == "category":
        return "multiclass"
    numbers = present.to_numpy(dtype="float64")
    whole = bool((numbers == np.rint(numbers)).all())
    few = n_distinct <= MOST_CLASSES and len(numbers) >= 10 * n_distinct
    return "multiclass" if whole and few else "regression"


def fitting_tasks(column: ColumnSchema) -> tuple[Task, ...]:
    """Return the tasks that a column can be the target of; () for one that cannot be.

    Examples
    --------
    >>> from core.data.schema import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"left": ["a", "b"], "n": [1.5, 2.5]}))
    >>> fitting_tasks(schema["left"]), fitting_tasks(schema["n"])
    (('binary',), ('binary', 'regression'))
    """
    if column.n_distinct < 2 or column.kind == "date":
        return ()
    words = column.kind in TEXT_KINDS or column.kind == "boolean"
    two = column.n_distinct == 2
    fits = {"binary": two, "multiclass": not two, "regression": not words}
    return tuple(task for task in TASKS if fits[task])


def suggest_target(frame: pd.DataFrame) -> str | None:
    """Suggest the column to predict, or None when no column can be one.

    A column with a customary name ("target", "churn", …) comes first, then the
    last one that is neither constant, nor a date, nor nearly all different words.

    Examples
    --------
    >>> suggest_target(pd.DataFrame({"churn": [0, 1, 0], "age": [30, 40, 50]}))
    'churn'
    """
    table = canonical(frame)
    names = [str(name) for name in table.columns]
    plain = {name: "".join(filter(str.isalnum, name.lower())) for name in names}
    for wanted in _NAMES:
        for name in names:
            if plain[name] == wanted and _can_be_target(table[name]):
                return name
    return next((name for name in reversed(names) if _can_be_target(table[name])), None)


def _can_be_target(values: pd.Series) -> bool:
    kind = kind_of_dtype(values)
    present = values.dropna()
    n_distinct = int(present.nunique())
    if kind == "date" or n_distinct < 2:
        return False
    return kind != "category" or n_distinct <= max(MOST_CLASSES, len(present) // 10)
