"""What stands before a table's rows: preambles, groups of names, rules under names."""

import re
from collections.abc import Sequence
from typing import Final

from core.data.reading.header import has_header, is_unsure, looks_like_value

Rows = Sequence[Sequence[str]]

_MOST_PREAMBLE: Final = 8
_RULE: Final = re.compile(r":?[-=+]{2,}:?")
_COMMENT: Final = re.compile(r"(//|%|#|--)")


def without_blank_ends(rows: Rows) -> tuple[list[list[str]], bool]:
    """Cut empty cells behind the last column, where only some rows have them.

    Returns
    -------
    rows : list of list of str
    cut : bool
        Whether there were any.

    Examples
    --------
    >>> without_blank_ends([["a", "b", ""], ["1", "2"], ["3", "4"]])
    ([['a', 'b'], ['1', '2'], ['3', '4']], True)
    """
    plain = [list(row) for row in rows]
    widths = [len(row) for row in plain]
    width = max((_filled(row) for row in plain), default=0)
    known = set(widths[1:]) == {width + 1} and widths[0] == width
    if width < 2 or known or max(widths) == width or width not in widths:
        return plain, False
    return [row[:width] for row in plain], True


def _filled(row: Sequence[str]) -> int:
    """Return the width of a row without the empty cells at its end."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width


def behind_preamble(rows: Rows, ends: Sequence[int], width: int) -> int:
    """Count rows before a table that are as wide as it by chance.

    These are comments, and a few lines that a blank line parts from the table,
    where the table has columns of values and these lines have none.
    """
    n_comments = 0
    for row in rows[:_MOST_PREAMBLE]:
        if not _COMMENT.match(row[0].lstrip()):
            break
        n_comments += 1
    if n_comments and _begins_table(rows[n_comments:], width):
        return n_comments
    for position in range(1, min(_MOST_PREAMBLE, len(rows) - 2)):
        row = rows[position]
        gap = ends[position] - ends[position - 1] > 1 + sum("\n" in c for c in row)
        longer = len(rows) - position > position
        if gap and longer and not _has_values(rows[1:position], width):
            return position if _begins_table(rows[position:], width) else 0
    return 0


def _begins_table(rows: Rows, width: int) -> bool:
    table = [row for row in rows if len(row) == width]
    if not table or len(rows[0]) != width:
        return False
    return has_header(table) and not is_unsure(table)


def _has_values(rows: Rows, width: int) -> bool:
    """Say whether some column of the rows holds values throughout."""
    whole = [row for row in rows if len(row) == width]
    if not whole:
        return False
    return any(all(looks_like_value(row[i]) for row in whole) for i in range(width))


def behind_groups(rows: Rows, width: int) -> int:
    """Return 1 where the first row only groups the names that follow, else 0.

    Examples
    --------
    >>> behind_groups([["", "who", ""], ["id", "name", "age"], ["1", "x", "3"]], 3)
    1
    """
    if len(rows) < 3 or width < 3 or any(len(row) != width for row in rows[:3]):
        return 0
    above, names = rows[0], [cell.strip() for cell in rows[1]]
    blank = sum(not cell.strip() for cell in above)
    if not blank or any(map(looks_like_value, above)) or not all(names):
        return 0
    distinct = len(set(names)) == width
    return int(distinct and _begins_table(rows[1:], width))


def is_rule(rows: Rows) -> bool:
    """Say whether the first of the rows only underlines the names, as in Markdown."""
    cells = [cell.strip() for cell in rows[0]] if rows else []
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_RULE.fullmatch(cell) for cell in filled)


def names_written_otherwise(
    row: Sequence[str], separator: str, width: int
) -> list[str]:
    """Return the names of a first line that is parted otherwise than the rows.

    It has another delimiter, one delimiter too many, or a quote too many.

    Examples
    --------
    >>> names_written_otherwise(["a,b,c"], ";", 3)
    ['a', 'b', 'c']
    """
    line = separator.join(row)
    for mark in ",;\t|":
        names = [name.strip().strip('"') for name in line.split(mark)]
        if mark == separator:
            names = [name for name in names if name]
        words = all(name and not looks_like_value(name) for name in names)
        if len(names) == width > 1 and words:
            return names if len(set(names)) == width else []
    return []
