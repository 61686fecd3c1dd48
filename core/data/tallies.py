"""Counting rows by place and target: one pass, in blocks that stay in the cache."""

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
Place = Callable[[slice], NDArray[np.int64]]
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
    """

    task: Task
    classes: tuple[str, ...]
    codes: NDArray[np.int8]
    numbers: NDArray[np.float64]


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


def code_target(values: pd.Series, task: Task) -> TargetCodes:
    """Return the target as codes of at most ten classes, or as numbers."""
    if task == "regression":
        nothing = np.array([], dtype=np.int8)
        return TargetCodes(task, (), nothing, as_numbers(values))
    codes, names = code_words(values, _MOST_SHOWN_CLASSES)
    return TargetCodes(task, names, codes.astype(np.int8), np.array([]))


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
    place: Place, n_places: int, n_rows: int, target: TargetCodes | None
) -> Tally:
    """Count the rows in each place, by class or with the mean target beside it.

    Examples
    --------
    >>> places = np.array([0, 1, 1, -1])
    >>> tally(lambda rows: places[rows], 2, 4, None).counts.tolist()
    [1, 2]
    """
    if target is not None and not target.classes:
        return _with_means(place, n_places, n_rows, target.numbers)
    classes = target.classes if target is not None else ()
    width = n_places + 1
    cells = np.zeros(width * (len(classes) + 1), dtype=np.int64)
    for start in range(0, n_rows, BLOCK):
        rows = slice(start, min(start + BLOCK, n_rows))
        at = place(rows) + 1
        if target is not None:
            at += (target.codes[rows] + 1).astype(np.int64) * width
        cells += np.bincount(at, minlength=cells.size)
    table = cells.reshape(-1, width)[:, 1:]
    by_class = {
        name: tuple(int(n) for n in row)
        for name, row in zip(classes, table[1:], strict=True)
    }
    return Tally(table.sum(axis=0), by_class, ())


def _with_means(
    place: Place, n_places: int, n_rows: int, numbers: NDArray[np.float64]
) -> Tally:
    counts = np.zeros(n_places + 1, dtype=np.int64)
    known = np.zeros(n_places + 1, dtype=np.int64)
    sums = np.zeros(n_places + 1)
    for start in range(0, n_rows, BLOCK):
        rows = slice(start, min(start + BLOCK, n_rows))
        at, goal = place(rows) + 1, numbers[rows]
        counts += np.bincount(at, minlength=counts.size)
        present = ~np.isnan(goal)
        if not present.all():
            at, goal = at[present], goal[present]
        known += np.bincount(at, minlength=counts.size)
        sums += np.bincount(at, weights=goal, minlength=counts.size)
    means = tuple(
        float(total / n) if n else None
        for total, n in zip(sums[1:], known[1:], strict=True)
    )
    return Tally(counts[1:], {}, means)
