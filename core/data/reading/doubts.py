"""What about a table that was read may be otherwise, in words."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow.compute as pc

from core.data.reading.dialect import Dialect

_MARKED_SHARE: Final = 0.1


def doubts(columns: Sequence[Any], dialect: Dialect) -> list[str]:
    """Return notes on a table that was read with less than certainty.

    Parameters
    ----------
    columns : sequence of pyarrow text arrays
    dialect : Dialect

    Examples
    --------
    >>> import pyarrow as pa
    >>> doubts([pa.array(["it rained, and stopped", "it rained"])], Dialect(None))[0]
    'The file was read as one column, though 1 of its lines hold signs that could ...'
    >>> doubts([pa.array(['"Ann', "Bob"]), pa.array(["1", "2"])], Dialect(","))
    ['1 values begin with a quote that is never closed; it was left in them.']
    """
    if len(columns) == 1 and dialect.delimiter is None:
        return _one_column(columns[0])
    n_open = sum(_count(column, r'^"[^"]*$') for column in columns)
    if not n_open:
        return []
    return [
        f"{n_open:,} values begin with a quote that is never closed; it was left in "
        "them."
    ]


def _one_column(column: Any) -> list[str]:
    """Say so where the lines of a single column could be rows of several values."""
    marked = _count(column, r"[,;|\t]")
    if marked <= _MARKED_SHARE * len(column):
        return []
    return [
        f"The file was read as one column, though {marked:,} of its lines hold signs "
        "that could part values; if they do, choose the delimiter."
    ]


def _count(column: Any, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(column, pattern)).as_py() or 0)
