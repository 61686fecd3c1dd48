"""Capture: answers of many calls written to the log in one transaction."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from core.errors import StorageError
from core.serving.log import PredictionLog


class _Round(threading.local):
    """What the calls of one turn of an event loop have handed in.

    Each thread has its own, as it has its own loop: a future of another loop cannot
    be awaited.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.ends: asyncio.Future[None] | None = None


class Capture:
    """Writes rows to the log, those of many calls together.

    On an event loop, the rows of all calls that were read at once become one
    transaction, written right there: with SQLite that takes less than handing them to
    another thread. Where another process is writing just then, and with any other
    database, they go to a thread. While that one writes, the rows of all calls that
    come meanwhile gather for its next transaction. So a lone call waits for nothing,
    and many at once share the cost of making them durable.

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
        self._round = _Round()

    async def keep(self, rows: Sequence[dict[str, Any]]) -> None:
        """Return when the rows are on disk; for event loops of any threads.

        Raises
        ------
        StorageError
            They could not be written; then none of this round was kept.
        """
        current, loop = self._round, asyncio.get_running_loop()
        if current.ends is not None and current.ends.get_loop() is not loop:
            current.rows, current.ends = [], None  # of a loop that ended before it did
        current.rows.extend(rows)
        if current.ends is None:
            current.ends = loop.create_future()
            loop.call_soon(self._end_round)
        # Shielded: a caller that hangs up must not cancel its neighbours' rows.
        await asyncio.shield(current.ends)

    def _end_round(self) -> None:
        """Write what the calls of this turn of the loop have handed in."""
        rows, ends = self._round.rows, self._round.ends
        self._round.rows, self._round.ends = [], None
        if ends is None:
            return
        try:
            done = self._is_idle and self._log.write_now(rows)
        except StorageError as error:
            _settle(ends, error)
            return
        except BaseException as error:
            _settle(ends, error)  # or its callers would wait for ever
            raise
        if done:
            ends.set_result(None)
            return
        loop = ends.get_loop()
        written = self.write(rows)
        written.add_done_callback(
            lambda w: loop.call_soon_threadsafe(_settle, ends, w.exception())
        )

    @property
    def _is_idle(self) -> bool:
        """Whether no rows wait for the thread, which would be overtaken."""
        with self._lock:
            return self._written is None

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


def _settle(ends: "asyncio.Future[None]", error: BaseException | None) -> None:
    if error is None:
        ends.set_result(None)
    else:
        ends.set_exception(error)
        ends.exception()  # its callers may all have hung up: then nobody asks
