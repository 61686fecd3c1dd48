"""Rows and answers as CSV and as an Arrow stream, beside JSON."""

import io
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pcsv

from core.data import read_table
from core.data.dataset import from_arrow
from core.errors import DataError
from core.registry.json_values import json_ready
from core.serving.answering import Answered
from core.serving.batch.formulas import neutral_table
from core.serving.body import at_most
from core.serving.refusal import RefusedError

CSV: Final = "text/csv"
ARROW: Final = "application/vnd.apache.arrow.stream"


def rows_of_csv(body: bytes, most: int) -> list[dict[str, Any]]:
    r"""Return the rows of a CSV body; its first line names the columns.

    Cells stay text: what they are, the columns of the version say. Empty ones are
    missing.

    Raises
    ------
    RefusedError
        400 where it is no table or a line has another number of cells, 413 for more
        rows than one call may carry.

    Examples
    --------
    >>> rows_of_csv(b"age,plan\n41,basic\n,plus\n", 10)
    [{'age': '41', 'plan': 'basic'}, {'age': None, 'plan': 'plus'}]
    """
    try:
        table = read_table(
            io.BytesIO(body), "body", as_text=True, format="csv", header=True,
            total_row=True,
        )  # fmt: skip
    except DataError as error:
        raise RefusedError(error.message, hint=error.hint) from error
    if table.report.n_refused:
        raise RefusedError(
            f"{table.report.n_refused:,} lines do not have as many cells as the first.",
            hint="Send one line with the names, then one with as many cells for each "
            "row; cells with a comma stand in quotes.",
        )
    columns = {
        str(name): [cell if isinstance(cell, str) and cell else None for cell in cells]
        for name, cells in table.frame.items()
    }
    return at_most(
        [
            dict(zip(columns, cells, strict=True))
            for cells in zip(*columns.values(), strict=True)
        ],
        most,
    )


def rows_of_arrow(body: bytes, most: int) -> list[dict[str, Any]]:
    """Return the rows of an Arrow stream.

    Raises
    ------
    RefusedError
        400 where it is no sound stream, 413 for too many rows.

    Examples
    --------
    >>> sink, table = io.BytesIO(), pa.table({"age": [41, None]})
    >>> with pa.ipc.new_stream(sink, table.schema) as stream:
    ...     stream.write_table(table)
    >>> rows_of_arrow(sink.getvalue(), 10)
    [{'age': 41.0}, {'age': None}]
    """
    batches, n_rows = [], 0
    try:
        with pa.ipc.open_stream(io.BytesIO(body)) as stream:
            for batch in stream:
                batch.validate(full=True)  # offsets from outside are not to be trusted
                n_rows += batch.num_rows
                if n_rows > most:
                    at_most([None] * n_rows, most)
                batches.append(batch)
            table = pa.Table.from_batches(batches, stream.schema)
        frame = from_arrow(table)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RefusedError(
            "The body is no Arrow stream that can be read.",
            hint="Write it by pyarrow.ipc.new_stream, or send JSON.",
        ) from error
    return [json_ready(record) for record in frame.to_dict("records")]


def answers_table(answered: Answered) -> Any:
    """Return the answers as an Arrow table, a row for each."""
    answers = answered.answers
    columns: dict[str, list[Any]] = {
        "id": answered.ids,
        "prediction": [answer.prediction for answer in answers],
        "probability": [answer.probability for answer in answers],
        "low": [None if a.interval is None else a.interval[0] for a in answers],
        "high": [None if a.interval is None else a.interval[1] for a in answers],
        "prediction_set": [
            None if a.prediction_set is None else " | ".join(map(str, a.prediction_set))
            for a in answers
        ],
        "overridden": [answer.overridden for answer in answers],
        "warnings": [" ".join(answer.warnings) for answer in answers],
        "version": [answered.version] * len(answers),
    }
    kinds = {
        "probability": pa.float64(), "low": pa.float64(), "high": pa.float64(),
        "prediction_set": pa.string(), "overridden": pa.string(),
    }  # fmt: skip
    return pa.table(
        {name: pa.array(cells, kinds.get(name)) for name, cells in columns.items()}
    )


def as_csv(answered: Answered) -> bytes:
    """Return the answers as CSV, safe to open in a spreadsheet."""
    sink = io.BytesIO()
    pcsv.write_csv(neutral_table(answers_table(answered)), sink)
    return sink.getvalue()


def as_arrow(answered: Answered) -> bytes:
    """Return the answers as an Arrow stream."""
    sink, table = io.BytesIO(), answers_table(answered)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()
