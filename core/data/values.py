"""What can be counted and sorted in one column; each column is sorted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def as_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return a canonical number, boolean or date column as float64, NaN for missing.

    Dates become POSIX seconds in UTC.
    """
    if str(values.dtype) == "datetime64[us]":
        moments = values.to_numpy()
        seconds = moments.astype("int64") / 1e6
        return np.where(np.isnat(moments), np.nan, seconds)
    return values.to_numpy(dtype="float64", na_value=np.nan)


def sorted_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return the column's values that are not missing, smallest first."""
    numbers = as_numbers(values)
    present = numbers[~np.isnan(numbers)]
    present.sort()
    return present


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
    """The different values of a column of words, most frequent first.

    Attributes
    ----------
    values : pyarrow StringArray of shape (n_distinct,)
    counts : ndarray of shape (n_distinct,)
        Ties stand in the order of their text.
    """

    values: Any
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.counts)

    def top(self, limit: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Return the `limit` most frequent values and their counts."""
        values = tuple(self.values[:limit].to_pylist())
        return values, tuple(int(n) for n in self.counts[:limit])


def arrow_text(values: pd.Series) -> Any:
    """Return a ``str`` column as one pyarrow LargeStringArray, null for missing."""
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.cast(pa.large_string())


def count_levels(text: Any) -> Levels:
    """Count the different values of a pyarrow text array, without missing ones."""
    counted = pc.value_counts(text.drop_null())
    values, counts = counted.field(0), counted.field(1)
    order = pc.sort_indices(
        pa.table({"n": counts, "value": values}),
        sort_keys=[("n", "descending"), ("value", "ascending")],
    )
    return Levels(values.take(order), counts.take(order).to_numpy())
