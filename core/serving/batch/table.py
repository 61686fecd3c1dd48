"""A table in memory, answered."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pandas as pd

from core.serving.batch.cluster import answer_all, answer_here
from core.serving.batch.columns import CHUNK_ROWS, BatchOptions, Scorer, free_names
from core.serving.log import PredictionLog
from core.serving.service import Service

Progress = Callable[[float], None]


def score_table(
    service: Service,
    frame: pd.DataFrame,
    *,
    log: PredictionLog | None = None,
    options: BatchOptions | None = None,
    chunk_rows: int = CHUNK_ROWS,
    on_progress: Progress | None = None,
) -> pd.DataFrame:
    """Answer every row of a table.

    A value that does not fit counts as missing, and its row has a warning. Where a
    Dask scheduler is set, its workers answer the chunks of a table that has several.

    Parameters
    ----------
    service : Service
    frame : DataFrame of shape (n_rows, n_columns)
        Any table; columns that the model does not know are carried along.
    log : PredictionLog or None
        Where the answers are kept, if anywhere; then each row has its id.
    options : BatchOptions, default=None
        Names that differ, and reasons; none of either when None.
    chunk_rows : int, default=10_000
    on_progress : callable or None
        Called with the share of rows done, after each chunk.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns + n_answers)
        The given columns, in their order, and behind them ``prediction_id`` (with a
        log), ``prediction``, ``probability`` (of the positive class, or of the
        predicted one), ``low`` and ``high`` (numbers with an interval),
        ``prediction_set`` (classes that stay possible, between bars), ``reasons``
        (where asked for), ``warnings`` (text) and ``version``. A name that is taken
        gets a number.

    Raises
    ------
    ServingError
        The mapping does not fit the table or the model, or the Dask cluster was lost.
    ModelingError
        The Dask scheduler of the settings does not answer.
    StorageError
        The log could not be written.
    """
    scorer = Scorer(service, log, options or BatchOptions())
    parts = list(_chunks(scorer, frame, chunk_rows, on_progress))
    answers = pd.concat(parts, ignore_index=True)
    taken = [str(name) for name in frame.columns]
    answers.columns = pd.Index(free_names(list(answers.columns), taken), dtype=str)
    return pd.concat([frame.reset_index(drop=True), answers], axis=1)


def _chunks(
    scorer: Scorer, frame: pd.DataFrame, chunk_rows: int, on_progress: Progress | None
) -> Iterator[pd.DataFrame]:
    n_rows = len(frame)
    starts = range(0, max(n_rows, 1), chunk_rows)
    chunks = ((start, frame.iloc[start : start + chunk_rows]) for start in starts)
    # A single chunk is answered here sooner than a cluster is found.
    answer = answer_all if len(starts) > 1 else answer_here
    with closing(answer(scorer, chunks)) as answered:
        for start, answers in answered:
            yield answers
            if on_progress is not None:
                on_progress(min(1.0, (start + chunk_rows) / max(n_rows, 1)))
