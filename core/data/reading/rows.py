"""Rows that Arrow cannot part: Python's csv module, and line by line where it fails."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from core.data.reading.dialect import Dialect, is_aside
from core.data.reading.header import looks_like_value
from core.data.reading.report import Refusals

_MOST_JOINED: Final = 30
_MOST_LINES: Final = 3
_LEAST_SHORT, _SHORT_SHARE = 3, 0.1


def parse_rows(
    text: str,
    dialect: Dialect,
    width: int,
    *,
    pad: bool,
    trim: bool = False,
    first_line: int = 0,
) -> tuple[list[Any], Refusals]:
    """Part a text with Python's csv module.

    Parameters
    ----------
    pad : bool
        Whether rows may lack empty cells at their end.
    trim : bool, default False
        Whether rows may have more empty cells at their end.
    first_line : int
        Lines of the file before the text.

    Returns
    -------
    columns : list of pyarrow text arrays
    refusals : Refusals
    """
    refusals = Refusals()
    kept: list[list[str]] = []
    for row, line in dialect.rows(text):
        while trim and len(row) > width and not row[-1].strip():
            row.pop()
        short = 0 < len(row) < width and not is_aside(row)
        if len(row) == width or (pad and short):
            refusals.n_padded += len(row) < width
            kept.append(row + [""] * (width - len(row)))
        elif row:
            written = dialect.separator.join(row)
            refusals.add(line + first_line, len(row), width, written)
    return _columns(kept, width), refusals


def parse_lines(
    text: str, dialect: Dialect, width: int, first_line: int = 0
) -> tuple[list[Any], Refusals]:
    """Part a text in which some quote is not closed, line by line.

    A line that is a row by itself is one. Other lines are joined with the ones
    behind them, as far as those are no rows, until they are a row; or refused.
    """
    refusals = Refusals()
    kept: list[list[str]] = []
    lines = text.replace("\r\n", "\n").split("\n")
    position = 0
    while position < len(lines):
        row, n_lines = _next_row(lines, position, dialect, width)
        if row is not None:
            kept.append(row)
        elif lines[position].strip():
            line = lines[position]
            found = len(line.split(dialect.separator))
            reason = None if found != width else "a quote is not closed"
            refusals.add(position + 1 + first_line, found, width, line, reason)
        position += n_lines
    return _columns(kept, width), refusals


def _next_row(
    lines: Sequence[str], position: int, dialect: Dialect, width: int
) -> tuple[list[str] | None, int]:
    quote = dialect.quote or '"'
    text = lines[position]
    for n_lines in range(1, _MOST_JOINED):
        if text.count(quote) % 2 == 0:
            rows = [row for row, _ in dialect.rows(text) if row]
            if len(rows) == 1 and len(rows[0]) == width:
                return rows[0], n_lines
        following = position + n_lines
        if following >= len(lines) or _is_row(lines[following], dialect, width):
            break
        text += "\n" + lines[following]
    return None, 1


def _is_row(line: str, dialect: Dialect, width: int) -> bool:
    if width < 2 or line.count(dialect.quote or '"') % 2:
        return False
    return [len(row) for row, _ in dialect.rows(line)] == [width]


def swallows_rows(columns: Sequence[Any], dialect: Dialect) -> bool:
    """Say whether some cell of several lines holds what look like whole rows."""
    least = max(1, len(columns) - 1)
    return any(
        text.count("\n") >= 1
        and any(line.count(dialect.separator) >= least for line in text.split("\n"))
        for column in columns
        for text in _long_cells(column)
    )


def _long_cells(column: Any) -> Iterator[str]:
    found = pc.filter(column, pc.match_substring(column, "\n"))
    yield from found.slice(0, 2_000).to_pylist()


def lacks_ends(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Say whether short rows are rows that lack their empty cells at the end.

    They are when there are many, none is longer than the table, and every cell
    they have is of the sort that its column has in whole rows.
    """
    whole = [row for row in rows if len(row) == width]
    short = [row for row in rows if 1 < len(row) < width]
    many = max(_LEAST_SHORT, _SHORT_SHARE * len(rows))
    if len(short) < many or len(whole) + len(short) < len(rows) or len(whole) < 2:
        return False
    numeric = [
        sum(looks_like_value(row[i]) for row in whole[1:]) / max(len(whole) - 1, 1)
        for i in range(width)
    ]
    cells = [(i, cell) for row in short for i, cell in enumerate(row) if cell.strip()]
    fitting = sum(abs(looks_like_value(cell) - numeric[i]) < 0.6 for i, cell in cells)
    return fitting >= 0.9 * len(cells)


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[Any]:
    return [pa.array([row[i] for row in rows], pa.large_string()) for i in range(width)]
