"""From text in a known dialect to columns of text: nothing dropped in silence.

Arrow reads; Python's csv module reads what Arrow cannot. Rows of another width
than the table are refused and reported.
"""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from core.data.reading.dialect import (
    UNIT,
    Dialect,
)
from core.data.reading.doubts import doubts
from core.data.reading.encoding import Decoded
from core.data.reading.layout import Layout, find_layout
from core.data.reading.located import Located
from core.data.reading.options import ReadOptions
from core.data.reading.report import Refusals
from core.data.reading.rows import (
    parse_lines,
    parse_rows,
    swallows_rows,
)
from core.data.reading.second import without_second_table
from core.data.reading.tail import without_asides
from core.data.reading.wrapped import is_wrapped, unwrap
from core.errors import DataError

_SAMPLE: Final = 2**18
_LONGEST: Final = 2**26
_LARGE_BLOCK: Final = 2**28


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table before its values have types.

    Attributes
    ----------
    names : tuple of str
        Unique.
    columns : tuple of pyarrow arrays of text
        Every cell as it was written; null where it was left out.
    header : bool
    dialect : Dialect or None
    refusals : Refusals
    notes : tuple of str
    sheet : str or None
        Which part of the file it is: the sheet of a workbook, the key of JSON.
    sheets : tuple of str
        The parts that hold a table or could.
    """

    names: tuple[str, ...]
    columns: tuple[Any, ...]
    header: bool
    dialect: Dialect | None
    refusals: Refusals
    notes: tuple[str, ...]
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows below the names."""
        return len(self.columns[0]) if self.columns else 0


def locate(decoded: Decoded, options: ReadOptions) -> Located:
    """Find out how a delimited text is written and where its rows begin.

    Raises
    ------
    DataError
        There is no row.
    """
    data = _usual_line_ends(decoded)
    sample, whole = _sample(data, decoded.start)
    if not sample.strip("\ufeff \r\n\t"):
        raise DataError("The file is empty.", hint="Choose a file with a table in it.")
    first = decoded.start
    if options.quote is None and is_wrapped(sample):
        data = unwrap(bytes(data[first:]).decode("utf-8", errors="replace")).encode()
        first, (sample, whole) = 0, _sample(data, 0)
    layout = find_layout(sample, whole, options)
    layout = replace(layout, notes=(*decoded.notes, *layout.notes))
    start = first + _offset(sample, layout.n_lines_before)
    if layout.dialect.delimiter and len(layout.dialect.delimiter) > 1:
        rest = bytes(data[start:]).decode("utf-8", errors="replace")
        data, start = layout.dialect.plain(rest).encode(), 0
    return Located(data, start, layout)


def read_text(located: Located) -> TextTable:
    """Read a located table into columns of text."""
    layout = located.layout
    columns, refusals = _parse(located.data, located.start, layout)
    columns, notes = without_asides(
        layout.names, columns, refusals, header=layout.header
    )
    columns, second = without_second_table(columns, refusals)
    names, columns, left_out = _without_empty_ends(layout, columns)
    notes.extend([*second, *left_out])
    notes.extend(doubts(columns, layout.dialect))
    if refusals.n_padded:
        notes.append(
            f"{refusals.n_padded:,} rows had fewer values than the table has columns; "
            "the cells missing at their end were left empty."
        )
    return TextTable(
        names, tuple(columns), layout.header, layout.dialect, refusals,
        (*layout.notes, *notes),
    )  # fmt: skip


def _usual_line_ends(decoded: Decoded) -> bytes | mmap.mmap:
    """Replace the line ends of old Macs, which Arrow reads but we do not count."""
    data = decoded.data
    if data.find(b"\n") < 0 and data.find(b"\r") >= 0:
        return bytes(data).replace(b"\r", b"\n")
    return data


def _sample(data: bytes | mmap.mmap, start: int) -> tuple[str, bool]:
    """Return the first whole lines, and whether they are all there is."""
    size = _SAMPLE
    while True:
        piece = bytes(data[start : start + size])
        if start + size >= len(data):
            return piece.decode("utf-8", errors="replace"), True
        end = piece.rfind(b"\n")
        if end > 0 or size >= _LONGEST:
            whole = piece[: end + 1] if end > 0 else piece
            return whole.decode("utf-8", errors="replace"), False
        size *= 8


def _offset(sample: str, n_lines: int) -> int:
    """Return the length in bytes of the first lines."""
    position = 0
    for _ in range(n_lines):
        position = sample.find("\n", position) + 1
        if not position:
            return len(sample.encode())
    return len(sample[:position].encode())


