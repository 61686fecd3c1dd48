"""What one cleaning step does to the quick score, on the same rows and folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from core.data.associations import sample_rows
from core.data.frames import ColumnKind, canonical, kind_of_dtype
from core.data.quick import N_TREES, mean_auc, r_squared, tree_features
from core.data.ranking import N_FOLDS, outcome
from core.data.recipe import Recipe, Step
from core.data.steps import STEPS
from core.data.target import Task

MOST_ROWS: Final = 2_000
N_REPEATS: Final = 3
_MOST_COLUMNS, _FEWEST_ROWS, _N_DRAWS = 60, 100, 100

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]
Ends = tuple[float, float]


@dataclass(frozen=True)
class StepScore:
    """The quick score without and with one step.

    Attributes
    ----------
    metric : {"AUC", "R²"}
    before, after : float
        On the same held-out rows: those that the step keeps.
    before_range, after_range : (low, high)
        95 %: percentiles of 100 resamples of rows and divisions.
    difference : float
    difference_range : (low, high)
        95 %, of the differences in the same resamples.
    n_rows : int
        Rows judged.
    n_sampled : int
        Rows sampled, at most 2,000.
    """

    metric: str
    before: float
    before_range: Ends
    after: float
    after_range: Ends
    difference: float
    difference_range: Ends
    n_rows: int
    n_sampled: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference excludes 0."""
        return self.difference_range[0] > 0 or self.difference_range[1] < 0


def score_step(
    frame: pd.DataFrame,
    recipe: Recipe,
    step: Step,
    target: str,
    task: Task,
    *,
    left_out: Sequence[str] = (),
) -> StepScore | None:
    """Judge a quick model without and with one more step.

    Random trees are fitted twice on the same two thirds of a sample, with and without
    the step, and judged on the same third, for each third and three divisions.
    Rows that the step leaves out are judged by neither. The intervals hold the
    chance of rows and of divisions: both are drawn anew.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
        The table before the recipe.
    recipe : Recipe
        Done in both cases.
    step : Step
    target : str
    task : {"binary", "multiclass", "regression"}
    left_out : sequence of str, default ()
        Columns used in neither case: names, sentences, other leaks.

    Returns
    -------
    StepScore or None
        None where it cannot be told: the step changes the target, or fewer than 100
        rows or no column are left.

    Raises
    ------
    DataError
        A step does not fit the table.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(300, 2))
    >>> table = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": x[:, 0] > 0})
    >>> step = Step("drop_columns", ("a",))
    >>> found = score_step(table, Recipe(), step, "y", "binary")
    >>> found.metric, found.difference < -0.3, found.is_clear
    ('AUC', True, True)
    """
    known = np.flatnonzero(frame[target].notna().to_numpy())
    rows = known[sample_rows(known.size, MOST_ROWS)]
    sampled = canonical(frame.iloc[rows].reset_index(drop=True))
    before, ids = _tracked(sampled, np.arange(rows.size), recipe.steps)
    after, kept = _tracked(before, ids, (step,))
    if target not in before or target not in after or target in step.needs:
        return None
    goal = outcome(before[target], task)
    place = np.searchsorted(ids, kept)
    names = [_usable(table, {target, *left_out}) for table in (before, after)]
    if kept.size < _FEWEST_ROWS or not goal.shape[1] or not all(names):
        return None
    given = [tree_features(table, _kinds(table), used, np.arange(len(table)))
             for table, used in zip((before, after), names, strict=True)]  # fmt: skip
    first, second = [], []
    for repeat in range(N_REPEATS):
        folds = np.random.default_rng(repeat).permutation(rows.size) % N_FOLDS
        first.append(_held_out(given[0], goal, folds[ids], repeat)[place])
        second.append(_held_out(given[1], goal[place], folds[kept], repeat))
    return _compared(goal[place], first, second, task, rows.size)


def _tracked(
    table: pd.DataFrame, ids: Rows, steps: Sequence[Step]
) -> tuple[pd.DataFrame, Rows]:
    """Do steps, and keep up which rows are left."""
    for step in steps:
        keep = STEPS[step.kind].keep
        if keep is not None and set(step.needs) <= set(table.columns):
            ids = ids[keep(table, step.columns, step.options).to_numpy(dtype=bool)]
        table = Recipe((step,)).apply(table)
    return table, ids


def _kinds(table: pd.DataFrame) -> dict[str, ColumnKind]:
    return {str(name): kind_of_dtype(table[name]) for name in table.columns}


def _usable(table: pd.DataFrame, without: set[str]) -> list[str]:
    names = [str(name) for name in table.columns if name not in without]
    return names[:_MOST_COLUMNS]


def _held_out(x: Numbers, goal: Numbers, folds: Rows, seed: int) -> Numbers:
    predicted = np.zeros_like(goal)
    for fold in range(N_FOLDS):
        inside, outside = folds != fold, folds == fold
        if not inside.any() or not outside.any():
            continue
        # All columns at every cut: one more without meaning costs nothing.
        model = ExtraTreesRegressor(
            N_TREES, min_samples_leaf=5, max_features=1.0, random_state=seed
        )
        model.fit(x[inside], goal[inside] if goal.shape[1] > 1 else goal[inside, 0])
        predicted[outside] = model.predict(x[outside]).reshape(-1, goal.shape[1])
    return predicted


def _compared(
    goal: Numbers,
    first: Sequence[Numbers],
    second: Sequence[Numbers],
    task: Task,
    n_sampled: int,
) -> StepScore:
    measure = r_squared if task == "regression" else mean_auc

    def both(rows: Rows | slice, repeats: Sequence[int]) -> tuple[float, float]:
        pairs = [
            [measure(goal[rows], side[i][rows]) for side in (first, second)]
            for i in repeats
        ]
        one, two = np.mean(pairs, axis=0)
        return float(one), float(two)

    rng, every = np.random.default_rng(0), range(len(first))
    drawn = [
        both(
            rng.integers(0, len(goal), len(goal)),
            rng.choice(every, len(every)).tolist(),
        )
        for _ in range(_N_DRAWS)
    ]
    scores = np.array([(one, two, two - one) for one, two in drawn])
    low, high = np.nanpercentile(scores, (2.5, 97.5), axis=0)
    before, after = both(slice(None), every)
    ends = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    metric = "R²" if task == "regression" else "AUC"
    return StepScore(
        metric, before, ends[0], after, ends[1], after - before, ends[2],
        len(goal), n_sampled,
    )  # fmt: skip
