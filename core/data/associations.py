"""How strongly columns go together: one matrix for numbers and words alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.data.frames import ColumnKind
from core.data.profiled import Associations
from core.data.tallies import code_words
from core.data.values import as_numbers

MOST_COLUMNS: Final = 60
MOST_ROWS: Final = 20_000
_N_LEVELS: Final = 20

Matrix = NDArray[np.float32]
"""Of 20,000 rows counts are exact and correlations good to five digits."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """A sample of rows, ready for matrix products.

    Attributes
    ----------
    names : tuple of n str
        As wanted; numbers and dates are in `ranks`, words in `flags`.
    numbers, words : tuple of str
    rows : int64 ndarray of shape (n_rows,)
        Positions in the table.
    ranks : float32 ndarray of shape (n_rows, n_numbers)
        Standardised; missing ones, and all of a constant, are 0.
    flags : float32 ndarray of shape (n_rows, n_levels)
        1 where a row has the level; missing is a level of its own.
    owner : int64 ndarray of shape (n_levels,)
        Position in `words` that each level belongs to.
    """

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    rows: NDArray[np.int64]
    ranks: Matrix
    flags: Matrix
    owner: NDArray[np.int64]

    @property
    def order(self) -> list[int]:
        """Where each name stands among numbers and words."""
        position = {name: i for i, name in enumerate((*self.numbers, *self.words))}
        return [position[name] for name in self.names]


@lru_cache(maxsize=16)
def sample_rows(n_rows: int, limit: int, random_state: int = 0) -> NDArray[np.int64]:
    """Return at most `limit` row positions, ascending, the same every time."""
    rows = np.arange(n_rows)
    if n_rows > limit:
        rng = np.random.default_rng(random_state)
        rows = np.sort(rng.choice(n_rows, size=limit, replace=False))
    rows.flags.writeable = False  # it is kept, and given out again
    return rows


def sample_present(values: pd.Series, limit: int) -> NDArray[np.int64]:
    """Return the positions of at most `limit` rows that have a value, ascending."""
    present = values.notna().to_numpy(dtype=bool)
    if present.all():
        return sample_rows(present.size, limit)
    known = np.flatnonzero(present)
    return known[sample_rows(known.size, limit)]


def associate(
    frame: pd.DataFrame, kinds: Mapping[str, ColumnKind], names: Sequence[str]
) -> Associations:
    """Measure the association of every pair of columns.

    Missing numbers count as the mean rank, missing words as a level of their own.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    kinds : mapping of column to kind
        Texts and ids are left out.
    names : sequence of str
        Columns wanted, at most 60 of which are taken.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 4, 6, 9]})
    >>> associate(table, {"a": "integer", "b": "integer"}, ["a", "b"]).values[0][1]
    1.0
    """
    return measure(sample_columns(frame, kinds, names))


def sample_columns(
    frame: pd.DataFrame, kinds: Mapping[str, ColumnKind], names: Sequence[str]
) -> Sampled:
    """Sample at most 20,000 rows of at most 60 columns; see `associate`."""
    wanted = [n for n in names if kinds[n] not in ("text", "id")][-MOST_COLUMNS:]
    rows = sample_rows(len(frame), MOST_ROWS)
    sample = {name: frame[name].iloc[rows] for name in wanted}
    words = [name for name in wanted if kinds[name] in ("category", "boolean")]
    numbers = [name for name in wanted if name not in words]
    flags, owner = _flags([sample[name] for name in words], rows.size)
    ranks = _ranks([sample[name] for name in numbers], rows.size)
    return Sampled(
        tuple(wanted), tuple(numbers), tuple(words), rows, ranks, flags, owner
    )


def measure(sampled: Sampled) -> Associations:
    """Measure the association of every pair of sampled columns."""
    n = len(sampled.rows)
    if n < 3 or not sampled.names:
        return Associations((), (), n)
    ranks, flags, owner = sampled.ranks, sampled.flags, sampled.owner
    with threadpool_limits(1):  # waiting threads cost more than they help
        across = _ratios(flags, owner, ranks, len(sampled.words))
        among = _cramers(flags, owner, len(sampled.words))
        matrix = np.block([[ranks.T @ ranks / n, across.T], [across, among]])
    order = sampled.order
    exact = matrix.astype(np.float64).clip(-1, 1)
    rounded = np.round(exact[np.ix_(order, order)], 4)
    np.fill_diagonal(rounded, 1.0)
    return Associations(sampled.names, tuple(map(tuple, rounded.tolist())), n)


def correlate(sampled: Sampled, marks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Measure how strongly marks on the sampled rows go with each column.

    Parameters
    ----------
    sampled : Sampled
    marks : bool ndarray of shape (n_rows, n_marks)

    Returns
    -------
    ndarray of shape (n_marks, n_names), in [0, 1]
        Correlation with the ranks of numbers, correlation ratio with words.
    """
    raised = marks - marks.mean(axis=0)
    spread = raised.std(axis=0)
    standard = (raised / np.where(spread > 0, spread, 1)).astype(np.float32)
    with threadpool_limits(1):
        with_numbers = np.abs(standard.T @ sampled.ranks) / len(marks)
        with_words = _ratios(
            sampled.flags, sampled.owner, standard, len(sampled.words)
        ).T
    both = np.hstack([with_numbers, with_words]).astype(np.float64)
    return np.asarray(both[:, sampled.order])


