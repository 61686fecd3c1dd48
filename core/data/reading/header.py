"""Where a table begins, how wide it is, and whether its first row names the columns."""

from collections.abc import Sequence
from typing import Final

from core.data.reading.dialect import NUMBER, WHEN, modal_width

_MOST_LEADING: Final = 200
_LEAST_BELOW: Final = 5
_NO_NAMES: Final = frozenset(("na", "nan", "null", "none", "missing", "unknown", "inf"))


def find_start(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return the position of the table's first row, after titles and comments.

    A first row that is one short is taken as a header without a name for the
    first or last column, when the rows behind it have the table's width.

    Examples
    --------
    >>> find_start([["Club"], ["", ""], ["name", "age"], ["Ann", "3"]], 2)
    2
    """
    widths = [len(row) for row in rows]
    if not rows or (len(rows) > 1 and _is_short_header(widths, width)):
        return 0
    for position, row in enumerate(rows[:_MOST_LEADING]):
        title = _is_title(row) or _is_above_blank(rows[position:], width)
        if len(row) == width and not title:
            if position and _is_short_header(widths[position - 1 :], width):
                above = rows[position - 1]
                if width > 3 and all(map(str.strip, above)):
                    return position - 1
            return position
    return 0


def _is_short_header(widths: Sequence[int], width: int) -> bool:
    if width < 3:
        return False
    return widths[0] == width - 1 and all(found == width for found in widths[1:4])


def _is_title(row: Sequence[str]) -> bool:
    """Say whether at most one of many cells is filled."""
    return sum(bool(cell.strip()) for cell in row) <= (len(row) > 2)


def _is_above_blank(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Say whether a row of at most one filled cell stands above an empty row."""
    if len(rows) < 3 or any(len(row) != width for row in rows[:2]):
        return False
    filled = sum(bool(cell.strip()) for cell in rows[0])
    return filled <= 1 < width and not any(map(str.strip, rows[1]))


def table_width(rows: Sequence[Sequence[str]]) -> int:
    """Return how many columns a table has whose rows may lack their empty ends.

    Usually the most frequent width. When most rows are shorter than the first of
    the widest and none is longer, that one names the columns.

    Examples
    --------
    >>> table_width([["a", "b", "c"], ["1"], ["2"], ["3", "4", "5"], ["6"]])
    3
    """
    widths = [len(row) for row in rows]
    width, _ = modal_width(widths)
    widest = max(widths)
    if widest == width or (width == 1 and widest == 2):
        return width
    first = widths.index(widest)
    head = rows[first]
    named = all(cell.strip() and not _is_value(cell.strip()) for cell in head)
    leading = all(found < width for found in widths[:first])
    distinct = len(set(head)) == len(head)
    if not (named and leading and distinct and len(rows) > 2):
        return width
    rest = rows[first + 1 :]
    alike = all(len(row) == width for row in rest)
    is_title = alike and has_header(rest) and not is_unsure(rest)
    return width if is_title else widest


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row names the columns.

    It does unless it holds a number or a date, or repeats a value that its column
    has further below where no column below looks different from its first cell.

    Examples
    --------
    >>> has_header([["age", "plan"], ["30", "a"]]), has_header([["1", "2"]])
    (True, False)
    """
    if not rows:
        return False
    first, rest = rows[0], rows[1:]
    named = [cell.strip() for cell in first if cell.strip()]
    if 2 * len(named) < len(first):
        return False
    values = [cell for cell in named if _is_value(cell)]
    years_over = not first[0].strip() and _are_rising_years(values, named)
    if values and not years_over and not _are_labels(values, named):
        return _is_name_over_values(first, rest) or _are_over_words(first, rest)
    if not rest:
        return True
    below = [
        [row[i].strip() for row in rest if i < len(row)] for i in range(len(first))
    ]
    if any(_differs(column) for column in below):
        return True
    repeats = sum(
        cell.strip() in column for cell, column in zip(first, below, strict=True)
    )
    return repeats * 2 < len(first)


def _is_name_over_values(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Say whether some column has a word first, and then only numbers or dates."""
    if len(rest) < _LEAST_BELOW or len(set(first)) < len(first):
        return False
    return any(
        cell.strip().isalpha()
        and cell.strip().lower() not in _NO_NAMES
        and all(i < len(row) and looks_like_value(row[i]) for row in rest)
        for i, cell in enumerate(first)
    )


def _are_over_words(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Say whether the numbers in a first row stand over words alone, as labels do."""
    if len(rest) < 2 or looks_like_value(first[0]) or not first[0].strip():
        return False
    columns = [i for i, cell in enumerate(first) if looks_like_value(cell)]
    below = [[row[i].strip() for row in rest if i < len(row)] for i in columns]
    return len(set(first)) == len(first) and all(
        all(column) and not any(map(_is_value, column)) for column in below
    )


def is_unsure(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether a first row of words could as well be values.

    Examples
    --------
    >>> is_unsure([["dog", "woof"], ["cat", "meow"]]), is_unsure([["age"], ["3"]])
    (True, False)
    """
    if not rows or any(looks_like_value(cell) for cell in rows[0]):
        return False
    return not any(
        _differs([row[i].strip() for row in rows[1:] if i < len(row)])
        for i in range(len(rows[0]))
    )


def looks_like_value(cell: str) -> bool:
    """Say whether a cell is a number or a date."""
    return _is_value(cell.strip())


def _is_value(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or WHEN.fullmatch(cell))


def _are_labels(values: Sequence[str], named: Sequence[str]) -> bool:
    """Say whether numbers in a first row are years, or count from 0 by one."""
    if not all(value.isdigit() for value in values):
        return False
    numbers = [int(value) for value in values]
    if len(values) < len(named):
        years = all(1800 <= number <= 2100 for number in numbers)
        return years and len(set(numbers)) == len(numbers)
    first = numbers[0]
    counted = numbers == list(range(first, first + len(numbers)))
    return len(numbers) > 2 and counted and (not first or 1800 <= first <= 2100)


def _are_rising_years(values: Sequence[str], named: Sequence[str]) -> bool:
    if len(values) < max(3, len(named)) or not all(value.isdigit() for value in values):
        return False
    years = [int(value) for value in values]
    in_range = all(1800 <= year <= 2100 for year in years)
    return in_range and years == sorted(set(years))


def _differs(column: Sequence[str]) -> bool:
    present = [cell for cell in column if cell]
    return bool(present) and sum(map(_is_value, present)) > 0.5 * len(present)
