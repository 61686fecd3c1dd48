"""What is known about a row beside its features: how much it counts, what it is with.

Rows that count nothing are left out before anything is learned, so that they are as
good as absent for every family. Rows of one group, or of neighbouring times, stay
together wherever something is learned on some rows and judged on others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import canonical_column, kind_of_dtype
from core.data.values import as_numbers
from core.errors import ModelingError
from core.modeling.metrics import Floats

Rows = NDArray[np.int64]

N_BLOCKS: Final = 5


@dataclass(frozen=True, eq=False)
class RowFacts:
    """Facts about rows, each None or of shape (n_rows,).

    Attributes
    ----------
    weight : ndarray or None
        How much a row counts, above 0.
    group : ndarray of int or None
        Code of the group it belongs to.
    time : ndarray or None
        When it is from, in any unit; NaN when unknown.
    """

    weight: Floats | None = None
    group: Rows | None = None
    time: Floats | None = None

    def take(self, rows: Rows) -> "RowFacts":
        """Return the facts of these rows."""
        return RowFacts(
            *(
                None if values is None else values[rows]
                for values in vars(self).values()
            )
        )

    def together(self) -> Rows | None:
        """Return codes of what must not be divided: spans of time, else groups.

        With times there are up to five spans, in order; groups are whole in them.

        Examples
        --------
        >>> RowFacts(time=np.array([3.0, 1.0, 1.0])).together().tolist()
        [3, 0, 0]
        """
        times = self.moments()
        return self.group if times is None else _time_blocks(times)

    def moments(self) -> Floats | None:
        """Return the time each row counts by: of a group all rows, by its last one.

        A missing time is before all others. None when there are no times.

        Examples
        --------
        >>> facts = RowFacts(group=np.array([0, 1, 0]), time=np.array([1.0, 2.0, 3.0]))
        >>> facts.moments().tolist()
        [3.0, 2.0, 3.0]
        """
        if self.time is None:
            return None
        time = np.where(np.isfinite(self.time), self.time, -np.inf)
        if self.group is None:
            return np.asarray(time)
        _, place = np.unique(self.group, return_inverse=True)
        last = np.full(int(place.max(initial=-1)) + 1, -np.inf)
        np.maximum.at(last, place, time)
        return np.asarray(last[place])


def read_weights(frame: pd.DataFrame, column: str | None) -> Floats | None:
    """Return how much each row counts, as the column says.

    Raises
    ------
    ModelingError
        There is no such column, it holds something else than numbers from 0 on, or
        nothing but 0.

    Examples
    --------
    >>> read_weights(pd.DataFrame({"n": [2, 0, 1]}), "n").tolist()
    [2.0, 0.0, 1.0]
    """
    if column is None:
        return None
    values = canonical_column(_column(frame, column, "weights"))
    if kind_of_dtype(values) not in ("number", "integer", "boolean"):
        raise ModelingError(
            f"The column {column!r} holds no numbers to weigh rows by.",
            hint="Choose a column of numbers, or weigh all rows alike.",
        )
    weight = as_numbers(values)
    wrong = int((~np.isfinite(weight) | (weight < 0)).sum())
    if wrong or not weight.sum():
        found = f"{wrong:,} missing, infinite or negative values" if wrong else "only 0"
        raise ModelingError(
            f"The column {column!r} has {found}; no weights for rows.",
            hint="Give each row a weight of 0 or more; 0 leaves it out.",
        )
    return weight


def read_times(frame: pd.DataFrame, column: str | None) -> Floats | None:
    """Return when each row is from; NaN where that is unknown.

    Raises
    ------
    ModelingError
        There is no such column, or it holds no order.
    """
    if column is None:
        return None
    values = canonical_column(_column(frame, column, "times"))
    if kind_of_dtype(values) not in ("date", "number", "integer"):
        raise ModelingError(
            f"The column {column!r} holds neither dates nor numbers to order rows by.",
            hint="Choose a column of dates or numbers.",
        )
    return as_numbers(values)


def read_groups(frame: pd.DataFrame, groups: str | Sequence[Any] | None) -> Rows | None:
    """Return the code of each row's group; a missing one is a group of its own.

    Raises
    ------
    ModelingError
        There is no such column, or not one value for each row.
    """
    if groups is None:
        return None
    given = (
        _column(frame, groups, "groups").tolist()
        if isinstance(groups, str)
        else list(groups)
    )
    if len(given) != len(frame):
        raise ModelingError(
            f"There are {len(given):,} groups for {len(frame):,} rows.",
            hint="Give one group for each training row.",
        )
    named = pd.Series(given, dtype=object)
    codes = np.asarray(pd.factorize(named.astype(str))[0], dtype=np.int64)
    missing = named.isna().to_numpy()
    codes[missing] = len(codes) + np.flatnonzero(missing)
    return codes


def balanced_weights(y: Floats, like: Floats, weight: Floats | None) -> Floats:
    """Return weights by which every class of `y` counts as much as any other.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class codes that are to be weighed.
    like : ndarray of shape (n_rows,)
        Class codes that learning is done on: they say how frequent a class is.
    weight : ndarray or None
        How much each row of `like` counts already.

    Examples
    --------
    >>> y = np.array([0.0, 0.0, 0.0, 1.0])
    >>> balanced_weights(y, y, None).round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    codes = like.astype(np.int64)
    size = int(max(codes.max(), y.max())) + 1
    counts = np.bincount(codes, weight, minlength=size)
    present = counts > 0
    factor = np.ones(size)
    factor[present] = counts.sum() / (present.sum() * counts[present])
    return factor[y.astype(np.int64)]


