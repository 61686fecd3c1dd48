"""Permutation importance: what a model loses without the order of one column."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.held_out import HeldOut, Rows, hold_out
from core.evaluation.intervals import difference_interval
from core.evaluation.measured import Measured
from core.evaluation.metrics import MEASURES, Measure, measures_for
from core.modeling.metrics import Floats
from core.modeling.model import Model

MOST_ROWS: Final = 2_000
FEWEST_ROWS: Final = 200
MOST_ANSWERS: Final = 40_000
"""About so many answers of the model may be asked for, over all columns."""
MOST_COLUMNS: Final = 100
"""Of wider tables, the columns are measured that go most with the predictions."""


@dataclass(frozen=True)
class Importance:
    """How much worse the score gets when one column is shuffled, with interval.

    Positive: the model relies on the column.
    """

    column: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ImportanceBasis:
    """On what the importances rest.

    Attributes
    ----------
    metric, title : str
        Name and title of the score that gets worse.
    n_rows : int
        Held-out rows used, drawn at random when there were more.
    n_repeats : int
        How often each column was shuffled.
    n_skipped : int
        Columns of the model that were not measured because there are too many.
    """

    metric: str
    title: str
    n_rows: int
    n_repeats: int
    n_skipped: int


def permutation_importance(
    model: Model,
    rows: Rows,
    held: HeldOut | None = None,
    *,
    n_repeats: int = 5,
    random_state: int = 0,
    confidence: float = 0.95,
) -> tuple[tuple[Importance, ...], ImportanceBasis | None]:
    """Shuffle each original column in turn and measure what is lost.

    The work is bounded: at most 2,000 rows and about 40,000 answers of the model.
    Rows come first, repeats get what is left, since a row tells more than a repeat.
    The interval covers both the draw of the rows and the draw of the order.

    Parameters
    ----------
    model : Model
    rows : Rows
        Held-out rows.
    held : HeldOut, default=None
        The model's answers for them when they are known already.
    n_repeats : int, default=5
        How often each column is shuffled at most.
    random_state : int, default=0
    confidence : float, default=0.95

    Returns
    -------
    importances : tuple of Importance
        Greatest first; empty when no score is defined on these rows.
    basis : ImportanceBasis or None
    """
    rng = np.random.default_rng(random_state)
    whole = hold_out(model, rows) if held is None else held
    names = _columns(model, rows, whole)
    used, n_repeats = _afford(len(rows.y), len(names), n_repeats, rng)
    part = whole.take(used)
    measure = _score(model, part)
    before = None if measure is None else measure.compute(part)
    if measure is None or before is None or part.n_rows < 2:
        return (), None
    features = rows.features.iloc[used].reset_index(drop=True)
    found = []
    for name in names:
        shuffled = _shuffled_outputs(model, features, name, n_repeats, rng)
        lost = [_loss(measure, before, part.with_output(out)) for out in shuffled]
        found.append(_summarise(name, lost, confidence))
    found.sort(key=lambda item: -item.value)
    n_skipped = len(model.schema) - len(names)
    basis = ImportanceBasis(
        measure.name, measure.title, part.n_rows, n_repeats, n_skipped
    )
    return tuple(found), basis


def _score(model: Model, held: HeldOut) -> Measure | None:
    """Return the model's own metric where it is defined here, or another."""
    fitting = measures_for(held.task)
    wanted = MEASURES.get(model.metric)
    ordered = (wanted, *fitting) if wanted in fitting else fitting
    defined = (m for m in ordered if m is not None and m.compute(held) is not None)
    return next(defined, None)


def _afford(
    n_rows: int, n_columns: int, n_repeats: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], int]:
    """Return the rows to use, and how often to shuffle each column."""
    each = MOST_ANSWERS // max(n_columns, 1)
    size = min(n_rows, MOST_ROWS, max(each, FEWEST_ROWS))
    used = np.sort(rng.choice(n_rows, size, replace=False))
    return used, max(1, min(n_repeats, each // size))


def _columns(model: Model, rows: Rows, held: HeldOut) -> tuple[str, ...]:
    names = model.schema.names
    if len(names) <= MOST_COLUMNS:
        return names
    answer = held.output if held.output.ndim == 1 else held.output[:, -1]
    going = {name: _going_with(rows.features[name], answer) for name in names}
    chosen = set(sorted(names, key=lambda name: -going[name])[:MOST_COLUMNS])
    return tuple(name for name in names if name in chosen)


def _going_with(values: pd.Series, answer: Floats) -> float:
    """Return the share of the answer's variance between ten groups of a column."""
    codes, _ = pd.factorize(values, sort=True)
    ranks = (codes + 1) * 10 // (codes.max() + 2)
    counts = np.maximum(np.bincount(ranks), 1)
    means = np.bincount(ranks, answer) / counts
    return float((np.bincount(ranks) * (means - answer.mean()) ** 2).sum())


def _shuffled_outputs(
    model: Model,
    features: pd.DataFrame,
    name: str,
    n_repeats: int,
    rng: np.random.Generator,
) -> list[Floats]:
    """Return the model's answers under each order, from one call of the model."""
    n_rows = len(features)
    stacked = features.take(np.tile(np.arange(n_rows), n_repeats))
    orders = np.concatenate([rng.permutation(n_rows) for _ in range(n_repeats)])
    stacked = stacked.reset_index(drop=True)
    stacked[name] = features[name].take(orders).array
    return np.split(model.output(stacked), n_repeats)


def _loss(measure: Measure, before: Measured, after: HeldOut) -> Measured:
    """Return by how much the score is worse than before; positive is worse."""
    found = measure.compute(after)
    if found is None:  # not defined once shuffled: nothing can be said to be lost
        return before.minus(before)
    return before.minus(found) if measure.higher_is_better else found.minus(before)


def _summarise(name: str, lost: list[Measured], confidence: float) -> Importance:
    """Average the repeats; each row's influence holds both sources of chance."""
    value = float(np.mean([item.value for item in lost]))
    influence = np.mean([item.influence for item in lost], axis=0)
    ends = difference_interval(Measured(value, influence), confidence)
    return Importance(name, value, ends.low, ends.high)
