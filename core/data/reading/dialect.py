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
_NOTHING_BEHIND: Final = 0.4
_TWO_WORDS: Final = 0.8
_MOST_ROWS: Final = 500
_ASIDE: Final = 0.15

NUMBER: Final = re.compile(
    r"(?=.*\d)[-+(]?\s?[$€£¥]?\s?[-+]?(\d+([.,'\u00a0 ]\d{3})*|\d*)([.,]\d+)?"
    r"([eE][-+]?\d+)?\s?[%€$£)]?"
)
WHEN: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
    r"( ?[AaPp][Mm]|Z|[-+]\d{2}:?\d{2})?)?|\d{1,2}:\d{2}(:\d{2})?"
)
SEP_LINE: Final = re.compile(r"sep=([^\r\n]) *\r?\n", re.IGNORECASE)
"""A first line by which spreadsheets name the delimiter."""

_CLOCK: Final = re.compile(r"\b\d{1,2}:\d{2}(:\d{2})?\b")
_LEFTOVER: Final = re.compile(r"[,;|](?! )|\t|^[\"']|[\"']$")
_ASIDE_LINE: Final = re.compile(r"#|\+[-=+]+\+\s*$")
_QUOTED: Final = re.compile(r'"([^"]|"")*"')


RUNS: Final = {"  ": re.compile(r" {2,}|\t+"), "   ": re.compile(r"[ \t]+")}
"""Delimiters that are runs of blanks: two or more, one or more."""

UNIT: Final = "\x1f"
"""Stands for a delimiter of several characters once they are replaced by one."""


