"""Many rows at once: a table or a file in, the same rows with answers out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.data import read_table
from core.serving.log import PredictionLog
from core.serving.service import Scores, Service
from core.storage import write_atomic

if TYPE_CHECKING:
    import numpy as np

CHUNK_ROWS = 10_000
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?$"

Progress = Callable[[float], None]


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
    """

    n_rows: int
    n_warned: int
    n_refused: int
    destination: Path


def score_table(
    service: Service,
    frame: pd.DataFrame,
    *,
    log: PredictionLog | None = None,
    chunk_rows: int = CHUNK_ROWS,
    on_progress: Progress | None = None,
) -> pd.DataFrame:
    """Answer every row of a table.

    A value that does not fit counts as missing, and its row has a warning.

    Parameters
    ----------
    service : Service
    frame : DataFrame of shape (n_rows, n_columns)
        Any table; columns that the model does not know are carried along.
    log : PredictionLog or None
        Where the answers are kept, if anywhere; then each row has its id.
    chunk_rows : int, default=10_000
    on_progress : callable or None
        Called with the share of rows done, after each chunk.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns + n_answers)
        The given columns, in their order, and behind them ``prediction_id`` (with a
        log), ``prediction``, ``probability`` (of the positive class, or of the
        predicted one), ``low`` and ``high`` (numbers with an interval),
        ``prediction_set`` (classes that stay possible, between bars),
        ``warnings`` (text) and ``version``. A name that is taken gets a number.

    Raises
    ------
    StorageError
        The log could not be written.
    """
    parts = list(_chunks(service, frame, log, chunk_rows, on_progress))
    answers = pd.concat(parts, ignore_index=True)
    answers.columns = pd.Index(
        [_free_name(name, frame) for name in answers.columns], dtype=str
    )
    return pd.concat([frame.reset_index(drop=True), answers], axis=1)


def score_csv(
    service: Service,
    source: Path,
    destination: Path,
    *,
    log: PredictionLog | None = None,
    chunk_rows: int = CHUNK_ROWS,
    on_progress: Progress | None = None,
) -> BatchReport:
    """Answer every row of a file and write them as CSV, whole or not at all.

    Parameters
    ----------
    service : Service
    source : Path
        Anything that `core.data.read_table` reads.
    destination : Path
        A CSV file; one that is there is replaced at the end. Cells that a
        spreadsheet would run as a formula are written as text.
    log, chunk_rows, on_progress
        As in `score_table`.

    Raises
    ------
    DataError
        The source cannot be read.
    StorageError
        The destination or the log cannot be written.
    """
    table = read_table(source)
    scored = score_table(
        service, table.frame, log=log, chunk_rows=chunk_rows, on_progress=on_progress
    )
    warned = scored.iloc[:, -2].to_numpy() != ""
    plain = neutralise_formulas(scored)
    write_atomic(destination, lambda path: plain.to_csv(path, index=False))
    n_refused = len(table.report.refused)
    return BatchReport(len(scored), int(warned.sum()), n_refused, destination)


def neutralise_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text that a spreadsheet would run set behind a quote.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end gets an
    apostrophe in front, in cells and in column names; numbers stay as they are.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["=1+1", "-5", "-x", "plain"]})
    >>> neutralise_formulas(frame)["a"].tolist()
    ["'=1+1", '-5', "'-x", 'plain']
    """
    safe = frame.copy()
    for name in frame.columns:
        values = frame[name]
        if not pd.api.types.is_string_dtype(values.dtype):
            continue
        text = values.astype("str")
        runs: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            text.str.contains(_FORMULA, na=False) & ~text.str.match(_NUMBER, na=False)
        ).to_numpy()
        if runs.any():
            safe[name] = text.mask(runs, "'" + text)
    runs_too = frame.columns.astype("str").str.contains(_FORMULA)
    safe.columns = pd.Index(
        [
            f"'{name}" if runs else name
            for name, runs in zip(frame.columns, runs_too, strict=True)
        ]
    )
    return safe


def _chunks(
    service: Service,
    frame: pd.DataFrame,
    log: PredictionLog | None,
    chunk_rows: int,
    on_progress: Progress | None,
) -> Iterator[pd.DataFrame]:
    n_rows = len(frame)
    for start in range(0, max(n_rows, 1), chunk_rows):
        chunk = frame.iloc[start : start + chunk_rows].reset_index(drop=True)
        scores = service.score(chunk)
        yield _columns(service, scores, _kept_ids(service, log, chunk, scores))
        if on_progress is not None:
            on_progress(min(1.0, (start + chunk_rows) / max(n_rows, 1)))


def _kept_ids(
    service: Service, log: PredictionLog | None, chunk: pd.DataFrame, scores: Scores
) -> list[str] | None:
    if log is None:
        return None
    version = service.version
    known = [name for name in version.schema.names if name in chunk.columns]
    return log.append(
        version.project,
        version.number,
        chunk[known],
        [service.answer(scores, row) for row in range(len(chunk))],
        latency_ms=None,
        source="batch",
        threshold=version.threshold,
    )


def _columns(service: Service, scores: Scores, ids: list[str] | None) -> pd.DataFrame:
    answers: dict[str, object] = {}
    if ids is not None:
        answers["prediction_id"] = pd.Series(ids, dtype="str")
    answers["prediction"] = scores.prediction
    if scores.probability is not None:
        answers["probability"] = scores.probability
    if scores.half_widths is not None:
        numbers = pd.Series(scores.prediction, dtype="float64")
        answers["low"] = numbers - scores.half_widths
        answers["high"] = numbers + scores.half_widths
    if scores.sets is not None:
        answers["prediction_set"] = pd.Series(
            service.set_texts(scores.sets), dtype="str"
        )
    told = [" ".join(row) for row in scores.warnings]
    answers["warnings"] = pd.Series(told, dtype="str")
    answers["version"] = service.version.number
    return pd.DataFrame(answers, index=pd.RangeIndex(len(told)))


def _free_name(name: str, frame: pd.DataFrame) -> str:
    free, count = name, 1
    while free in frame.columns:
        count += 1
        free = f"{name}_{count}"
    return free
