"""Changing a column of words by changing each different word once."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from core.data.distinct import looks_distinct
from core.data.frames import canonical_column
from core.data.values import encode_words

_FEWEST_ROWS: Final = 10_000
_MOST_DIFFERENT: Final = 0.25


def by_word(values: pd.Series, change: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Change a canonical column, each different word once where many repeat.

    Parameters
    ----------
    values : Series of shape (n_rows,), canonical
    change : callable(Series) -> Series
        What it makes of a cell depends on that cell alone; a missing one stays so.

    Returns
    -------
    Series of shape (n_rows,), canonical

    Examples
    --------
    >>> by_word(pd.Series(["a ", None], dtype="str"), lambda v: v.str.strip()).tolist()
    ['a', nan]
    """
    few = str(values.dtype) != "str" or len(values) < _FEWEST_ROWS
    if few or looks_distinct(values):
        return canonical_column(change(values))
    words = encode_words(values)
    if len(words.dictionary) > _MOST_DIFFERENT * len(values):
        return canonical_column(change(values))
    missing = int(words.sizes.sum()) < len(values)
    each = [*words.dictionary.to_pylist(), *([None] if missing else [])]
    changed = canonical_column(change(pd.Series(each, dtype="str")))
    taken = changed.take(np.where(words.codes < 0, len(each) - 1, words.codes))
    taken.index, taken.name = values.index, values.name
    return taken
