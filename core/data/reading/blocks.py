"""Blocks of a large delimited file, as columns of text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from core.data.reading.delimited import (
    convert_options,
    parse_options,
)
from core.data.reading.layout import Layout
from core.data.reading.located import Located

BLOCK: Final = 2**22
_PIECE: Final = 2**16
_N_PIECES: Final = 16


class QuoteFoundError(Exception):
    """A file that was taken to have no quotes has one."""


def take_sample(located: Located, *, quoted: bool) -> list[Any]:
    """Return rows from the file's beginning and from pieces all over it, as text."""
    data, start = located.data, located.start
    step = max(1, (len(data) - start) // _N_PIECES)
    tables = []
    for position in range(start, len(data), step):
        size = _PIECE if position > start else 4 * _PIECE
        first = position
        if position > start:
            first = data.find(b"\n", position, position + size) + 1
        last = data.rfind(b"\n", position, position + size) + 1
        if not 0 < first < last:
            continue
        piece = pa.py_buffer(data).slice(first, last - first)
        table = _read_piece(piece, located.layout, quoted=quoted)
        if table is not None:
            tables.append(table)
    if not tables:
        raise pa.ArrowInvalid("No piece of the file could be read alone.")
    return list(pa.concat_tables(tables).combine_chunks().columns)


def _read_piece(piece: Any, layout: Layout, *, quoted: bool) -> Any:
    """Read a piece of the file, or None when it is no table by itself."""
    names = positions(layout)
    try:
        return pcsv.read_csv(
            pa.BufferReader(piece),
            read_options=pcsv.ReadOptions(
                column_names=names, use_threads=False, block_size=2 * len(piece)
            ),
            parse_options=parse_options(layout, quoted=quoted, refuse=_skip),
            convert_options=convert_options(names),
        )
    except pa.ArrowInvalid:
        return None


def _skip(_: Any) -> str:
    return "skip"


def positions(layout: Layout) -> list[str]:
    """Return names for the columns of a text: their positions."""
    return [str(position) for position in range(layout.width)]


@dataclass(frozen=True, eq=False)
class Block:
    """Rows that were parted into cells of text.

    Attributes
    ----------
    text : pyarrow RecordBatch or Table
    refused : list of (line in the block, InvalidRow)
    until : int
        How far the file was read.
    """

    text: Any
    refused: list[Any]
    until: int


def quoted_blocks(located: Located, columns: list[str]) -> Iterator[Block]:
    """Yield blocks of a file with quotes, which only a reading in order can part."""
    layout, last = located.layout, None
    refused: list[Any] = []
    source = pa.BufferReader(pa.py_buffer(located.data).slice(located.start))

    def refuse(row: Any) -> str:
        refused.append(row)
        return "skip"

    reader = pcsv.open_csv(
        source,
        read_options=pcsv.ReadOptions(
            column_names=positions(layout), block_size=BLOCK, use_threads=False
        ),
        parse_options=parse_options(layout, quoted=True, refuse=refuse),
        convert_options=convert_options(columns),
    )
    with reader:
        for text in reader:
            until = located.start + source.tell()
            yield Block(text, _taken(refused), until)
            last = text.slice(0, 0)
    if refused:
        yield Block(last, _taken(refused), len(located.data))


def _taken(refused: list[Any]) -> list[Any]:
    """Take what a list holds; the reader may add to it at the same time."""
    taken = refused[:]
    del refused[: len(taken)]
    return taken


def block_bounds(located: Located) -> Iterator[tuple[int, int]]:
    """Yield where blocks of whole lines begin and end."""
    data, first = located.data, located.start
    while first < len(data):
        last = min(first + BLOCK, len(data))
        if last < len(data):
            last = data.rfind(b"\n", first, last) + 1
        if not last:
            raise pa.ArrowInvalid("A line is longer than a block.")
        yield first, last
        first = last


def plain_block(located: Located, columns: list[str], bounds: tuple[int, int]) -> Block:
    """Read whole lines without quotes."""
    first, last = bounds
    layout, refused = located.layout, []
    piece = pa.py_buffer(located.data).slice(first, last - first)
    quote = layout.dialect.quote
    if quote and located.data.find(quote.encode(), first, last) >= 0:
        raise QuoteFoundError

    def refuse(row: Any) -> str:
        refused.append(row)
        return "skip"

    text = pcsv.read_csv(
        pa.BufferReader(piece),
        read_options=pcsv.ReadOptions(
            column_names=positions(layout), use_threads=False, block_size=2 * BLOCK
        ),
        parse_options=parse_options(layout, quoted=False, refuse=refuse),
        convert_options=convert_options(columns),
    )
    return Block(text.combine_chunks(), refused, last)


def least_row(sample: list[Any]) -> int:
    """Return about how many bytes a short row of the sample takes."""
    n_rows = max(len(sample[0]), 1)
    letters = sum(pc.sum(pc.binary_length(column)).as_py() or 0 for column in sample)
    return max(1, int(0.7 * (letters / n_rows + len(sample))))
