"""Held-out rows: the truth, and what a model says about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Schema, Task, coerce
from core.errors import EvaluationError, ModelingError
from core.evaluation.labels import Shares, shares
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.scoring import classes_of
from core.modeling.target import Target, match_target


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Rows with a known truth and a model's output for each.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    y : ndarray of shape (n_rows,)
        Class codes 0 … k-1 (1 is the positive one of two), or numbers.
    output : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Probabilities, or predicted numbers.
    classes : tuple
        Labels by code; empty for regression.
    threshold : float, default=0.5
        From this probability on, a row counts as positive (two classes only).
    """

    task: Task
    y: Floats
    output: Floats
    classes: tuple[Any, ...] = ()
    threshold: float = 0.5

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def codes(self) -> NDArray[np.int64]:
        """True classes as whole numbers, shape (n_rows,)."""
        return self.y.astype(np.int64)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Predicted classes as codes, shape (n_rows,)."""
        return classes_of(self.output, self.threshold)

    @property
    def shares(self) -> Shares:
        """Shares of the rows by true and by predicted class."""
        return shares(self.codes, self.predicted, len(self.classes))

    @property
    def positive(self) -> Floats:
        """1 for rows of the positive class, else 0, shape (n_rows,)."""
        flags: Floats = (self.y == 1).astype(np.float64)
        return flags

    @property
    def score(self) -> Floats:
        """Probability of the positive class, shape (n_rows,)."""
        return self.output[:, 1]

    @property
    def error(self) -> Floats:
        """Actual minus predicted number, shape (n_rows,)."""
        return self.y - self.output

    def take(self, rows: NDArray[np.int64]) -> "HeldOut":
        """Return these rows only."""
        return self.with_output(self.output[rows], self.y[rows])

    def with_output(self, output: Floats, y: Floats | None = None) -> "HeldOut":
        """Return the same truth (or another) with another output."""
        truth = self.y if y is None else y
        return HeldOut(self.task, truth, output, self.classes, self.threshold)


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a table that can be evaluated.

    Attributes
    ----------
    features : DataFrame of shape (n_kept, n_features)
        Canonical, in the columns of the model.
    y : ndarray of shape (n_kept,)
        Class codes, or numbers.
    n_missing : int
        Rows left out because their target is missing.
    n_unknown : int
        Rows left out because training never saw their class.
    absent : tuple of str
        Columns of the model that the table does not have.
    positions : ndarray of shape (n_kept,)
        Places of the kept rows in the table; empty where nobody asked.
    """

    features: pd.DataFrame
    y: Floats
    n_missing: int = 0
    n_unknown: int = 0
    absent: tuple[str, ...] = ()
    positions: NDArray[np.int64] = field(
        default_factory=lambda: np.empty(0, dtype=np.int64)
    )

    @property
    def n_dropped(self) -> int:
        """Rows that were left out."""
        return self.n_missing + self.n_unknown


@dataclass(frozen=True, eq=False)
class Glance:
    """A model, the rows it was held against, and what it said."""

    model: Model
    rows: Rows
    held: HeldOut


def rows_for(model: Model, frame: pd.DataFrame, target: str) -> Rows:
    """Match a table with a model: its columns, and the codes of its classes.

    Raises
    ------
    EvaluationError
        The target is missing or of another kind, no row has a usable target, or the
        table has none of the model's columns.
    """
    truth = _truth(model, frame, target)
    known = [name for name in model.schema.names if name in frame.columns]
    if not known and len(model.schema):
        raise EvaluationError(
            "The table has none of the columns that the model uses.",
            hint="Choose rows with the columns the model was trained on, such as "
            f"{model.schema.names[0]!r}.",
        )
    n_present = int(frame[target].notna().sum())
    kept = frame.iloc[truth.rows].drop(columns=target, errors="ignore")
    absent = tuple(name for name in model.schema.names if name not in known)
    return Rows(
        features=coerce(kept, model.schema),
        y=truth.y,
        n_missing=len(frame) - n_present,
        n_unknown=n_present - len(truth.rows),
        absent=absent,
        positions=truth.rows,
    )


def hold_out(model: Model, rows: Rows) -> HeldOut:
    """Let a model answer for rows that were matched with it."""
    classes = () if model.classes_ is None else tuple(model.classes_.tolist())
    threshold = 0.5 if model.threshold is None else model.threshold
    output = np.asarray(model.output(rows.features), dtype=np.float64)
    return HeldOut(model.task, rows.y, output, classes, threshold)


def look(model: Model, frame: pd.DataFrame, target: str) -> Glance:
    """Match a table with a model and let it answer; raises as `rows_for`."""
    rows = rows_for(model, frame, target)
    return Glance(model, rows, hold_out(model, rows))


def unseen_levels(features: pd.DataFrame, schema: Schema) -> Iterator[tuple[str, int]]:
    """Yield each column of categories with how many rows hold an unknown one.

    Columns with more levels than a schema keeps are not judged.
    """
    for column in schema:
        if column.kind != "category" or column.n_distinct > len(column.levels):
            continue
        values = features[column.name]
        n_unseen = int((values.notna() & ~values.isin(column.levels)).sum())
        if n_unseen:
            yield column.name, n_unseen


def _truth(model: Model, frame: pd.DataFrame, target: str) -> Target:
    if target not in frame.columns:
        raise EvaluationError(
            f"The rows have no column {target!r}, so nothing can be compared with "
            "what the model says.",
            hint="Evaluate on rows whose outcome is known.",
        )
    if not frame[target].notna().any():
        raise EvaluationError(
            f"None of the {len(frame):,} rows has a value in {target!r}.",
            hint="Evaluate on rows whose outcome is known.",
        )
    empty = np.empty(0)
    like = Target(target, model.task, empty, empty.astype(np.int64), model.classes_)
    try:
        truth = match_target(frame, like)
    except ModelingError as error:
        raise EvaluationError(error.message, hint=error.hint) from error
    if not len(truth.rows):
        raise EvaluationError(
            f"No row has a class in {target!r} that the model knows.",
            hint="Evaluate on rows of the classes the model was trained on.",
        )
    return truth