def _ranks(sample: list[pd.Series], n_rows: int) -> Matrix:
    """Return standardised ranks, one column each; a constant is all zero."""
    columns = np.zeros((n_rows, len(sample)), dtype=np.float32, order="F")
    for i, values in enumerate(sample):
        numbers = as_numbers(values)
        known = np.flatnonzero(~np.isnan(numbers))
        ranked = rank(numbers[known])
        ranked -= ranked.mean() if ranked.size else 0.0
        spread = np.sqrt((ranked**2).sum() / max(n_rows, 1))
        if spread > 0:
            columns[known, i] = ranked / spread
    return columns


def rank(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each number from 0; equal ones share their mean rank.

    Examples
    --------
    >>> rank(np.array([5.0, 1.0, 5.0])).tolist()
    [1.5, 0.0, 1.5]
    """
    order = np.argsort(numbers)
    ordered = numbers[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))[: numbers.size]
    sizes = np.diff(np.append(first, numbers.size))
    ranks = np.empty(numbers.size)
    ranks[order] = np.repeat(first + (sizes - 1) / 2, sizes)
    return ranks


def _flags(sample: list[pd.Series], n_rows: int) -> tuple[Matrix, NDArray[np.int64]]:
    """Return one indicator column per level, and the column each belongs to."""
    blocks: list[Matrix] = [np.zeros((n_rows, 0), dtype=np.float32)]
    owner: list[int] = []
    for i, values in enumerate(sample):
        codes, levels = code_words(values, _N_LEVELS)
        n_levels = len(levels) + int((codes < 0).any())
        codes[codes < 0] = len(levels)
        block = np.zeros((n_rows, n_levels), dtype=np.float32)
        block[np.arange(n_rows), codes] = 1.0
        blocks.append(block)
        owner.extend([i] * n_levels)
    return np.hstack(blocks), np.array(owner, dtype=np.int64)


def _ratios(
    flags: Matrix, owner: NDArray[np.int64], ranks: Matrix, n_words: int
) -> Matrix:
    """Return correlation ratios of ranks, words down and numbers across.

    The share of variance that a level's mean explains is corrected for the number
    of levels, so that independent columns give about 0.
    """
    n = len(ranks)
    counts = flags.sum(axis=0)[:, None]
    between = (flags.T @ ranks) ** 2 / np.maximum(counts, 1) / n
    explained = np.zeros((n_words, ranks.shape[1]), dtype=np.float32)
    np.add.at(explained, owner, between)
    free = np.maximum(np.bincount(owner, minlength=n_words) - 1, 0)[:, None]
    corrected = explained - free / max(n - 1, 1) * (1 - explained)
    return np.asarray(np.sqrt(np.clip(corrected, 0, 1)), dtype=np.float32)


def _cramers(flags: Matrix, owner: NDArray[np.int64], n_words: int) -> Matrix:
    """Return Cramér's V with bias correction (Bergsma 2013) of every pair of words."""
    n = len(flags)
    observed = (flags.T @ flags).astype(np.float64)
    counts = np.diag(observed)
    expected = np.outer(counts, counts) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = np.where(expected > 0, (observed - expected) ** 2 / expected, 0.0)
    member = np.zeros((owner.size, n_words))
    member[np.arange(owner.size), owner] = 1.0
    phi2 = member.T @ cells @ member / n
    levels = member.sum(axis=0)
    free = np.outer(levels - 1, levels - 1)
    corrected = np.maximum(phi2 - free / max(n - 1, 1), 0)
    shrunk = levels - (levels - 1) ** 2 / max(n - 1, 1)
    room = np.minimum.outer(shrunk, shrunk) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.where(room > 0, corrected / room, 0.0)
    return np.asarray(np.sqrt(np.clip(squared, 0, 1)), dtype=np.float32)
