"""Shapley values of any function of a row's columns, by sampled orders.

A row is turned into a background row column by column, in a random order and in its
reverse; what each step changes is credited to its column (Castro et al. 2009;
Mitchell et al. 2022, "Sampling permutations for Shapley value estimation"). Every
walk adds up to the difference of the two rows' answers, and so does the mean.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.modeling.assembly import Assembly, EncodedRows
from core.modeling.metrics import Floats

_Z95: Final = 1.959964
FEWEST_WALKS: Final = 8
MOST_WALKS: Final = 128

Ask = Callable[[EncodedRows], Floats]
"""Encoded rows in, one number for each out."""


@dataclass(frozen=True, eq=False)
class Walks:
    """Orders in which columns are changed, the same for every row explained.

    Attributes
    ----------
    orders : ndarray of shape (2 n_pairs, n_columns), int64
        Each order is followed by its reverse.
    changed : ndarray of bool, shape (2 n_pairs (n_columns - 1), n_columns)
        Which columns are the row's own at each step between the two ends.
    """

    orders: NDArray[np.int64]
    changed: NDArray[np.bool_]

    @property
    def n_pairs(self) -> int:
        """Number of background rows they use."""
        return len(self.orders) // 2


@dataclass(frozen=True, eq=False)
class Shapley:
    """What each column adds to one answer.

    Attributes
    ----------
    base : float
        Mean answer for the background rows.
    effects : ndarray of shape (n_columns,)
        They add up to the answer minus `base`.
    errors : ndarray of shape (n_columns,)
        Half width of the 95 % interval that the sampling leaves.
    """

    base: float
    effects: Floats
    errors: Floats


def draw_walks(n_columns: int, n_answers: int, random_state: int = 0) -> Walks:
    """Draw so many orders that about `n_answers` answers explain a row.

    Examples
    --------
    >>> draw_walks(20, 1_000).n_pairs, draw_walks(300, 1_000).n_pairs
    (26, 8)
    """
    steps = max(1, 2 * (n_columns - 1))
    n_pairs = int(np.clip(n_answers // steps, FEWEST_WALKS, MOST_WALKS))
    rng = np.random.default_rng(random_state)
    order = rng.permuted(np.tile(np.arange(n_columns), (n_pairs, 1)), axis=1)
    orders = np.stack([order, order[:, ::-1]], axis=1).reshape(-1, n_columns)
    rank = np.argsort(orders, axis=1)
    step = np.arange(1, n_columns)
    changed = rank[:, None, :] < step[None, :, None]
    return Walks(orders, changed.reshape(-1, n_columns))


def walk(
    assembly: Assembly,
    row: EncodedRows,
    background: EncodedRows,
    walks: Walks,
    ask: Ask,
) -> Shapley:
    """Explain one row's answer against background rows.

    Parameters
    ----------
    assembly : Assembly
    row : EncodedRows
        One row.
    background : EncodedRows
        ``walks.n_pairs`` rows; each goes with one order and its reverse.
    walks : Walks
    ask : callable
        What is explained.
    """
    n_walks, n_columns = walks.orders.shape
    start = np.repeat(ask(background), 2)
    end = np.full(n_walks, float(ask(row)[0]))
    between = np.empty((n_walks, 0))
    if n_columns > 1:
        of = np.repeat(np.arange(walks.n_pairs), 2 * (n_columns - 1))
        mixed = assembly.mix(row, background.take(of), walks.changed)
        between = ask(mixed).reshape(n_walks, n_columns - 1)
    steps = np.diff(np.column_stack([start, between, end]), axis=1)
    credit = np.empty_like(steps)
    np.put_along_axis(credit, walks.orders, steps, axis=1)
    pairs = credit.reshape(walks.n_pairs, 2, n_columns).mean(axis=1)
    errors = _Z95 * pairs.std(axis=0, ddof=1) / np.sqrt(walks.n_pairs)
    return Shapley(float(start.mean()), pairs.mean(axis=0), errors)
