"""Rows of a file that pass by: read piece by piece, never all at once.

A large CSV file is read in blocks of lines, a Parquet file in batches of rows; both
with the memory of a few pieces. Other files are read whole and then cut. How each
column of a CSV file is to be read is proposed on pieces from all over it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.data.dataset import from_arrow
from core.data.frames import unique_names
from core.data.reading.blocks import (
    Block,
    block_bounds,
    plain_block,
    positions,
    quoted_blocks,
    take_sample,
)
from core.data.reading.collect import Collector
from core.data.reading.delimited import locate
from core.data.reading.encoding import decode
from core.data.reading.foreign import refuse_foreign
from core.data.reading.located import Located
from core.data.reading.options import ReadOptions
from core.data.reading.plans import Plan, plans
from core.data.reading.read import read_table
from core.data.reading.records import detect_json
from core.data.reading.rows import swallows_rows
from core.data.reading.scan import contains, release
from core.data.reading.sources import Raw, detect_format, open_source
from core.data.reading.stream import STREAM_FROM
from core.data.reading.tail import has_asides
from core.errors import DataError

PIECE_ROWS: Final = 20_000
"""Rows of a piece of Parquet, or of a table that was read whole."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows that follow one another.

    Attributes
    ----------
    given : pyarrow Table of shape (n_rows, n_columns)
        The cells as they stand in the file; from a large CSV file as text.
    frame : DataFrame of shape (n_rows, n_columns)
        The same rows with their types.
    until : float, in [0, 1]
        Share of the file that is read with them.
    n_refused : int
        Lines among them that are no rows, and are left out.
    """

    given: Any
    frame: pd.DataFrame
    until: float
    n_refused: int = 0


@dataclass(frozen=True, eq=False)
class Flow:
    """A file whose rows pass by.

    Attributes
    ----------
    names : tuple of str
        Of the columns, each once.
    is_streamed : bool
        Whether memory stays flat; else the table was read whole.
    pieces : iterator of Piece
        In the file's order; it can be gone through once, and raises a DataError
        where the file turns out to be broken. There is at least one.
    """

    names: tuple[str, ...]
    is_streamed: bool
    pieces: Iterator[Piece]


def open_flow(source: str | Path, *, stream_from: int = STREAM_FROM) -> Flow:
    r"""Find out how a file is written, and open it to be read piece by piece.

    Parameters
    ----------
    source : path
        Anything that `read_table` reads.
    stream_from : int, default=4 MiB
        Smaller text files are read whole.

    Raises
    ------
    DataError
        The file is empty, no table or broken; the hint says what to do.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "paid.csv"
    >>> _ = path.write_text("zip,paid\n01234,1.50\n99999,2\n")
    >>> flow = open_flow(path, stream_from=0)
    >>> (piece,) = flow.pieces
    >>> piece.given.to_pylist()[0], piece.frame["paid"].tolist()
    ({'zip': '01234', 'paid': '1.50'}, [1.5, 2.0])
    """
    raw = open_source(source, None)
    if not raw.size_bytes:
        raise DataError("The file is empty.", hint="Choose a file with a table in it.")
    kind = detect_format(raw.data)
    if kind == "parquet":
        return _parquet_flow(Path(source))
    located = _streamable(raw, stream_from) if kind == "csv" else None
    return _whole_flow(source) if located is None else _text_flow(located)


def _whole_flow(source: str | Path) -> Flow:
    table = read_table(source)
    given = pa.Table.from_pandas(table.frame, preserve_index=False)
    given = given.replace_schema_metadata(None)

    def pieces() -> Iterator[Piece]:
        n_rows = len(table.frame)
        for start in range(0, max(n_rows, 1), PIECE_ROWS):
            frame = table.frame.iloc[start : start + PIECE_ROWS]
            yield Piece(
                given.slice(start, PIECE_ROWS),
                frame.reset_index(drop=True),
                min(1.0, (start + PIECE_ROWS) / max(n_rows, 1)),
                0 if start else table.report.n_refused,
            )

    return Flow(
        tuple(map(str, table.frame.columns)), is_streamed=False, pieces=pieces()
    )


def _parquet_flow(path: Path) -> Flow:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _broken_parquet() from error
    names, _ = unique_names(file.schema_arrow.names)
    n_rows = file.metadata.num_rows

    def pieces() -> Iterator[Piece]:
        empty = file.schema_arrow.empty_table().rename_columns(list(names))
        done = 0
        try:
            for batch in file.iter_batches(PIECE_ROWS):
                given = pa.Table.from_batches([batch]).rename_columns(list(names))
                done += len(batch)
                yield Piece(given, from_arrow(given), done / n_rows)
        except (pa.ArrowException, OSError) as error:
            raise _broken_parquet() from error
        if not done:
            yield Piece(empty, from_arrow(empty), 1.0)

    return Flow(tuple(names), is_streamed=True, pieces=pieces())


def _broken_parquet() -> DataError:
    return DataError(
        "The file cannot be read as Parquet.",
        hint="It may be cut off; write or upload it again.",
    )


def _streamable(raw: Raw, stream_from: int) -> Located | None:
    """Return a delimited text that can be read block by block, else None."""
    if raw.size_bytes < stream_from:
        return None
    decoded = decode(raw.data)
    if detect_json(decoded.data, decoded.start):
        return None
    beginning = bytes(decoded.data[decoded.start : decoded.start + 2**15])
    refuse_foreign(beginning.decode("utf-8", errors="ignore"))
    located = locate(decoded, ReadOptions())
    layout = located.layout
    last_unnamed = layout.header and layout.names[-1] == f"column_{layout.width}"
    plain = layout.by_arrow and not layout.blank_first and not last_unnamed
    return located if plain and layout.width > 1 and not has_asides(located) else None


def _text_flow(located: Located) -> Flow:
    layout, quote = located.layout, located.layout.dialect.quote
    quoted = bool(quote) and contains(
        located.data, str(quote).encode(), start=located.start
    )
    try:
        sample = take_sample(located, quoted=quoted)
    except pa.ArrowInvalid as error:
        raise _broken_text() from error
    read_as = [next(iter(plans(column, ReadOptions()))) for column in sample]
    names = list(layout.names)

    def pieces() -> Iterator[Piece]:
        for block in _blocks(located, quoted=quoted):
            columns = [_one_piece(block.text, i) for i in range(len(names))]
            given = pa.table(columns, names=names)
            cast = {
                name: _typed(text, plan, name)
                for name, text, plan in zip(names, columns, read_as, strict=True)
            }
            frame = pd.DataFrame(cast, index=pd.RangeIndex(len(given)))
            release(located.data, block.until)
            until = block.until / len(located.data)
            yield Piece(given, frame, until, len(block.refused))

    return Flow(tuple(names), is_streamed=True, pieces=pieces())


def _blocks(located: Located, *, quoted: bool) -> Iterator[Block]:
    columns = positions(located.layout)
    try:
        if not quoted:
            for bounds in block_bounds(located):
                yield plain_block(located, columns, bounds)
            return
        for block in quoted_blocks(located, columns):
            if swallows_rows(block.text.columns, located.layout.dialect):
                raise _broken_text()
            yield block
    except pa.ArrowInvalid as error:
        raise _broken_text() from error


def _broken_text() -> DataError:
    return DataError(
        "A quote in the file is opened and never closed, so rows cannot be told apart.",
        hint="Close the quote, or save the table as Parquet.",
    )


def _one_piece(text: Any, position: int) -> Any:
    column = text.column(position)
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks()


def _typed(text: Any, plan: Plan, name: str) -> pd.Series:
    """Cast a column of one piece; where some cell does not fit, cell by cell."""
    try:
        return _cast(text, plan, name)
    except pa.ArrowInvalid:
        known: dict[Any, Any] = {}
        for word in text.unique().to_pylist():
            try:
                known[word] = _cast(pa.array([word], pa.string()), plan, name)[0]
            except pa.ArrowInvalid:
                known[word] = word
        return pd.Series([known[word] for word in text.to_pylist()], dtype=object)


def _cast(text: Any, plan: Plan, name: str) -> pd.Series:
    column = Collector(plan, len(text))
    column.put(plan.cast(text))
    return column.finish(name).values