def fit_weights(
    y: Floats, weight: Floats | None, balanced: bool, train: Rows, valid: Rows
) -> tuple[Floats | None, Floats | None]:
    """Return how much rows count in fitting and in stopping early, 1 on average.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class codes or numbers.
    weight : ndarray of shape (n_rows,) or None
    balanced : bool
        Every class counts as much as any other.
    train, valid : ndarray of int
        Positions of the rows.

    Examples
    --------
    >>> y, rows = np.array([0.0, 0.0, 0.0, 1.0]), np.arange(4)
    >>> fit_weights(y, None, True, rows, rows)[0].round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    if weight is None and not balanced:
        return None, None
    weight = np.ones(len(y)) if weight is None else weight
    pair = weight[train], weight[valid]
    if balanced:
        factors = [
            balanced_weights(y[rows], y[train], pair[0]) for rows in (train, valid)
        ]
        pair = pair[0] * factors[0], pair[1] * factors[1]
    mean = pair[0].mean()
    return pair[0] / mean, pair[1] / mean


def cross_labels(
    n_rows: int, together: Rows | None, n_folds: int, random_state: int
) -> Rows:
    """Return a fold for each row; what belongs together has one.

    Rows are dealt out at random when nothing belongs together, or all of them do.

    Examples
    --------
    >>> labels = cross_labels(6, np.array([1, 1, 2, 2, 3, 3]), 3, 0)
    >>> bool((labels[::2] == labels[1::2]).all())
    True
    """
    rng = np.random.default_rng(random_state)
    if together is None or len(np.unique(together)) < 2:
        return rng.permutation(n_rows) % n_folds
    return group_folds(together, n_folds, rng)


def group_folds(groups: Rows, n_folds: int, rng: np.random.Generator) -> Rows:
    """Give each group, largest first, to the fold with the fewest rows."""
    _, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    shuffled = rng.permutation(len(counts))
    order = shuffled[np.argsort(-counts[shuffled], kind="stable")]
    sizes = np.zeros(n_folds, dtype=np.int64)
    fold_of = np.empty(len(counts), dtype=np.int64)
    for position in order:
        fold_of[position] = np.argmin(sizes)
        sizes[fold_of[position]] += counts[position]
    return fold_of[place]


def latest(facts: RowFacts, share: float) -> NDArray[np.bool_] | None:
    """Return which rows are the latest ones, about this share of them.

    Rows of the same time are on one side, and so are those of one group, which counts
    by its last time. None when there is no way to divide them.

    Examples
    --------
    >>> latest(RowFacts(time=np.array([1.0, 2.0, 3.0, 4.0, 5.0])), 0.2).tolist()
    [False, False, False, False, True]
    """
    time = facts.moments()
    if time is None:
        return None
    cut = np.sort(time)[-max(1, round(share * len(time)))]
    late = time >= cut
    if late.all():
        late = time > cut
    return late if late.any() else None


def _time_blocks(time: Floats) -> Rows:
    start = np.searchsorted(np.sort(time), time, side="left")
    return np.asarray(start * N_BLOCKS // max(1, len(time)), dtype=np.int64)


def _column(frame: pd.DataFrame, name: str, what: str) -> pd.Series:
    if name not in frame:
        raise ModelingError(
            f"There is no column {name!r} to take the {what} from.",
            hint="Choose one of the table's columns.",
        )
    return frame[name]
