"""Words as what the target was like where they stood: for columns of many words.

A code or an indicator for each of hundreds of words is more than a model can learn
from; the mean of the target says most of it in one number. A mean over few rows is
drawn towards that of all (Micci-Barreca, 2001, "A preprocessing scheme for
high-cardinality categorical attributes"), and training rows get means over other rows
alone, else a model would learn to trust numbers that hold its own answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.modeling.columns import count_words
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.rows import Rows, group_folds

FEWEST_WORDS: Final = 20
"""Columns with fewer words are told by codes or indicators as well or better."""
MOST_WORDS: Final = 10_000
MOST_CLASSES: Final = 10
_PRIOR_ROWS: Final = 20.0
_FOLDS: Final = 5


@dataclass(frozen=True, eq=False)
class MeanColumn:
    """Words as the mean of the target, in its standard deviations from that of all.

    Attributes
    ----------
    name : str
    codes : dict of str to int
        Rows of the table; words that training saw once or never share the last but
        one, missing ones the last.
    table : ndarray of shape (n_words + 2, n_out), float32
        One number for a number or two classes, else one for each class.
    """

    name: str
    codes: dict[str, int]
    table: Matrix = field(repr=False)

    def encode(self, values: Sequence[Any]) -> Matrix:
        """Return the means of each row's word."""
        return np.asarray(self.table[places(self.codes, values)])

    @property
    def parts(self) -> tuple[str, ...]:
        """The mean, or that of each class."""
        if self.table.shape[1] == 1:
            return ("mean of the target",)
        return tuple(f"share of class {i + 1}" for i in range(self.table.shape[1]))


def learn_means(
    name: str,
    values: Sequence[Any],
    y: Floats,
    n_classes: int | None,
    groups: Rows | None = None,
) -> tuple[MeanColumn, Matrix] | None:
    """Learn a column's means, and what its training rows are told.

    Parameters
    ----------
    name : str
    values : sequence of n_rows values
        Words; anything that is not a str is missing.
    y : ndarray of shape (n_rows,)
        Codes of classes, or numbers.
    n_classes : int or None
        None: numbers.
    groups : ndarray of shape (n_rows,), default=None
        Rows of one group never tell each other.

    Returns
    -------
    column : MeanColumn
    matrix : ndarray of shape (n_rows, n_out)
        For the training rows: means over the rows of other folds.
        None instead of both when the column has fewer than 20 words that occur twice,
        or there are more than 10 classes.

    Examples
    --------
    >>> words = [f"w{i % 25}" for i in range(100)]
    >>> y = np.array([float(i % 25 < 5) for i in range(100)])
    >>> column, matrix = learn_means("word", words, y, 2)
    >>> matrix.shape, bool(column.encode(["w0"])[0, 0] > 0), column.encode(["new"])[0]
    ((100, 1), True, array([0.], dtype=float32))
    """
    codes = _codes(values)
    if len(codes) < FEWEST_WORDS or (n_classes or 0) > MOST_CLASSES:
        return None
    place, truth = places(codes, values), _columns(y, n_classes)
    middle, spread = truth.mean(axis=0), truth.std(axis=0)
    truth = (truth - middle) / np.where(spread > 0, spread, 1.0)
    n_places = len(codes) + 2
    fold = _folds(len(y), groups)
    counts = np.zeros((_FOLDS, n_places))
    sums = np.zeros((_FOLDS, n_places, truth.shape[1]))
    np.add.at(counts, (fold, place), 1.0)
    np.add.at(sums, (fold, place), truth)
    n, total = counts.sum(axis=0), sums.sum(axis=0)
    others = _shrunk(total - sums, n - counts)
    table = _shrunk(total[None], n[None])[0]
    return MeanColumn(name, codes, table), np.asarray(others[fold, place])


def places(codes: dict[str, int], values: Sequence[Any]) -> Rows:
    """Return each value's row of the table."""
    get, other = codes.get, len(codes)
    found = [get(v, other) if isinstance(v, str) else other + 1 for v in values]
    return np.asarray(found, dtype=np.int64)


def _codes(values: Sequence[Any]) -> dict[str, int]:
    kept = [word for word, n in count_words(values) if n >= 2][:MOST_WORDS]
    return {word: code for code, word in enumerate(kept)}


def _columns(y: Floats, n_classes: int | None) -> Floats:
    """Return what is averaged: numbers, the second of two classes, or every class."""
    if n_classes is None:
        return np.asarray(y, dtype=np.float64).reshape(-1, 1)
    if n_classes == 2:
        return np.asarray(y == 1, dtype=np.float64).reshape(-1, 1)
    return np.asarray(y.reshape(-1, 1) == np.arange(n_classes), dtype=np.float64)


def _folds(n_rows: int, groups: Rows | None) -> Rows:
    rng = np.random.default_rng(0)
    if groups is not None:
        return group_folds(groups, _FOLDS, rng)
    return np.asarray(rng.permutation(n_rows) % _FOLDS)


def _shrunk(sums: Floats, counts: Floats) -> Matrix:
    """Return means as if 20 more rows had the mean of all, which is 0."""
    means = sums / (counts + _PRIOR_ROWS)[..., None]
    return np.asarray(means, dtype=np.float32)
