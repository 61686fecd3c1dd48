"""How a text table is written: what stands between its values and around them.

Every plausible dialect parses the beginning of the file; the one whose rows agree
in width and whose cells look like single values wins.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

csv.field_size_limit(2**31 - 1)

NO_DELIMITER: Final = "\x1e"
"""Stands for the delimiter that a table of one column has none of."""

_USUAL: Final = ",;\t|"
_UNUSUAL: Final = " :^~\x01\x1f"
_UNUSUAL_WEIGHT: Final = 0.6
_ONE_COLUMN: Final = 0.3
_ONE_SHORT_LINE: Final = 0.25
_MOST_ROWS: Final = 500
_MOST_LEADING: Final = 50

_NUMBER: Final = re.compile(
    r"(?=.*\d)[-+(]?\s?[$€£¥]?\s?[-+]?(\d+([.,'\u00a0 ]\d{3})*|\d*)([.,]\d+)?"
    r"([eE][-+]?\d+)?\s?[%€$£)]?"
)
_WHEN: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
    r"( ?[AaPp][Mm]|Z|[-+]\d{2}:?\d{2})?)?|\d{1,2}:\d{2}(:\d{2})?"
)
_LEFTOVER: Final = re.compile(r"[,;\t|]|^[\"']|[\"']$")


@dataclass(frozen=True)
class Dialect:
    r"""What stands between and around values.

    Attributes
    ----------
    delimiter : str or None
        None when there is only one column.
    quote : str or None
    escape : str or None
        A backslash, where quotes inside quotes are written ``\"``.
    """

    delimiter: str | None
    quote: str | None = '"'
    escape: str | None = None

    def rows(self, text: str) -> Iterator[tuple[list[str], int]]:
        """Yield each row with the number of the line on which it ends."""
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self.delimiter or NO_DELIMITER,
            quotechar=self.quote,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=True,
            escapechar=self.escape,
        )
        for row in reader:
            yield row, reader.line_num


def guess_dialect(
    sample: str, *, delimiter: str | None = None, quote: str | None = None
) -> Dialect:
    r"""Guess how a table is written, from its beginning.

    Parameters
    ----------
    sample : str
        Whole lines.
    delimiter, quote : str, default None
        What is known already.

    Examples
    --------
    >>> guess_dialect("a;b\n1,5;2\n2,5;3\n").delimiter
    ';'
    >>> guess_dialect("price\n1,5\n2,5\n").delimiter is None
    True
    """
    best, best_score = Dialect(delimiter, quote or '"'), -1.0
    for candidate in _candidates(sample, delimiter, quote):
        score = _score(candidate, sample)
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    return best


def _candidates(
    sample: str, delimiter: str | None, quote: str | None
) -> Iterator[Dialect]:
    known = [delimiter] if delimiter else []
    delimiters = known or [mark for mark in _USUAL + _UNUSUAL if mark in sample]
    quotes: list[str | None] = [quote] if quote else ['"']
    if not quote and '"' in sample:
        quotes.append(None)
    if not quote and re.search(r"(^|[,;\t|])'[^'\n]*'([,;\t|\r\n]|$)", sample):
        quotes.append("'")
    escape = "\\" if '\\"' in sample else None
    for mark in [*delimiters, *([] if delimiter else [None])]:
        for around in quotes:
            yield Dialect(mark, around)
            if escape and around:
                yield Dialect(mark, around, escape)


def _score(dialect: Dialect, sample: str) -> float:
    rows = _first_rows(dialect, sample)
    if not rows:
        return 0.0
    widths = [len(row) for row in rows]
    width, n_agree = modal_width(widths)
    cells = [cell for row in rows if len(row) == width for cell in row]
    single = sum(map(_is_single, cells)) / len(cells)
    score = (n_agree / len(rows)) ** 2 * (0.2 + 0.8 * single)
    if width == 1:
        return _ONE_COLUMN * score if dialect.delimiter is None else 0.0
    unusual = dialect.delimiter is not None and dialect.delimiter in _UNUSUAL
    if unusual:
        score *= _UNUSUAL_WEIGHT
    short_start = widths[0] < width and all(w == width for w in widths[1:3])
    if short_start and (width == 2 or unusual):
        score *= _ONE_SHORT_LINE
    return score


def _first_rows(dialect: Dialect, sample: str) -> list[list[str]]:
    rows = []
    for row, _ in dialect.rows(sample):
        if row and any(row):
            rows.append(row)
        if len(rows) >= _MOST_ROWS:
            break
    return rows


def modal_width(widths: Sequence[int]) -> tuple[int, int]:
    """Return the most frequent width (the larger on a tie), and how often it is."""
    counts = Counter(widths)
    width = max(counts, key=lambda value: (counts[value], value))
    return width, counts[width]


def _is_single(cell: str) -> bool:
    """Say whether a cell looks like one value, not like several run together."""
    value = cell.strip()
    if not value or _NUMBER.fullmatch(value) or _WHEN.fullmatch(value):
        return True
    return not _LEFTOVER.search(value)


def find_start(widths: Sequence[int], width: int) -> int:
    """Return the position of the table's first row, after titles and comments.

    A first row that is one short is taken as a header without a name for the
    first or last column.
    """
    if not widths or widths[0] in (width, width - 1):
        return 0
    for position, found in enumerate(widths[:_MOST_LEADING]):
        if found == width:
            return position
    return 0


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
    if values and not _are_labels(values, named):
        return False
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


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _WHEN.fullmatch(cell))


def _are_labels(values: Sequence[str], named: Sequence[str]) -> bool:
    """Say whether numbers in a first row are years, or count from 0 by one."""
    if not all(value.isdigit() for value in values):
        return False
    numbers = [int(value) for value in values]
    if len(values) < len(named):
        years = all(1800 <= number <= 2100 for number in numbers)
        return years and len(set(numbers)) == len(numbers)
    return len(numbers) > 2 and numbers == list(range(len(numbers)))


def _differs(column: Sequence[str]) -> bool:
    present = [cell for cell in column if cell]
    return bool(present) and sum(map(_is_value, present)) > 0.5 * len(present)
