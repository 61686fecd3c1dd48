"""Stress: one column of held-out rows is changed as deliveries do break."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from core.data import Schema
from core.errors import EvaluationError
from core.evaluation.held_out import Glance, HeldOut
from core.evaluation.metrics import MEASURES, MetricValue, measures_for

Kind = Literal["shift", "scale", "unit", "missing", "swap", "category"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MOST_ROWS: Final = 2_000
NEW_LEVEL: Final = "never seen before"
UNIT: Final = 1_000.0
_OF_NUMBERS: Final = ("shift", "scale", "unit", "swap")


@dataclass(frozen=True)
class Change:
    """What is done to a column.

    Attributes
    ----------
    kind : {"shift", "scale", "unit", "missing", "swap", "category"}
    column : str
    amount : float
        Standard deviations of a shift, factor of a scale, share of rows that go
        missing or get a new category; a unit and a swap have none.
    other : str
        The column it is swapped with.
    """

    kind: Kind
    column: str
    amount: float = 0.0
    other: str = ""


@dataclass(frozen=True)
class Stressed:
    """What became of the answers.

    Attributes
    ----------
    n_rows : int
    n_turned : int or None
        Rows whose predicted class changed; None for numbers.
    moved : float
        Mean absolute change of the probabilities (half their sum) or numbers.
    before, after : MetricValue or None
        The model's own metric on these rows, unchanged and changed.
    """

    n_rows: int
    n_turned: int | None
    moved: float
    before: MetricValue | None
    after: MetricValue | None


def kinds_for(schema: Schema, column: str) -> tuple[Kind, ...]:
    """Return the changes that can happen to a column.

    Examples
    --------
    >>> from core.data import describe_schema
    >>> table = pd.DataFrame({"plan": ["a", "b"] * 9, "fee": np.arange(18.0)})
    >>> kinds_for(describe_schema(table), "plan")
    ('missing', 'category')
    """
    kind = schema[column].kind
    if kind in ("number", "integer"):
        several = sum(c.kind in ("number", "integer") for c in schema) > 1
        numeric: tuple[Kind, ...] = ("shift", "scale", "unit", "missing")
        return (*numeric, "swap") if several else numeric
    return ("missing", "category") if kind == "category" else ("missing",)


def apply(rows: pd.DataFrame, change: Change, random_state: int = 0) -> pd.DataFrame:
    """Return the rows with one column changed.

    Raises
    ------
    EvaluationError
        The change needs numbers, or the column is not there.

    Examples
    --------
    >>> table = pd.DataFrame({"fee": [1.0, 2.0]})
    >>> apply(table, Change("unit", "fee"))["fee"].tolist()
    [1000.0, 2000.0]
    """
    name = change.column
    if name not in rows.columns or (change.kind == "swap" and change.other not in rows):
        raise EvaluationError(
            f"There is no column {name!r} to change.", hint="Choose another column."
        )
    values = rows[name]
    if change.kind in _OF_NUMBERS and not pd.api.types.is_numeric_dtype(values.dtype):
        raise EvaluationError(
            f"{name!r} holds no numbers, so it cannot be changed like this.",
            hint="Let values go missing, or bring a new category.",
        )
    if change.kind == "swap":
        return rows.assign(**{name: rows[change.other], change.other: values})
    drawn = np.random.default_rng(random_state).random(len(rows)) < change.amount
    if change.kind == "missing":
        return rows.assign(**{name: values.mask(drawn)})
    if change.kind == "category":
        return rows.assign(**{name: values.astype("str").mask(drawn, NEW_LEVEL)})
    numbers = values.astype("float64")
    if change.kind == "shift":
        return rows.assign(**{name: numbers + change.amount * float(numbers.std())})
    factor = UNIT if change.kind == "unit" else change.amount
    return rows.assign(**{name: numbers * factor})


def stress(glance: Glance, change: Change) -> tuple[Stressed, pd.DataFrame]:
    """Change a column of at most 2,000 held-out rows and let the model answer.

    Returns
    -------
    stressed : Stressed
    rows : DataFrame of shape (n_rows, n_features)
        The changed rows, for what else shall look at them.
    """
    n_rows = glance.held.n_rows
    rng = np.random.default_rng(0)
    used = np.sort(rng.choice(n_rows, min(n_rows, MOST_ROWS), replace=False))
    held = glance.held.take(used)
    rows = apply(glance.rows.features.iloc[used].reset_index(drop=True), change)
    after = held.with_output(np.asarray(glance.model.output(rows), dtype=np.float64))
    moved = np.abs(after.output - held.output)
    each = moved.sum(axis=1) / 2 if moved.ndim == 2 else moved
    turned = None
    if held.task != "regression":
        turned = int((after.predicted != held.predicted).sum())
    metric = glance.model.metric
    found = Stressed(
        held.n_rows,
        turned,
        float(each.mean()),
        *(_own(metric, h) for h in (held, after)),
    )
    return found, rows


def _own(metric: str, held: HeldOut) -> MetricValue | None:
    fitting = measures_for(held.task)
    wanted = MEASURES.get(metric)
    return (wanted if wanted in fitting and wanted else fitting[0]).measure(held)
