"""Capture: answers of many calls written to the log in one transaction."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from core.serving.log import PredictionLog


class Capture:
    """Writes rows to the log in a thread of its own, in the order they came.

    While one transaction is being written, the rows of all calls that come meanwhile
    gather for the next one. So a lone call waits for nothing, and many at once share
    the cost of making them durable.

    Parameters
    ----------
    log : PredictionLog
    """

    def __init__(self, log: PredictionLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._gathering: list[dict[str, Any]] = []
        self._written: Future[None] | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="capture")

    def write(self, rows: Sequence[dict[str, Any]]) -> "Future[None]":
        """Hand rows over; the result comes when they are on disk.

        Parameters
        ----------
        rows : sequence of dict
            What `PredictionLog.draw_up` gave.

        Returns
        -------
        Future
            Shared with other calls: wait for it, never cancel it. It raises the
            StorageError of a transaction that failed; then none of it was kept.
        """
        with self._lock:
            self._gathering.extend(rows)
            if self._written is None:
                self._written = self._writer.submit(self._write_gathered)
            return self._written

    def close(self) -> None:
        """Write what is gathered, and end the thread."""
        self._writer.shutdown(wait=True)

    def _write_gathered(self) -> None:
        with self._lock:
            rows, self._gathering = self._gathering, []
            self._written = None
        self._log.write(rows)
