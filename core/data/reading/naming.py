"""Names of columns that stand in several rows: groups, names, units."""

from collections.abc import Sequence
from typing import Final

from core.data.reading.header import looks_like_value
from core.data.reading.plans import MISSING_AMONG_VALUES

Rows = Sequence[Sequence[str]]

_MOST_ROWS: Final = 6
_MOST_BODY: Final = 500
_LEAST_VALUES: Final = 2
_MOSTLY: Final = 0.9


def rows_of_names(rows: Rows, width: int) -> tuple[int, list[str]]:
    """Count the rows that name the columns, and make one name of each column's.

    The rows before the first value are names, units or groups as far as they have
    words where the columns below hold values. The fullest of them gives the names;
    where it has none, another does.

    Parameters
    ----------
    rows : sequence of rows
        From the first row of the table on.
    width : int

    Returns
    -------
    n_rows : int
        1 where a single row names the columns, or none does.
    names : list of str
        Empty where `n_rows` is 1.

    Examples
    --------
    >>> rows = [["day", "t"], ["date", "degC"], ["2024-01-01", "3"]]
    >>> rows_of_names([*rows, ["2024-01-02", "4"]], 2)
    (2, ['day', 't'])
    """
    lead = _before_values(rows[:_MOST_ROWS], width)
    body = [row for row in rows[len(lead) : _MOST_BODY] if len(row) == width]
    of_values = [i for i in range(width) if _holds_values([row[i] for row in body])]
    if len(lead) < 2 or not of_values:
        return 1, []
    n_rows = 1
    while n_rows < len(lead) and _names_more(lead[:n_rows], lead[n_rows], of_values):
        n_rows += 1
    if n_rows == 1:
        return 1, []
    block = lead[:n_rows]
    fullest = max(block, key=_fullness)
    others = [row for row in block if row is not fullest]
    names = [
        next((row[i].strip() for row in (fullest, *others) if row[i].strip()), "")
        for i in range(width)
    ]
    return n_rows, names


def _fullness(row: Sequence[str]) -> tuple[int, int]:
    """Return how many cells are filled, and with how many different words."""
    words = [cell.strip() for cell in row if cell.strip()]
    return len(words), len(set(words))


def _before_values(rows: Rows, width: int) -> list[Sequence[str]]:
    """Return the first rows that hold words alone."""
    lead: list[Sequence[str]] = []
    for row in rows:
        if len(row) != width or any(map(looks_like_value, row)):
            break
        lead.append(row)
    return lead


def _holds_values(cells: Sequence[str]) -> bool:
    present = [cell for cell in cells if not is_missing(cell)]
    n_values = sum(map(looks_like_value, present))
    return n_values >= max(_LEAST_VALUES, _MOSTLY * len(present))


def is_missing(cell: str) -> bool:
    """Say whether a cell is empty or says that there is no value."""
    return cell.strip() in MISSING_AMONG_VALUES


def _names_more(above: Rows, row: Sequence[str], of_values: Sequence[int]) -> bool:
    """Say whether a row has words over columns of values, or fills gaps in names."""
    words = [i for i in of_values if not is_missing(row[i])]
    filling = [i for i in words if not any(names[i].strip() for names in above)]
    return len(words) >= max(2, len(of_values) / 2) or len(filling) > 1