def _parse(
    data: bytes | mmap.mmap, start: int, layout: Layout
) -> tuple[Sequence[Any], Refusals]:
    buffer = pa.py_buffer(data).slice(start)
    if not buffer.size or not bytes(buffer[:4096]).strip():
        return tuple(pa.array([], pa.string()) for _ in range(layout.width)), Refusals()
    parsed = _try_arrow(buffer, layout) if layout.by_arrow else None
    if parsed is not None and not _is_broken(*parsed, layout):
        return parsed
    text = bytes(buffer).decode("utf-8", errors="replace")
    dialect, before = _parted(layout.dialect), layout.n_lines_before
    parsed = parse_rows(
        text, dialect, layout.width, pad=layout.pad, trim=layout.trim, first_line=before
    )
    if not _is_broken(*parsed, layout):
        return parsed
    return parse_lines(text, dialect, layout.width, before)


def _parted(dialect: Dialect) -> Dialect:
    """Return the dialect of a text whose long delimiters are replaced already."""
    single = dialect.delimiter is None or len(dialect.delimiter) == 1
    return dialect if single else replace(dialect, delimiter=UNIT)


def _is_broken(columns: Sequence[Any], refusals: Refusals, layout: Layout) -> bool:
    """Say whether a quote that is not closed took rows into a cell."""
    if layout.dialect.quote is None or layout.width < 2:
        return False
    return refusals.swallowed or swallows_rows(columns, layout.dialect)


def _try_arrow(buffer: Any, layout: Layout) -> tuple[Sequence[Any], Refusals] | None:
    for block_size in (2**22, _LARGE_BLOCK):
        try:
            table, refusals = _parse_with_arrow(buffer, layout, block_size, fast=True)
            if refusals.count:
                table, refusals = _parse_with_arrow(
                    buffer, layout, block_size, fast=False
                )
            return _without_trailing_blanks(table).columns, refusals
        except pa.ArrowInvalid:
            continue
    return None


def _parse_with_arrow(
    buffer: Any, layout: Layout, block_size: int, *, fast: bool
) -> tuple[Any, Refusals]:
    refusals = Refusals()

    def refuse(row: Any) -> str:
        line = row.number and row.number + layout.n_lines_before
        refusals.add(line, row.actual_columns, row.expected_columns, row.text)
        return "skip"

    quote = layout.dialect.quote
    quoted = quote is not None and _contains(buffer, quote)
    positions = [str(i) for i in range(layout.width)]
    table = pcsv.read_csv(
        pa.BufferReader(buffer),
        read_options=pcsv.ReadOptions(
            column_names=positions, block_size=block_size, use_threads=fast
        ),
        parse_options=parse_options(layout, quoted=quoted, refuse=refuse),
        convert_options=convert_options(positions),
    )
    return table, refusals


def parse_options(layout: Layout, *, quoted: bool, refuse: Any) -> Any:
    """Return how Arrow is to part a text into cells."""
    quote = layout.dialect.quote
    return pcsv.ParseOptions(
        delimiter=layout.dialect.separator,
        quote_char=quote if quoted and quote else False,
        escape_char=layout.dialect.escape or False,
        newlines_in_values=quoted,
        ignore_empty_lines=layout.width > 1,
        invalid_row_handler=refuse,
    )


def convert_options(columns: Sequence[str]) -> Any:
    """Return that Arrow is to keep these columns, as text, as they are."""
    return pcsv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        include_columns=list(columns),
        strings_can_be_null=False,
        check_utf8=False,
    )


def _without_trailing_blanks(table: Any) -> Any:
    """Cut blank lines at the end of a table of one column."""
    n_rows = table.num_rows
    while (
        table.num_columns == 1 and n_rows and table.column(0)[n_rows - 1].as_py() == ""
    ):
        n_rows -= 1
    return table.slice(0, n_rows)


def _contains(buffer: Any, mark: str) -> bool:
    """Search a buffer a piece at a time, so that it is never copied whole."""
    view, step = memoryview(buffer), 2**24
    starts = range(0, len(view), step)
    return any(mark.encode() in bytes(view[i : i + step]) for i in starts)


def _without_empty_ends(
    layout: Layout, columns: Sequence[Any]
) -> tuple[tuple[str, ...], Sequence[Any], list[str]]:
    """Leave out empty outer columns without a name, as bars around lines make them."""
    first, last = 0, layout.width
    while layout.header and last - first > 1 and _is_void(layout, columns, last - 1):
        last -= 1
    while layout.blank_first and last - first > 1 and _is_void(layout, columns, first):
        first += 1
    n_left = layout.width - last + first
    if not n_left:
        return layout.names, columns, []
    note = f"{n_left} empty outer columns without a name were left out."
    if n_left == 1:
        note = "An empty outer column without a name was left out."
    return layout.names[first:last], columns[first:last], [note]


def _is_void(layout: Layout, columns: Sequence[Any], position: int) -> bool:
    if layout.names[position] != f"column_{position + 1}":
        return False
    blank = pc.equal(pc.utf8_trim_whitespace(columns[position]), "")
    return bool(pc.all(pc.fill_null(blank, True)).as_py())
