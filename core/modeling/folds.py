"""Which rows a candidate learns from and which it is judged by."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from core.data import Task
from core.errors import ModelingError
from core.modeling.metrics import Floats
from core.modeling.rows import RowFacts, Rows, group_folds, latest

N_FOLDS: Final = 5
N_SPANS: Final = 6
"""Spans of time of equal numbers of rows; each from the third on is predicted once."""
_CELLS_PER_S: Final = 5_000
_FEWEST_HELD_OUT: Final = 50


Kind = Literal["validation rows", "cross-validation", "forward chaining", "hold-out"]


@dataclass(frozen=True, eq=False)
class Fold:
    """One pair of training and validation rows (positions in the frame)."""

    train: Rows
    valid: Rows


@dataclass(frozen=True, eq=False)
class Scheme:
    """How candidates are validated.

    Attributes
    ----------
    kind : {"validation rows", "cross-validation", "forward chaining", "hold-out"}
    folds : tuple of Fold
        Of forward chaining in the order of time: each learns from all rows before
        the ones that it is judged by.
    """

    kind: Kind
    folds: tuple[Fold, ...]

    @property
    def averaged(self) -> bool:
        """Whether the model is the mean of all folds' models.

        Else it is the last fold's, which is fitted once more on all rows in the end.
        """
        return self.kind == "cross-validation"

    @property
    def share(self) -> float:
        """Share of the usual size a fold's model may take."""
        return 1 / len(self.folds) ** 0.5 if self.averaged else 1.0

    @property
    def n_fitted(self) -> int:
        """Number of rows that all folds' fits learn from, a row counted each time."""
        return sum(len(fold.train) for fold in self.folds)

    @property
    def n_train(self) -> int:
        """Number of rows to learn from: all of them when there are several folds."""
        if len(self.folds) == 1:
            return len(self.folds[0].train)
        last = self.folds[-1]
        return len(last.train) + len(last.valid)

    @property
    def n_valid(self) -> int:
        """Number of rows that scores are computed on."""
        return sum(len(fold.valid) for fold in self.folds)

    @property
    def words(self) -> str:
        """What scores are computed on, in words."""
        if self.kind == "forward chaining":
            return f"{self.n_valid:,} later rows in {len(self.folds)} folds"
        if len(self.folds) > 1:
            return f"{self.n_valid:,} rows in {len(self.folds)} folds"
        return f"{self.n_valid:,} validation rows"


def given_validation(n_train: int, n_valid: int) -> Scheme:
    """Return the scheme for validation rows that stand after the training rows."""
    rows = np.arange(n_train + n_valid)
    return Scheme("validation rows", (Fold(rows[:n_train], rows[n_train:]),))


def make_scheme(
    y: Floats,
    task: Task,
    *,
    n_features: int,
    budget_s: float,
    facts: RowFacts | None = None,
    random_state: int = 0,
) -> Scheme:
    """Choose between cross-validation and hold-out, and draw the rows.

    Five folds are used when five fits of such a table fit well into the budget
    (5,000 cells a second); they judge by all rows and average five models, which is
    better on small tables. Else one fifth of the rows is held out. Classes keep their
    shares, and a group is never on both sides.

    With times, every fold learns from the past alone, as the model will be used: on
    small tables the rows are cut into six spans, and each from the third on is
    predicted from all spans before it (forward chaining); on larger ones the latest
    fifth is held out. Groups are whole, and count by their last time.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
    task : {"binary", "multiclass", "regression"}
    n_features : int
    budget_s : float
    facts : RowFacts, default=None
        Groups and times of the rows.
    random_state : int, default=0

    Raises
    ------
    ModelingError
        All rows are of one group, or of one time.

    Examples
    --------
    >>> y = np.array([0.0, 1.0] * 50)
    >>> make_scheme(y, "binary", n_features=4, budget_s=10).kind
    'cross-validation'
    """
    facts = facts or RowFacts()
    small = len(y) * max(1, n_features) <= budget_s * _CELLS_PER_S
    if facts.time is not None:
        few = len(y) // N_FOLDS < _FEWEST_HELD_OUT
        return _by_time(facts, y, task, chained=small or few)
    rng, rows = np.random.default_rng(random_state), np.arange(len(y))
    n_folds = N_FOLDS
    if facts.group is None:
        labels = _stratified_folds(y, task, n_folds, rng)
    else:
        n_folds = min(N_FOLDS, len(np.unique(facts.group)))
        if n_folds < 2:
            raise _undivided("belong to one group", "groups")
        labels = group_folds(facts.group, n_folds, rng)
    folds = tuple(
        Fold(rows[labels != fold], rows[labels == fold]) for fold in range(n_folds)
    )
    few = len(folds[0].valid) < _FEWEST_HELD_OUT
    lacks_class = task != "regression" and len(np.unique(y[folds[0].valid])) < len(
        np.unique(y)
    )
    if small or few or lacks_class:
        return Scheme("cross-validation", folds)
    return Scheme("hold-out", folds[:1])


def _stratified_folds(
    y: Floats, task: Task, n_folds: int, rng: np.random.Generator
) -> Rows:
    """Deal rows out in turn, class by class (or from small to large numbers)."""
    shuffled = rng.permutation(len(y))
    ordered = shuffled[np.argsort(y[shuffled], kind="stable")]
    labels = np.empty(len(y), dtype=np.int64)
    if task == "regression":
        for start in range(0, len(y), n_folds):
            block = ordered[start : start + n_folds]
            labels[block] = rng.permutation(n_folds)[: len(block)]
    else:
        labels[ordered] = np.arange(len(y)) % n_folds
    return labels


def _by_time(facts: RowFacts, y: Floats, task: Task, *, chained: bool) -> Scheme:
    folds = _chain(facts, y, task) if chained else ()
    if len(folds) > 1:
        return Scheme("forward chaining", folds)
    late = latest(facts, 1 / N_FOLDS)
    if late is None:
        raise _undivided("have one time", "times")
    return Scheme("hold-out", (Fold(np.flatnonzero(~late), np.flatnonzero(late)),))


def _chain(facts: RowFacts, y: Floats, task: Task) -> tuple[Fold, ...]:
    """Return folds of later and later rows, each learning from all rows before.

    The first rows are only learned from: two spans, and more until they hold rows of
    two classes.
    """
    moments = facts.moments()
    if moments is None:
        return ()
    places = np.arange(2, N_SPANS) * len(y) // N_SPANS
    starts = np.unique(np.sort(moments)[places])
    folds = []
    for start, end in pairwise([*starts, np.inf]):
        train = np.flatnonzero(moments < start)
        valid = np.flatnonzero((moments >= start) & (moments < end))
        n_known = len(np.unique(y[train]))
        if n_known >= (2 if task != "regression" else 1):
            folds.append(Fold(train, valid))
    return tuple(folds)


def _undivided(what: str, column: str) -> ModelingError:
    return ModelingError(
        f"All rows {what}; none is left to validate on.",
        hint=f"Choose another column for the {column}, or none.",
    )
