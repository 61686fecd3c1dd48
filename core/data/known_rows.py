"""Sampled rows whose target is known, told apart by class: what leaks are tried on."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.associations import sample_present
from core.data.ranking import fold_numbers, outcome
from core.data.target import Task
from core.data.values import as_numbers

MOST_ROWS: Final = 4_000


@dataclass(frozen=True, eq=False)
class KnownRows:
    """A sample of the rows that have a target.

    Attributes
    ----------
    rows : int64 ndarray of shape (n_rows,)
        Positions in the table, ascending; at most 4,000.
    goal : float64 ndarray of shape (n_rows, n_outputs)
        The target: a number, or one indicator for each class.
    classes : float64 ndarray of shape (n_rows, n_classes)
        Indicators of classes; of a number, whether it is above its median. No
        column where there is nothing to tell apart.
    folds : int64 ndarray of shape (n_rows,)
    """

    rows: NDArray[np.int64]
    goal: NDArray[np.float64]
    classes: NDArray[np.float64]
    folds: NDArray[np.int64]


def known_rows(frame: pd.DataFrame, target: str, task: Task) -> KnownRows:
    """Sample the rows that have a target.

    Examples
    --------
    >>> table = pd.DataFrame({"y": ["a", None, "b", "b"]})
    >>> found = known_rows(table, "y", "binary")
    >>> found.rows.tolist(), found.classes[:, 0].tolist()
    ([0, 2, 3], [0.0, 1.0, 1.0])
    """
    rows = sample_present(frame[target], MOST_ROWS)
    values = frame[target].iloc[rows]
    goal = outcome(values, task)
    classes = _halves(values) if task == "regression" else goal
    return KnownRows(rows, goal, classes, fold_numbers(rows.size))


def _halves(values: pd.Series) -> NDArray[np.float64]:
    numbers = as_numbers(values)
    above = (numbers > np.median(numbers)).astype(np.float64)
    return np.asarray(above[:, None] if above.any() else np.zeros((above.size, 0)))
