"""Where a table lies in a text: its dialect, first line, width and names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.data.frames import unique_names
from core.data.reading.dialect import (
    SEP_LINE,
    Dialect,
    guess_dialect,
    len_of_comments,
    modal_width,
    without_asides,
)
from core.data.reading.header import find_start, has_header, is_unsure, table_width
from core.data.reading.lead import (
    behind_groups,
    behind_preamble,
    is_rule,
    names_written_otherwise,
    without_blank_ends,
)
from core.data.reading.naming import rows_of_names
from core.data.reading.options import ReadOptions
from core.data.reading.rows import lacks_ends
from core.errors import DataError


@dataclass(frozen=True)
class Layout:
    """Where a table lies in a text: its dialect, first line and names."""

    dialect: Dialect
    width: int
    names: tuple[str, ...]
    header: bool
    n_lines_before: int
    notes: tuple[str, ...]
    pad: bool = False
    unsure_of_header: bool = False
    trim: bool = False
    blank_first: bool = False

    @property
    def by_arrow(self) -> bool:
        """Whether Arrow can part the rows."""
        return not self.pad and not self.trim and not self.dialect.skip_blanks


def find_layout(sample: str, whole: bool, options: ReadOptions) -> Layout:
    """Find out how a text is written and where its table begins.

    Parameters
    ----------
    sample : str
        The first whole lines.
    whole : bool
        Whether these are all.
    options : ReadOptions

    Raises
    ------
    DataError
        There is no row.
    """
    sep = SEP_LINE.match(sample)
    if sep and options.delimiter is None and options.skip_lines is None:
        options = replace(options, delimiter=sep[1], skip_lines=1)
    dialect = guess_dialect(sample, delimiter=options.delimiter, quote=options.quote)
    rows, ends = _sample_rows(dialect, sample, whole)
    if options.skip_lines is None:
        n_comments = n_aside = _count_comments(sample, rows, ends)
    else:
        n_comments, n_aside = 0, sum(end <= options.skip_lines for end in ends)
    lines_aside = ends[n_aside - 1] if n_aside else 0
    rows, ends = rows[n_aside:], ends[n_aside:]
    rows, trim = without_blank_ends(rows)
    width = table_width(without_asides(rows, dialect))
    start = 0 if options.skip_lines is not None else _start(rows, ends, width, options)
    head = _find_head(rows, start, width, dialect, options.header)
    notes = [*_note_before(start + n_comments), *head.notes]
    n_first = head.start + head.n_rows
    table = [row for row in rows[n_first:] if len(row) in (width, width - 1)]
    counted = without_asides(rows[start:], dialect)
    pad = width > modal_width([len(row) for row in counted])[0]
    pad = pad or lacks_ends(counted, width)
    blank_first = head.named and not head.first[0].strip()
    return Layout(
        dialect, width, head.names, head.named,
        ends[n_first - 1] if n_first else lines_aside,
        tuple(notes), pad, head.unsure, trim,
        blank_first and not any(row[0].strip() for row in table),
    )  # fmt: skip


def _note_before(n_lines: int) -> list[str]:
    return [f"{n_lines} lines before the table were left out."] if n_lines else []


def _count_comments(
    sample: str, rows: Sequence[Sequence[str]], ends: Sequence[int]
) -> int:
    """Count rows of comments before a table; the last may name its columns."""
    n_lines = sample[: len_of_comments(sample)].count("\n")
    n_rows = sum(end <= n_lines for end in ends)
    if not n_rows or n_rows >= len(rows):
        return 0
    last, rest = rows[n_rows - 1], [list(row) for row in rows[n_rows:]]
    width, _ = modal_width([len(row) for row in rest])
    names = len(last) == width > 1 and not has_header(rest)
    return n_rows - names


def _start(
    rows: Sequence[Sequence[str]], ends: Sequence[int], width: int, options: ReadOptions
) -> int:
    start = find_start(rows, width)
    start += behind_preamble(rows[start:], ends[start:], width)
    if options.header is not False:
        start += behind_groups(rows[start:], width)
    return start


@dataclass(frozen=True)
class _Head:
    """The rows that name the columns: where they begin, how many, what they say."""

    start: int
    n_rows: int
    named: bool
    first: Sequence[str]
    names: tuple[str, ...]
    notes: list[str]
    unsure: bool


def _find_head(
    rows: Sequence[Sequence[str]], start: int, width: int, dialect: Dialect,
    header: bool | None,
) -> _Head:  # fmt: skip
    table = [row for row in rows[start:] if len(row) in (width, width - 1)]
    named = has_header(table) if header is None else header
    first: Sequence[str] = table[0] if named else [""] * width
    ruled = named and is_rule(rows[start + 1 : start + 2])
    n_named, several = 1, list[str]()
    if header is not False and not ruled:
        n_named, several = rows_of_names(rows[start:], width)
    if several:
        named, first = True, several
    elif header is None and not named and start:
        above = names_written_otherwise(rows[start - 1], dialect.separator, width)
        named, first = (True, above) if above else (named, first)
        start -= bool(above)
    names, notes = _names(first, width, table[n_named:])
    if not named:
        notes = []
    if ruled:
        notes.append("The line that underlines the names was left out.")
    if several:
        notes.append(f"The names of the columns stand in {n_named} rows, made one.")
    unsure = header is None and not ruled and not several and is_unsure(table)
    n_rows = n_named * named + ruled
    return _Head(start, n_rows, named, first, names, notes, unsure)


def _sample_rows(
    dialect: Dialect, sample: str, whole: bool
) -> tuple[list[list[str]], list[int]]:
    """Return rows that are not blank, and the line on which each ends."""
    pairs = [(row, line) for row, line in dialect.rows(sample) if row]
    if not whole and len(pairs) > 1:
        pairs.pop()
    if not pairs:
        raise DataError("The file is empty.", hint="Choose a file with a table in it.")
    return [row for row, _ in pairs], [line for _, line in pairs]


def _names(
    first: Sequence[str], width: int, below: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], list[str]]:
    """Name the columns; a header that is one short lacks its first or last name."""
    given = [name.strip('"') if name.count('"') == 1 else name for name in first]
    if len(given) == width - 1:
        last_empty = all(not row[-1].strip() for row in below if len(row) == width)
        given = [*given, ""] if last_empty else ["", *given]
    names, changed = unique_names(given)
    if not changed:
        return tuple(names), []
    listed = ", ".join(repr(name) for name in changed[:5])
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    note = f"Names that were empty or repeated became {listed}{more}."
    return tuple(names), [note]
