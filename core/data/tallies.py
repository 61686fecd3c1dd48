"""Counting rows by place and target, in blocks that stay in the cache.

How many rows a place has is known from the sorted column or from its dictionary. So
only rows outside the most frequent class have to be looked at to count by class.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from core.data.target import Task
from core.data.values import BLOCK, Words, as_numbers, encode_words

OTHER: Final = "(other)"
_MOST_SHOWN_CLASSES: Final = 10

Codes = NDArray[np.integer[Any]]
Place = Callable[[slice | NDArray[np.int64]], NDArray[np.int64]]
"""Gives the place of each row of a block, from 0; -1 for none."""


@dataclass(frozen=True, eq=False)
class TargetCodes:
    """The target of every row, ready to be counted.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    classes : tuple of str
        Most frequent first; those beyond the ninth are "(other)". Empty for numbers.
    codes : int8 ndarray of shape (n_rows,)
        Position in `classes`, -1 for missing; empty for numbers.
    numbers : float64 ndarray of shape (n_rows,)
        The target itself, NaN for missing; empty for classes.
    rest : int64 ndarray of shape (n_rest,)
        Rows that are not of the first class; empty for numbers.
    """

    task: Task
    classes: tuple[str, ...]
    codes: NDArray[np.int8]
    numbers: NDArray[np.float64]
    rest: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tally:
    """How many rows are in each place.

    Attributes
    ----------
    counts : int64 ndarray of shape (n_places,)
    by_class : dict of str to tuple of n_places int
        Empty without classes.
    target_mean : tuple of n_places (float or None)
        Empty unless the target is a number.
    """

    counts: NDArray[np.int64]
    by_class: dict[str, tuple[int, ...]]
    target_mean: tuple[float | None, ...]


def code_target(
    values: pd.Series, task: Task, words: Words | None = None
) -> TargetCodes:
    """Return the target as codes of at most ten classes, or as numbers.

    `words` are those of the column, where they are known already.
    """
    nowhere = np.array([], dtype=np.int64)
    if task == "regression":
        nothing = np.array([], dtype=np.int8)
        return TargetCodes(task, (), nothing, as_numbers(values), nowhere)
    words = encode_words(values) if words is None else words
    place, names = most_frequent(words, _MOST_SHOWN_CLASSES)
    codes = place.astype(np.int8)[words.codes]
    return TargetCodes(task, names, codes, np.array([]), np.flatnonzero(codes))


def code_words(
    values: pd.Series, limit: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return codes of the most frequent words (-1 missing) and their names.

    Words beyond the `limit` - 1 most frequent share the last code, "(other)".
    """
    words = encode_words(values)
    place, names = most_frequent(words, limit)
    codes: NDArray[np.int64] = place[words.codes]
    return codes, names


def most_frequent(
    words: Words, limit: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the place of each word of the dictionary, and the places' names.

    The last entry, where the code -1 of missing words points, is -1.
    """
    many = len(words.dictionary) > limit
    kept = words.order(limit - 1 if many else limit)
    names = tuple(words.dictionary.take(pa.array(kept)).to_pylist())
    place = np.full(len(words.dictionary) + 1, len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = -1
    return place, (*names, OTHER) if many else names


def tally(
    place: Place, whole: NDArray[np.int64], n_rows: int, target: TargetCodes | None
) -> Tally:
    """Count the rows in each place by class, or put the mean target beside it.

    Parameters
    ----------
    place : callable
        Of a slice or an array of rows.
    whole : int64 ndarray of shape (n_places,)
        All rows in each place.
    n_rows : int
    target : TargetCodes or None

    Examples
    --------
    >>> places = np.array([0, 1, 1, -1])
    >>> goal = code_target(pd.Series(["yes", "no", "yes", "no"]), "binary")
    >>> tally(lambda rows: places[rows], np.array([1, 2]), 4, goal).by_class
    {'no': (0, 1), 'yes': (1, 1)}
    """
    if target is None:
        return Tally(whole, {}, ())
    if not target.classes:
        return _with_means(place, whole, n_rows, target.numbers)
    width = whole.size + 1
    cells = np.zeros(width * (len(target.classes) + 1), dtype=np.int64)
    for start in range(0, target.rest.size, BLOCK):
        rows = target.rest[start : start + BLOCK]
        at = place(rows) + 1
        at += (target.codes[rows] + 1).astype(np.int64) * width
        cells += np.bincount(at, minlength=cells.size)
    table = cells.reshape(-1, width)[:, 1:]
    table[1] = whole - table.sum(axis=0)
    by_class = {
        name: tuple(int(n) for n in row)
        for name, row in zip(target.classes, table[1:], strict=True)
    }
    return Tally(whole, by_class, ())


def _with_means(
    place: Place,
    whole: NDArray[np.int64],
    n_rows: int,
    numbers: NDArray[np.float64],
) -> Tally:
    known, sums = np.zeros(whole.size + 1, dtype=np.int64), np.zeros(whole.size + 1)
    for start in range(0, n_rows, BLOCK):
        rows = slice(start, min(start + BLOCK, n_rows))
        at, goal = place(rows) + 1, numbers[rows]
        present = ~np.isnan(goal)
        if not present.all():
            at, goal = at[present], goal[present]
        known += np.bincount(at, minlength=known.size)
        sums += np.bincount(at, weights=goal, minlength=sums.size)
    means = tuple(
        float(total / n) if n else None
        for total, n in zip(sums[1:], known[1:], strict=True)
    )
    return Tally(whole, {}, means)
