"""Records as plain columns: what fits a column's kind, what is missing, what not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .values import READERS, Unfit, is_missing, read_word

Columns = dict[str, Any]
"""Float64 arrays with NaN for missing (numbers, booleans as 0 and 1, moments as
POSIX seconds), lists of str with None for missing (words)."""

Problem = dict[str, Any]
"""A cell that does not fit: its row, column, value, and what would fit."""

NUMERIC = frozenset(("number", "integer", "boolean", "date"))
ALLOWED = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date such as 2024-05-31 or 2024-05-31T14:00:00",
}
_NAN = float("nan")


def read_records(
    records: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]
) -> tuple[Columns, list[Problem]]:
    """Read records into plain columns; what does not fit counts as missing.

    Parameters
    ----------
    records : sequence of n_rows mappings
        Absent columns are missing, unknown ones are left out.
    columns : sequence of mapping
        Each with a "name" and a "kind".

    Returns
    -------
    columns : dict of str to values of shape (n_rows,)
    problems : list of dict
        The cells that held a value which does not fit.

    Examples
    --------
    >>> columns = [{"name": "age", "kind": "number"}, {"name": "plan", "kind": "text"}]
    >>> found, problems = read_records([{"age": "41", "plan": " "}], columns)
    >>> found["age"].tolist(), found["plan"], problems
    ([41.0], [None], [])
    """
    found: Columns = {}
    problems: list[Problem] = []
    for column in columns:
        name, kind = column["name"], column["kind"]
        cells = [record.get(name) for record in records]
        found[name], unfit = read_cells(cells, kind)
        problems.extend(
            {"row": row, "column": name, "value": str(cells[row])[:60],
             "allowed": ALLOWED.get(kind, "text")}
            for row in unfit
        )  # fmt: skip
    return found, problems


def read_cells(cells: Sequence[Any], kind: str) -> tuple[Any, list[int]]:
    """Read one column; return its values and the rows that did not fit."""
    read: Callable[[Any], Any] = READERS.get(kind, read_word)
    missing = _NAN if kind in NUMERIC else None
    values, unfit = [], []
    for row, cell in enumerate(cells):
        try:
            values.append(missing if is_missing(cell) else read(_plain(cell)))
        except Unfit:
            values.append(missing)
            unfit.append(row)
    return (np.array(values, dtype=float) if kind in NUMERIC else values), unfit


def _plain(cell: Any) -> Any:
    """Return a numpy scalar as Python's own."""
    return cell.item() if isinstance(cell, np.generic) else cell