@dataclass(frozen=True)
class Dialect:
    r"""What stands between and around values.

    Attributes
    ----------
    delimiter : str or None
        None when there is only one column. Two blanks mean a run of at least two,
        three blanks a run of any length, as in columns that are lined up.
    quote : str or None
    escape : str or None
        A backslash, where quotes inside quotes are written ``\"``.
    skip_blanks : bool
        Whether blanks stand before quotes, as in ``1, "a, b"``.
    """

    delimiter: str | None
    quote: str | None = '"'
    escape: str | None = None
    skip_blanks: bool = False

    @property
    def separator(self) -> str:
        """The one character between values, after `plain`."""
        if self.delimiter is None:
            return NO_DELIMITER
        return self.delimiter if len(self.delimiter) == 1 else UNIT

    def plain(self, text: str) -> str:
        """Replace delimiters of several characters by one."""
        if self.delimiter is None or len(self.delimiter) == 1:
            return text
        if self.delimiter not in RUNS:
            return text.replace(self.delimiter, UNIT)
        runs = RUNS[self.delimiter]
        return "\n".join(runs.sub(UNIT, line.strip()) for line in text.split("\n"))

    def rows(self, text: str) -> Iterator[tuple[list[str], int]]:
        """Yield each row with the number of the line on which it ends."""
        reader = csv.reader(
            io.StringIO(self.plain(text), newline=""),
            delimiter=self.separator,
            quotechar=self.quote,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=True,
            escapechar=self.escape,
            skipinitialspace=self.skip_blanks,
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
        What is known already; a quote of "" means none.

    Examples
    --------
    >>> guess_dialect("a;b\n1,5;2\n2,5;3\n").delimiter
    ';'
    >>> guess_dialect("price\n1,5\n2,5\n").delimiter is None
    True
    """
    if delimiter is None and quote is None and _is_one_quoted_column(sample):
        return Dialect(None)
    sample = sample[len_of_comments(sample) :]
    best = Dialect(delimiter, '"' if quote is None else quote or None)
    best_score = -1.0
    for candidate in _candidates(sample, delimiter, quote):
        score = _score(candidate, sample)
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    return best


def _is_one_quoted_column(sample: str) -> bool:
    lines = [line.rstrip() for line in sample.split("\n") if line.strip()]
    return len(lines) > 1 and all(map(_QUOTED.fullmatch, lines))


def without_asides(rows: Sequence[list[str]], dialect: Dialect) -> list[list[str]]:
    """Leave out comments and the rules of drawn boxes among the rows of a table.

    Examples
    --------
    >>> without_asides([["a", "b"], ["# pause"], ["1", "2"]], Dialect(","))
    [['a', 'b'], ['1', '2']]
    """
    if dialect.delimiter is None:
        return list(rows)
    return [row for row in rows if not is_aside(row)] or list(rows)


def is_aside(row: Sequence[str]) -> bool:
    """Say whether a row of one cell is a comment or the rule of a drawn box."""
    return len(row) == 1 and bool(_ASIDE_LINE.match(row[0]))


def len_of_comments(sample: str) -> int:
    r"""Return the length of the lines before a table that begin with a number sign.

    It is 0 where there is only one such line, or nothing else.

    Examples
    --------
    >>> len_of_comments("# one\n# two\na,b\n"), len_of_comments("# a,b\n1,2\n")
    (12, 0)
    """
    position = end = n_comments = 0
    for line in sample.splitlines(keepends=True):
        position += len(line)
        if line.startswith("#"):
            end, n_comments = position, n_comments + 1
        elif line.strip():
            break
    return end if n_comments > 1 and sample[end:].strip() else 0


def _candidates(
    sample: str, delimiter: str | None, quote: str | None
) -> Iterator[Dialect]:
    delimiters = [delimiter] if delimiter else _delimiters(sample)
    quotes = _quotes(sample) if quote is None else [quote or None]
    escape = "\\" if '\\"' in sample else None
    for mark in [*delimiters, *([] if delimiter else [None])]:
        for around in quotes:
            if around and (escape or (mark and f"\\{mark}" in sample)):
                yield Dialect(mark, around, "\\")
            yield Dialect(mark, around)
            if mark and around and re.search(rf"{re.escape(mark)} +{around}", sample):
                yield Dialect(mark, around, None, skip_blanks=True)


def _delimiters(sample: str) -> list[str]:
    single = [mark for mark in _USUAL + _UNUSUAL if mark in sample]
    double = [mark for mark in ("::", "||") if mark in sample]
    if "||" in sample and sample.count("|") == 2 * sample.count("||"):
        single.remove("|")
    if ":" in single and ":" not in _CLOCK.sub("", sample):
        single.remove(":")
    runs = [mark for mark in RUNS if "  " in sample]
    return [*single, *double, *runs]


def _quotes(sample: str) -> list[str | None]:
    quotes: list[str | None] = ['"']
    if '"' in sample:
        quotes.append(None)
    if re.search(r"(^|[,;\t|])'[^'\n]*'([,;\t|\r\n]|$)", sample):
        quotes.append("'")
    return quotes


def _score(dialect: Dialect, sample: str) -> float:
    rows = without_asides(_first_rows(dialect, sample), dialect)
    if not rows:
        return 0.0
    widths = [len(row) for row in rows]
    width, n_agree = modal_width(widths)
    cells = [cell for row in rows if len(row) == width for cell in row]
    single = sum(map(_is_single, cells)) / len(cells)
    score = _agreement(widths, width, n_agree) ** 2 * (0.2 + 0.8 * single)
    if width == 2 and not any(row[1].strip() for row in rows if len(row) == 2):
        score *= _NOTHING_BEHIND
    if width == 2 and dialect.delimiter == " ":
        score *= _TWO_WORDS
    if width == 1:
        return _ONE_COLUMN * score if dialect.delimiter is None else 0.0
    weight = _weight(dialect)
    short_start = widths[0] < width and all(w == width for w in widths[1:3])
    lined_up = dialect.delimiter in RUNS
    if short_start and not lined_up and (width == 2 or weight < 1):
        score *= _ONE_SHORT_LINE
    return score * weight


def _agreement(widths: Sequence[int], width: int, n_agree: int) -> float:
    """Return the share of rows of one width; lines around a table count little."""
    if width == 1 or n_agree < 3:
        return n_agree / len(widths)
    first = widths.index(width)
    last = len(widths) - 1 - widths[::-1].index(width)
    aside = sum(w < width for w in [*widths[:first], *widths[last + 1 :]])
    within = sum(w < width and w > 1 for w in widths[first : last + 1])
    header_led = widths[first - 1] > width if first else False
    lost = len(widths) - n_agree - aside
    if header_led:
        lost -= within
    return n_agree / (n_agree + max(lost, 0) + _ASIDE * aside)


def _weight(dialect: Dialect) -> float:
    mark = dialect.delimiter
    if mark in RUNS:
        return _UNUSUAL_WEIGHT * (1.1 if mark == "  " else 1.0)
    return _UNUSUAL_WEIGHT if mark is not None and mark in _UNUSUAL else 1.0


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
    if not value or NUMBER.fullmatch(value) or WHEN.fullmatch(value):
        return True
    return not _LEFTOVER.search(value)
