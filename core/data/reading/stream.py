"""Large tables, block by block: the text of a block becomes values at once.

How each column is to be read is proposed on pieces from all over the file. A column
of which some block does not fit is read once more, whole, as text.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyarrow as pa

from core.data.reading.blocks import (
    Block,
    QuoteFoundError,
    block_bounds,
    least_row,
    plain_block,
    positions,
    quoted_blocks,
    take_sample,
)
from core.data.reading.collect import Collector, TypedColumn, may_identify
from core.data.reading.letters import only_digits
from core.data.reading.located import Located
from core.data.reading.options import ReadOptions
from core.data.reading.plans import Plan, plans
from core.data.reading.report import Refusals
from core.data.reading.rows import swallows_rows
from core.data.reading.scan import release
from core.data.reading.tail import ends_empty, names_as_written, repeats_names
from core.data.reading.typed import TypedTable, type_column
from core.errors import DataError

STREAM_FROM: Final = 2**22
"""Smaller files are read at once."""

_N_THREADS: Final = min(4, os.cpu_count() or 1)


def stream_table(
    located: Located, options: ReadOptions, tell: Callable[[float, str], None]
) -> TypedTable | None:
    """Read a large table with little more memory than its values need.

    Returns
    -------
    TypedTable or None
        None when the file is small, or is written in a way that has to be read at
        once (`read_text`); the values are the same either way.

    Raises
    ------
    DataError
        There are more rows than allowed.
    """
    layout = located.layout
    last_unnamed = layout.header and layout.names[-1] == f"column_{layout.width}"
    size = len(located.data) - located.start
    if size < STREAM_FROM or layout.width < 2 or last_unnamed:
        return None
    if not layout.by_arrow or layout.blank_first or ends_empty(located):
        return None
    for quoted in (False, True):
        try:
            job = _Job(located, quoted, options)
            job.cast_blocks(tell)
            if not job.excludes_names() and repeats_names(located):
                return None
            columns = job.finish()
        except QuoteFoundError:
            continue
        except pa.ArrowInvalid:
            return None
        return TypedTable(
            layout.names, columns, job.n_rows, layout.header, layout.dialect,
            job.refusals, layout.notes,
        )  # fmt: skip
    return None


@dataclass(frozen=True, eq=False)
class _Done:
    """Cast values of one block; None where a column did not fit.

    Of columns that may hold identifiers, `written` has the text of the same values.
    """

    values: list[Any]
    written: list[Any]
    n_rows: int
    refused: list[Any]
    until: int


class _Job:
    """One large table being read."""

    def __init__(self, located: Located, quoted: bool, options: ReadOptions) -> None:
        self.located = located
        self.quoted = quoted
        self.options = options
        self.n_rows = 0
        self.refusals = Refusals()
        sample = take_sample(located, quoted=quoted)
        room = len(located.data) // least_row(sample)
        self.plans = [next(iter(plans(column, options))) for column in sample]
        self.columns: list[Collector | None] = [
            Collector(plan, room) for plan in self.plans
        ]
        self.may_identify = [
            plan.kind == "integer" and may_identify(name)
            for plan, name in zip(self.plans, located.layout.names, strict=True)
        ]

    def _read(self, pool: ThreadPoolExecutor, columns: list[str]) -> "Iterator[_Done]":
        """Read and cast blocks on threads; hand them over in the file's order."""
        pending: deque[Future[_Done]] = deque()
        if self.quoted:
            blocks = quoted_blocks(self.located, columns)
            tasks: Iterator[Any] = (partial(_same, block) for block in blocks)
        else:
            tasks = (
                partial(plain_block, self.located, columns, bounds)
                for bounds in block_bounds(self.located)
            )
        for task in tasks:
            pending.append(pool.submit(self._cast, task))
            while len(pending) > _N_THREADS + 1:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _cast(self, task: Callable[[], Block]) -> "_Done":
        block = task()
        dialect = self.located.layout.dialect
        if self.quoted and swallows_rows(block.text.columns, dialect):
            raise pa.ArrowInvalid("A quote is not closed.")
        values: list[Any] = [None] * len(self.plans)
        written = values.copy()
        for position, plan in enumerate(self.plans):
            if self.columns[position] is not None:
                text = _one_piece(block.text, position)
                with suppress(pa.ArrowInvalid):
                    values[position] = plan.cast(text)
                    if self.may_identify[position] and only_digits(text):
                        written[position] = text.cast(pa.large_string())
        return _Done(values, written, block.text.num_rows, block.refused, block.until)

    def cast_blocks(self, tell: Callable[[float, str], None]) -> None:
        """Read all rows, and cast every column as long as its values fit."""
        size = len(self.located.data)
        pool = ThreadPoolExecutor(_N_THREADS)
        try:
            for done in self._read(pool, positions(self.located.layout)):
                self._take(done)
                release(self.located.data, done.until)
                tell(0.1 + 0.8 * done.until / size, "Reading the rows")
        finally:
            pool.shutdown(cancel_futures=True)

    def _take(self, done: "_Done") -> None:
        for position, values in enumerate(done.values):
            column = self.columns[position]
            if column is not None and values is not None:
                column.put(values, done.written[position])
            elif done.n_rows:
                self.columns[position] = None
        before = self.located.layout.n_lines_before
        if not self.quoted:
            before += self.n_rows + self.refusals.count
        for row in done.refused:
            line = row.number and row.number + before
            self.refusals.add(line, row.actual_columns, row.expected_columns, row.text)
        if self.refusals.swallowed:
            raise pa.ArrowInvalid("A quote is not closed.")
        self.n_rows += done.n_rows
        limit = self.options.max_rows
        if limit is not None and self.n_rows > limit:
            raise DataError(
                f"The table has more rows than the {limit:,} that are taken.",
                hint="Bring fewer rows, or raise RONDO_MAX_ROWS.",
            )

    def finish(self) -> list[TypedColumn]:
        """Return the columns; what did not fit is read once more, as text."""
        names = self.located.layout.names
        with ThreadPoolExecutor(_N_THREADS) as pool:
            done = list(pool.map(self._finish, range(len(names))))
        failed = [i for i, column in enumerate(done) if column is None]
        for i, text in zip(failed, self._as_text(failed), strict=True):
            done[i] = type_column(names[i], text, self.options)
        return [column for column in done if column is not None]

    def _finish(self, position: int) -> TypedColumn | None:
        column, self.columns[position] = self.columns[position], None
        if column is not None:
            with suppress(pa.ArrowInvalid):
                return column.finish(self.located.layout.names[position])
        return None

    def excludes_names(self) -> bool:
        """Say whether some column holds only values that its own name is not."""
        line = names_as_written(self.located).decode("utf-8", errors="replace")
        written = next((row for row, _ in self.located.layout.dialect.rows(line)), [])
        if len(written) != len(self.columns):
            return False
        return any(
            column is not None and column.plan.kind is not None
            and not _fits(column.plan, name)
            for column, name in zip(self.columns, written, strict=True)
        )  # fmt: skip

    def _as_text(self, failed: list[int]) -> list[Any]:
        if not failed:
            return []
        wanted = [str(position) for position in failed]
        if self.quoted:
            blocks = quoted_blocks(self.located, wanted)
        else:
            blocks = (
                plain_block(self.located, wanted, bounds)
                for bounds in block_bounds(self.located)
            )
        parts = [block.text for block in blocks]
        return [
            pa.chunked_array([_one_piece(part, i) for part in parts], pa.string())
            for i in range(len(wanted))
        ]


def _fits(plan: Plan, value: str) -> bool:
    try:
        plan.cast(pa.array([value], pa.string()))
    except pa.ArrowInvalid:
        return False
    return True


def _same(block: Block) -> Block:
    return block


def _one_piece(text: Any, position: int) -> Any:
    column = text.column(position)
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
