"""A file of any size, answered into a file, piece by piece."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from core.data.reading.flow import Piece, open_flow
from core.serving.batch.cluster import answer_all
from core.serving.batch.columns import BatchOptions, Scorer, free_names
from core.serving.batch.formulas import neutral_table
from core.serving.log import PredictionLog
from core.serving.service import Service
from core.storage.files import temporary_sibling

Tell = Callable[[float, int], None]


@dataclass(frozen=True)
class BatchReport:
    """What became of a file.

    Attributes
    ----------
    n_rows : int
        Rows answered.
    n_warned : int
        Of these, with at least one warning.
    n_refused : int
        Lines of the file that are no rows, and are not in the result.
    destination : Path
    is_streamed : bool
        Whether the source was read piece by piece; else it was read whole.
    """

    n_rows: int
    n_warned: int
    n_refused: int
    destination: Path
    is_streamed: bool = False


def score_file(
    service: Service,
    source: Path,
    destination: Path,
    *,
    log: PredictionLog | None = None,
    options: BatchOptions | None = None,
    on_progress: Tell | None = None,
) -> BatchReport:
    """Answer every row of a file into another, whole or not at all.

    The memory needed does not grow with a CSV file in UTF-8 or a Parquet file; their
    cells are carried over as they stand. Other files are read whole first. Where a
    Dask scheduler is set, its workers answer the pieces; the file is the same.

    Parameters
    ----------
    service : Service
    source : Path
        Anything that `core.data.read_table` reads.
    destination : Path
        Parquet where the name ends in ``.parquet``, else CSV (commas, UTF-8) in
        which cells that a spreadsheet would run are written as text. A file that is
        there is replaced at the end.
    log, options
        As in `score_table`; so are the columns behind those of the source.
    on_progress : callable(share, n_rows) or None
        Called after each piece, with the share of the file and the rows done.

    Raises
    ------
    DataError
        The source cannot be read.
    ServingError
        The mapping does not fit, or the Dask cluster was lost.
    ModelingError
        The Dask scheduler of the settings does not answer.
    StorageError
        The destination or the log cannot be written.
    """
    flow = open_flow(source)
    scorer = Scorer(service, log, options or BatchOptions())
    tell = on_progress or (lambda _share, _n_rows: None)
    n_rows = n_warned = n_refused = 0
    pieces = ((piece, piece.frame) for piece in flow.pieces)
    with (
        temporary_sibling(destination) as path,
        _Sink(path) as sink,
        closing(answer_all(scorer, pieces)) as answered,
    ):
        for piece, answers in answered:
            n_warned += sink.put(piece, answers)
            n_rows += len(piece.frame)
            n_refused += piece.n_refused
            tell(piece.until, n_rows)
    return BatchReport(n_rows, n_warned, n_refused, destination, flow.is_streamed)


class _Sink:
    """The file that answered pieces go to; its columns are those of the first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> "_Sink":
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def put(self, piece: Piece, answers: pd.DataFrame) -> int:
        """Write some rows with their answers; return how many have a warning."""
        n_warned = int((answers["warnings"] != "").sum())
        table = _beside(piece.given, answers)
        if self._path.suffix != ".parquet":
            table = neutral_table(_plain_dates(table))
        if self._writer is None:
            self._writer = _writer(self._path, table.schema)
        self._writer.write_table(table.cast(self._writer.schema))
        return n_warned


class _CsvWriter:
    def __init__(self, path: Path, schema: Any) -> None:
        self.schema = schema
        self._writer = pcsv.CSVWriter(str(path), schema)

    def write_table(self, table: Any) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


def _writer(path: Path, schema: Any) -> Any:
    if path.suffix == ".parquet":
        return pq.ParquetWriter(path, schema, compression="zstd")
    return _CsvWriter(path, schema)


def _beside(given: Any, answers: Any) -> Any:
    told = pa.Table.from_pandas(answers, preserve_index=False)
    names = free_names(told.column_names, given.column_names)
    for name, column in zip(names, told.columns, strict=True):
        given = given.append_column(name, column)
    return given.replace_schema_metadata(None)


def _plain_dates(table: Any) -> Any:
    """Write moments without a fraction of a second, where a column has none."""
    for position, column in enumerate(table.columns):
        if pa.types.is_timestamp(column.type) and column.type.unit != "s":
            whole = pa.timestamp("s", tz=column.type.tz)
            try:
                table = table.set_column(
                    position, table.column_names[position], column.cast(whole)
                )
            except pa.ArrowInvalid:  # there are fractions: they stay
                continue
        elif pa.types.is_nested(column.type):
            words = pa.array([str(cell) for cell in column.to_pylist()])
            table = table.set_column(position, table.column_names[position], words)
    return table
