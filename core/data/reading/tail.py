"""Rows that are no cases: names repeated between rows, notes and totals below them."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.reading.located import Located
from core.data.reading.report import Refusals

_MOST_TAIL: Final = 50


def without_asides(
    names: Sequence[str], columns: Sequence[Any], refusals: Refusals, *, header: bool
) -> tuple[Sequence[Any], list[str]]:
    """Take out names that stand among the rows again, and what is below the rows.

    Rows that repeat the names, and notes with a single filled cell behind an empty
    row, are refused; empty rows at the end are left out, and a note counts them.

    Returns
    -------
    columns : sequence of pyarrow text arrays
    notes : list of str
    """
    n_rows = len(columns[0]) if columns else 0
    if len(columns) < 2 or n_rows < 2:
        return columns, []
    keep = np.ones(n_rows, dtype=bool)
    if header:
        for position in _repeats(names, columns):
            keep[position] = False
            refusals.add(None, 0, 0, " | ".join(names), "the names again")
    notes = _below(columns, keep, refusals)
    if keep.all():
        return columns, notes
    mask = pa.array(keep)
    return [pc.filter(column, mask) for column in columns], notes


def _repeats(names: Sequence[str], columns: Sequence[Any]) -> list[int]:
    """Return where rows are the names, unless most rows are."""
    same: Any = None
    for name, column in zip(names, columns, strict=True):
        equal = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), name), False)
        same = equal if same is None else pc.and_(same, equal)
        if not pc.any(same).as_py():
            return []
    found = np.flatnonzero(np.asarray(same.to_numpy(zero_copy_only=False)))
    return found.tolist() if 2 * len(found) < len(columns[0]) else []


def _below(columns: Sequence[Any], keep: Any, refusals: Refusals) -> list[str]:
    """Mark empty rows at the end, and notes between or behind them."""
    n_rows = len(columns[0])
    if not _is_sparse([column[n_rows - 1].as_py() for column in columns]):
        return []
    filled = sum(_filled(column).astype(np.int64) for column in columns)
    first = _filled(columns[0])
    position, asides, end = n_rows - 1, list[int](), n_rows
    while position > 0 and len(asides) <= _MOST_TAIL:
        if not filled[position]:
            end = position
        elif filled[position] == 1 and first[position] and len(columns) > 2:
            asides.append(position)
        else:
            break
        position -= 1
    if end == n_rows:
        return []
    keep[end:] = False
    for aside in sorted(row for row in asides if row > end):
        text = str(columns[0][aside].as_py())
        refusals.add(None, 1, len(columns), text, "a note below the table")
    n_left = n_rows - end - sum(row > end for row in asides)
    return [f"{n_left:,} empty rows at the end were left out."]


def _is_sparse(cells: Sequence[str | None]) -> bool:
    return sum(bool(cell and cell.strip()) for cell in cells) <= 1


def _filled(column: Any) -> Any:
    """Mark the cells that are not blank."""
    blank = pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), "")
    return ~np.asarray(blank.to_numpy(zero_copy_only=False), dtype=bool)


def has_asides(located: Located) -> bool:
    """Say whether a large text ends in empty rows, or says its names once more."""
    return ends_empty(located) or repeats_names(located)


def ends_empty(located: Located) -> bool:
    """Say whether the last row of a text is empty."""
    end = (
        bytes(located.data[-1_000:])
        .rstrip(b"\r\n")
        .rpartition(b"\n")[2]
        .decode("utf-8", errors="replace")
    )
    separator = located.layout.dialect.separator
    return not end.replace(separator, "").replace('"', "").strip()


def repeats_names(located: Located) -> bool:
    """Say whether the line that names the columns comes again; the text is searched."""
    names = names_as_written(located)
    again = located.layout.header and len(names) > 1
    return again and located.data.find(b"\n" + names, located.start - 1) >= 0


def names_as_written(located: Located) -> bytes:
    """Return the line before the first row, which names the columns if any does."""
    start = located.start
    before = bytes(located.data[max(0, start - 100_000) : start])
    return before.rstrip(b"\r\n").rpartition(b"\n")[2]
