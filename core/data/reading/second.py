"""A second table below the first one, in the same file: found, and never mixed in."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.reading.naming import is_missing
from core.data.reading.report import Refusals

_VALUE: Final = r"^\s*[-+($€£]*\d[\d.,:/ %€£)eE+-]*$"
_WORD: Final = r"[^\W\d_]{2}"
_LEAST_VALUES: Final = 0.5
_MOST_ROWS: Final = 200_000
_MOST_SUSPECTS: Final = 20
_LEAST_SHARE: Final = 0.1
_ABOVE: Final = (
    "Row {:,} looks like the names of the columns; if it is, choose how many lines "
    "stand before the table."
)


def without_second_table(
    columns: Sequence[Any], refusals: Refusals
) -> tuple[Sequence[Any], list[str]]:
    """Refuse the rows from a row on that names the columns of another table.

    That is a row of different words, with words in all its columns that hold numbers
    or dates elsewhere, at least two, and with such a value again right below it.

    Parameters
    ----------
    columns : sequence of pyarrow text arrays
        Of the rows below the names; larger tables are returned as they are.
    refusals : Refusals
        The rows of the second table are added.

    Returns
    -------
    columns : sequence of pyarrow text arrays
    notes : list of str

    Examples
    --------
    >>> text = [["Ann", "Bob", "City", "Rome"], ["3", "4", "Area", "7"]]
    >>> text.append(["1", "2", "Height", "5"])
    >>> columns, notes = without_second_table([pa.array(x) for x in text], Refusals())
    >>> len(columns[0]), notes
    (2, ['Another table begins below row 2; its 2 rows were refused.'])
    """
    n_rows = len(columns[0]) if columns else 0
    if len(columns) < 2 or not 4 <= n_rows <= _MOST_ROWS:
        return columns, []
    is_value = [_matches(column, _VALUE) for column in columns]
    of_values = [i for i, found in enumerate(is_value) if _mostly(found)]
    if len(of_values) < 2:
        return columns, []
    suspect = ~np.logical_or.reduce(is_value)
    suspect &= sum(_matches(columns[i], _WORD).astype(int) for i in of_values) > 1
    for row in np.flatnonzero(suspect[:-1])[:_MOST_SUSPECTS]:
        cells = [str(column[row].as_py() or "").strip() for column in columns]
        values_below = any(is_value[i][row + 1] for i in of_values if cells[i])
        named = row > 1 and values_below and _are_names(cells, of_values)
        if named and not _come_again(cells, columns):
            if row < _LEAST_SHARE * n_rows:
                return columns, [_ABOVE.format(row + 1)]
            return _cut(columns, int(row), refusals)
    return columns, []


def _matches(column: Any, pattern: str) -> Any:
    found = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _mostly(found: Any) -> bool:
    """Say whether a column holds values, above where they end or throughout."""
    last = int(np.max(np.flatnonzero(found), initial=-1))
    return last > 0 and float(found[: last + 1].mean()) >= _LEAST_VALUES


def _are_names(cells: Sequence[str], of_values: Sequence[int]) -> bool:
    """Say whether cells are different words without gaps, as names are."""
    filled = [cell for cell in cells if cell]
    known = [cells[i] for i in of_values if cells[i]]
    no_gap = not any(cells[len(filled) :])
    different = len(set(filled)) == len(filled) > 1
    enough = len(known) >= max(2, len(of_values) / 2)
    return no_gap and different and enough and not any(map(is_missing, known))


def _come_again(cells: Sequence[str], columns: Sequence[Any]) -> bool:
    """Say whether some cell stands in its column twice, as names do not."""
    pairs = [pair for pair in zip(cells, columns, strict=True) if pair[0]]
    return any((pc.sum(pc.equal(c, cell)).as_py() or 0) > 1 for cell, c in pairs)


def _cut(
    columns: Sequence[Any], row: int, refusals: Refusals
) -> tuple[Sequence[Any], list[str]]:
    n_rows = len(columns[0])
    for position in range(row, n_rows):
        text = " | ".join(str(column[position].as_py() or "") for column in columns)
        refusals.add(None, 0, 0, text.replace("\n", " "), "a row of another table")
    kept = [_one(column).slice(0, row) for column in columns]
    left = f"its {n_rows - row:,} rows were refused."
    return kept, [f"Another table begins below row {row:,}; {left}"]


def _one(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
