"""Where a table lies in a text: its dialect, first line, width and names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.data.frames import unique_names
from core.data.reading.dialect import (
    SEP_LINE,
    Dialect,
    guess_dialect,
    modal_width,
)
from core.data.reading.header import find_start, has_header, is_unsure, table_width
from core.data.reading.lead import (
    behind_groups,
    behind_preamble,
    is_rule,
    names_written_otherwise,
    without_blank_ends,
)
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
    header = options.header
    dialect = guess_dialect(sample, delimiter=options.delimiter, quote=options.quote)
    rows, ends = _sample_rows(dialect, sample, whole)
    if options.skip_lines:
        kept = [i for i, end in enumerate(ends) if end > options.skip_lines]
        rows, ends = [rows[i] for i in kept], [ends[i] for i in kept]
    rows, trim = without_blank_ends(rows)
    width = table_width(rows)
    start = 0
    if options.skip_lines is None:
        start = find_start(rows, width)
        start += behind_preamble(rows[start:], ends[start:], width)
        start += behind_groups(rows[start:], width) if header is not False else 0
    notes = [f"{start} lines before the table were left out."] if start else []
    table = [row for row in rows[start:] if len(row) in (width, width - 1)]
    named = has_header(table) if header is None else header
    first = table[0] if named else [""] * width
    ruled = named and is_rule(rows[start + 1 : start + 2])
    if header is None and not named and start:
        above = names_written_otherwise(rows[start - 1], dialect.separator, width)
        named, first = (True, above) if above else (named, first)
        start -= bool(above)
    names, notes_on_names = _names(first, width, table[1:])
    if named:
        notes.extend(notes_on_names)
    if ruled:
        notes.append("The line that underlines the names was left out.")
    n_first = start + named + ruled
    n_lines = ends[n_first - 1] if n_first else 0
    pad = width > modal_width([len(row) for row in rows[start:]])[0]
    pad = pad or lacks_ends(rows[start:], width)
    unsure = header is None and not ruled and is_unsure(table)
    return Layout(
        dialect, width, names, named, n_lines, tuple(notes), pad, unsure, trim,
        named and not first[0].strip() and not any(row[0].strip() for row in table),
    )  # fmt: skip


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
    given = list(first)
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
