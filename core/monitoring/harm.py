"""What the drift of each column does to the model's answers.

One column of at most 2,000 reference rows is mapped rank to rank onto the window and
predicted again; the mean absolute change of the answers is the harm of that column.
A column may drift far and harm nothing, because the model hardly looks at it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.binning import Counts
from core.monitoring.mapping import can_be_mapped, map_column
from core.monitoring.reference import Reference, draw_rows

MOST_ROWS: Final = 2_000
Output = Callable[[pd.DataFrame], NDArray[np.float64]]
"""Takes rows and returns probabilities (n_rows, n_classes) or numbers (n_rows,)."""


def column_harm(
    output: Output,
    rows: pd.DataFrame,
    reference: Reference,
    now: Mapping[str, Counts],
    names: Sequence[str],
) -> dict[str, float]:
    """Return how far each column's move onto the window moves the answers.

    Parameters
    ----------
    output : callable
        The model's probabilities or numbers for rows.
    rows : DataFrame of shape (n_rows, n_columns)
        Reference rows; at most 2,000 are used, drawn at random.
    reference : Reference
        The one that the window was counted on.
    now : mapping of column name to Counts
        The window.
    names : sequence of str
        Columns to map, one at a time; texts and ids are left out.

    Returns
    -------
    dict of str to float
        Mean absolute change: of probability (half the sum over the classes), or in
        the target's unit.

    Examples
    --------
    >>> from core.monitoring.reference import summarise_reference
    >>> from core.monitoring.window_counts import count_window
    >>> rows = pd.DataFrame({"x": np.arange(100.0), "y": np.arange(100.0)})
    >>> reference = summarise_reference(rows)
    >>> now = count_window(reference, rows + 10).columns
    >>> harm = column_harm(
    ...     lambda f: 2 * f["x"].to_numpy(), rows, reference, now, ["x", "y"])
    >>> bool(18 < harm["x"] < 22), harm["y"]
    (True, 0.0)
    """
    used = _drawn(rows)
    before = output(used)
    harm = {}
    for name in names:
        column = reference[name]
        if can_be_mapped(column):
            moved = used.assign(**{name: map_column(column, now[name], used[name])})
            harm[name] = mean_change(before, output(moved))
    return harm


def column_weight(
    output: Output, rows: pd.DataFrame, names: Sequence[str]
) -> dict[str, float]:
    """Return how far the answers move when a column is shuffled: its importance.

    On the same scale as `column_harm`, so that the two can be drawn together.

    Examples
    --------
    >>> rows = pd.DataFrame({"x": [0.0, 1.0] * 50, "y": [1.0] * 100})
    >>> weight = column_weight(lambda f: f["x"].to_numpy(), rows, ["x", "y"])
    >>> bool(0.3 < weight["x"] < 0.7), weight["y"]
    (True, 0.0)
    """
    used = _drawn(rows)
    before = output(used)
    order = np.random.default_rng(0).permutation(len(used))
    return {
        name: mean_change(
            before, output(used.assign(**{name: used[name].to_numpy()[order]}))
        )
        for name in names
    }


def mean_change(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the mean absolute change; of class probabilities half their sum.

    Examples
    --------
    >>> mean_change(np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]]))
    0.3
    """
    change = np.abs(after - before)
    each = change.sum(axis=1) / 2 if change.ndim == 2 else change
    return round(float(each.mean()), 12) if each.size else 0.0


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    chosen = draw_rows(len(rows), limit=MOST_ROWS)
    return rows.iloc[chosen].reset_index(drop=True)
