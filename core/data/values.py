"""What can be counted and sorted in one column; each column is sorted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.frames import as_text

BLOCK: Final = 1 << 15
"""Rows that are worked on at a time, so that they stay in the processor's cache."""


def as_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return a canonical number, boolean or date column as float64, NaN for missing.

    Dates become POSIX seconds in UTC.
    """
    if str(values.dtype) == "datetime64[us]":
        moments = values.to_numpy()
        seconds = moments.astype("int64") / 1e6
        return np.where(np.isnat(moments), np.nan, seconds)
    if str(values.dtype) in ("float64", "int64", "bool"):
        return values.to_numpy(dtype="float64")
    return values.to_numpy(dtype="float64", na_value=np.nan)


def sorted_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return the column's values that are not missing, smallest first."""
    return order_numbers(as_numbers(values))


def order_numbers(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the numbers that are not NaN, smallest first.

    Examples
    --------
    >>> order_numbers(np.array([3.0, np.nan, 1.0])).tolist()
    [1.0, 3.0]
    """
    ordered = np.sort(numbers)  # NaN comes last
    n_present = ordered.size - int(np.count_nonzero(np.isnan(numbers)))
    return ordered[:n_present]


def quantiles(ordered: NDArray[np.float64], at: Sequence[float]) -> list[float]:
    """Read quantiles off sorted values by linear interpolation.

    Examples
    --------
    >>> quantiles(np.array([0.0, 1.0, 2.0]), [0.5, 1.0])
    [1.0, 2.0]
    """
    position = np.asarray(at) * (ordered.size - 1)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, ordered.size - 1)
    share = position - low
    between = ordered[low] * (1 - share) + ordered[high] * share
    return [float(value) for value in between]


def count_distinct(ordered: NDArray[np.float64]) -> int:
    """Count the different values among sorted ones."""
    if not ordered.size:
        return 0
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1


@dataclass(frozen=True, eq=False)
class Levels:
    """The most frequent values of a column of words.

    Attributes
    ----------
    values : pyarrow LargeStringArray of shape (n_kept,)
        Most frequent first, ties in the order of their text.
    counts : ndarray of shape (n_kept,)
    n_distinct : int
        Different values, kept or not.
    n_present : int
        Rows with a value.
    """

    values: Any
    counts: NDArray[np.int64]
    n_distinct: int
    n_present: int

    def __len__(self) -> int:
        return self.n_distinct

    def top(self, limit: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Return the `limit` most frequent values and their counts."""
        values = tuple(self.values[:limit].to_pylist())
        return values, tuple(int(n) for n in self.counts[:limit])


@dataclass(frozen=True, eq=False)
class Words:
    """A column of words, each written once.

    Attributes
    ----------
    dictionary : pyarrow LargeStringArray of shape (n_distinct,)
        In the order of their first row; of booleans, "False" first.
    codes : integer ndarray of shape (n_rows,)
        Position in the dictionary, -1 for missing.
    sizes : int64 ndarray of shape (n_distinct,)
        Rows of each.
    """

    dictionary: Any
    codes: NDArray[np.integer[Any]]
    sizes: NDArray[np.int64]

    @property
    def levels(self) -> Levels:
        """The most frequent values, at most 1,000 of them."""
        ordered = self.order(MOST_KEPT)
        return Levels(
            self.dictionary.take(pa.array(ordered)),
            self.sizes[ordered],
            len(self.dictionary),
            int(self.sizes.sum()),
        )

    def order(self, limit: int) -> NDArray[np.int64]:
        """Return the positions of the most frequent values, ties by their text."""
        table = pa.table({"n": self.sizes, "value": self.dictionary})
        order = [("n", "descending"), ("value", "ascending")]
        if len(self.dictionary) > limit:
            least = np.partition(self.sizes, -limit)[-limit]
            table = table.append_column("at", pa.array(np.arange(self.sizes.size)))
            table = table.filter(pc.field("n") >= int(least))
            chosen = pc.select_k_unstable(table, limit, sort_keys=order)
            return np.asarray(table["at"].take(chosen).to_numpy())
        return np.asarray(pc.sort_indices(table, sort_keys=order).to_numpy()).astype(
            np.int64
        )


MOST_KEPT: Final = 1_000
"""So many of the most frequent words are looked at."""


def encode_words(values: pd.Series) -> Words:
    """Encode a canonical column as words by one pass over it.

    Numbers, dates and booleans are read as a person would write them.

    Examples
    --------
    >>> words = encode_words(pd.Series(["b", "a", "b", None], dtype="str"))
    >>> words.codes.tolist(), words.levels.top(5)
    ([0, 1, 0, -1], (('b', 'a'), (2, 1)))
    """
    if str(values.dtype) == "str":
        encoded = pc.dictionary_encode(arrow_text(values))
        dictionary = encoded.dictionary
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    elif str(values.dtype) == "bool":
        return _encode_flags(values.to_numpy())
    else:
        codes, uniques = pd.factorize(values)
        dictionary = arrow_text(as_text(pd.Series(uniques)))
    return Words(dictionary, codes, count_codes(codes, len(dictionary)))


def _encode_flags(flags: NDArray[np.bool_]) -> Words:
    n_true = int(np.count_nonzero(flags))
    sizes = np.array([flags.size - n_true, n_true])
    names = pa.array(["False", "True"], type=pa.large_string())
    if sizes.all():
        return Words(names, flags.view(np.int8), sizes)
    there = pa.array(sizes > 0)
    return Words(names.filter(there), np.zeros(flags.size, np.int8), sizes[sizes > 0])


def count_codes(codes: NDArray[np.integer[Any]], n_codes: int) -> NDArray[np.int64]:
    """Count each code from 0; those of -1 are left out.

    Examples
    --------
    >>> count_codes(np.array([0, 2, -1, 2]), 3).tolist()
    [1, 0, 2]
    """
    if n_codes > BLOCK:
        return np.bincount(codes[codes >= 0], minlength=n_codes)
    counts = np.zeros(n_codes + 1, dtype=np.int64)
    for start in range(0, codes.size, BLOCK):
        block = codes[start : start + BLOCK].astype(np.int64) + 1
        counts += np.bincount(block, minlength=n_codes + 1)
    return counts[1:]


def arrow_text(values: pd.Series) -> Any:
    """Return a ``str`` column as one pyarrow LargeStringArray, null for missing."""
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.cast(pa.large_string())
