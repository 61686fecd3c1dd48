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

_NOT_A_TIME: Final = np.iinfo(np.int64).min
_LOOK: Final = 64
_NEAR: Final = 300


class Room:
    """Memory for one column that is used again for the next.

    Fresh memory of a million numbers costs about as much as it takes to sort them.

    Parameters
    ----------
    n_rows : int
    """

    def __init__(self, n_rows: int) -> None:
        self.numbers = np.empty(n_rows)
        self.ordered = np.empty(n_rows)


def as_numbers(
    values: pd.Series, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return a canonical number, boolean or date column as float64, NaN for missing.

    Dates become POSIX seconds in UTC. A column that has to be converted is written
    into `out`, where that is given.
    """
    if str(values.dtype) == "datetime64[us]":
        moments = values.to_numpy().view("int64")
        seconds: NDArray[np.float64] = np.divide(moments, 1e6, out=out)
        if moments.size and moments.min() == _NOT_A_TIME:
            seconds[moments == _NOT_A_TIME] = np.nan
        return seconds
    if out is not None and str(values.dtype) in ("int64", "bool"):
        np.copyto(out, values.to_numpy())
        return out
    if str(values.dtype) in ("float64", "int64", "bool"):
        return values.to_numpy(dtype="float64")
    return values.to_numpy(dtype="float64", na_value=np.nan)


def sorted_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return the column's values that are not missing, smallest first."""
    return order_numbers(as_numbers(values))


def order_numbers(
    numbers: NDArray[np.float64], out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the numbers that are not NaN, smallest first; in `out` if given.

    Examples
    --------
    >>> order_numbers(np.array([3.0, np.nan, 1.0])).tolist()
    [1.0, 3.0]
    """
    ordered = np.empty(numbers.size) if out is None else out
    if _order_whole(numbers, ordered):
        return ordered
    ordered[:] = numbers
    ordered.sort()  # NaN comes last
    if not ordered.size or not np.isnan(ordered[-1]):
        return ordered
    return ordered[: ordered.size - int(np.count_nonzero(np.isnan(ordered)))]


def _order_whole(numbers: NDArray[np.float64], out: NDArray[np.float64]) -> bool:
    """Sort whole numbers as four bytes each, which takes half the time.

    False where some are missing or not whole, where they are too far apart, or so near
    that they are often equal: those are sorted quickly as they are.
    """
    size = numbers.size
    look = numbers[:: max(size // _LOOK, 1)]
    if size < BLOCK or not (look == np.rint(look)).all():
        return False
    low = float(numbers.min())
    span = float(numbers.max()) - low
    if not (_NEAR < span < 2**31 and abs(low) < 2**52):
        return False
    above = out.view(np.int32)[size:]  # the upper half: what is read comes later
    for start in range(0, size, BLOCK):
        part = numbers[start : start + BLOCK] - low
        steps = part.astype(np.int32)
        if not (steps == part).all():
            return False
        above[start : start + BLOCK] = steps
    above.sort()
    for start in range(0, size, BLOCK):
        rows = slice(start, start + BLOCK)
        np.add(above[rows], low, out=out[rows])
    return True


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
