"""The queued mode of capture: answers go out first, and are stored soon after."""

import atexit
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from core.errors import StorageError
from core.serving.tally import Tally

_log = logging.getLogger("rondo.api")
Row = Mapping[str, Any]

STATED_S: Final = 0.5
"""No row waits longer: the queue takes none while its oldest is older."""
HOLD_S: Final = 0.4
"""The writer begins after so long, which leaves a tenth of a second to write."""
BATCH: Final = 200
"""So many rows are written before that."""
MOST: Final = 5_000
"""Rows that may wait."""


class _Call(NamedTuple):
    taken_at: float  # monotonic
    project: str
    rows: Sequence[Row]


class CaptureQueue:
    """Rows of answers that are stored within half a second, by a thread of its own.

    What a killed process held is counted in a `Tally`, one for each project.

    Parameters
    ----------
    store : callable
        Writes rows in one transaction; raises StorageError when it cannot.
    folder : Path
        Of the counts.
    """

    def __init__(self, store: Callable[[Sequence[Row]], None], folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._calls: deque[_Call] = deque()
        self._n_rows = 0
        self._tallies: dict[str, Tally] = {}
        self._writer: threading.Thread | None = None
        self._closing = False

    def take(self, project: str, rows: Sequence[Row]) -> bool:
        """Take the rows of one call, to be stored within half a second.

        Parameters
        ----------
        project : str
        rows : sequence of n_rows mappings
            As they are to be written.

        Returns
        -------
        bool
            False when the queue is full, lags behind, or is closed; then nothing was
            taken, and the rows must be written before the answer is given.
        """
        with self._lock:
            tally = self._tally_of(project) if self._has_room(len(rows)) else None
            if tally is None:
                return False
            tally.accept(len(rows), rows[0]["at"], rows[-1]["at"])
            self._calls.append(_Call(time.monotonic(), project, rows))
            before, self._n_rows = self._n_rows, self._n_rows + len(rows)
            if before == 0 or before < BATCH <= self._n_rows:
                self._changed.notify_all()
            return True

    def close(self) -> None:
        """Store what waits, and end the thread.

        What cannot be stored is reported like the loss of a killed process.
        """
        with self._lock:
            self._closing = True
            self._changed.notify_all()
            writer = self._writer
        if writer is not None:
            writer.join()
            atexit.unregister(self.close)
        with self._lock:
            for tally in self._tallies.values():
                tally.close()
            self._tallies.clear()

    def _has_room(self, n: int) -> bool:
        if self._closing or self._n_rows + n > MOST:
            return False
        lag = time.monotonic() - self._calls[0].taken_at if self._calls else 0.0
        return lag < STATED_S

    def _tally_of(self, project: str) -> Tally | None:
        """Return the counts of a project; None where they cannot be kept."""
        tally = self._tallies.get(project)
        if tally is not None:
            return tally
        try:
            tally = self._tallies[project] = Tally(self._folder, project)
        except OSError as error:
            _log.warning("Answers are captured before they are given: %s", error)
            return None
        if self._writer is None:
            self._writer = threading.Thread(
                target=self._write_on, name="capture-queue", daemon=True
            )
            self._writer.start()
            atexit.register(self.close)
        return tally

    def _write_on(self) -> None:
        while True:
            with self._lock:
                self._changed.wait_for(lambda: self._calls or self._closing)
                self._changed.wait_for(self._is_due, timeout=self._rest_s())
                calls = list(self._calls)
            is_done = not calls or self._write(calls)
            if self._closing and (not is_done or not self._calls):
                return
            if not is_done:
                time.sleep(HOLD_S)  # meanwhile rows are written before their answers

    def _write(self, calls: Sequence[_Call]) -> bool:
        """Store the rows of the calls that have waited longest, and count them."""
        try:
            self._store([row for call in calls for row in call.rows])
        except StorageError as error:
            _log.warning("Answers are not captured yet: %s", error.message)
            return False
        with self._lock:
            for _ in calls:
                self._calls.popleft()
            n_stored: Counter[str] = Counter()
            for call in calls:
                n_stored[call.project] += len(call.rows)
            for project, n in n_stored.items():
                waiting = (c.rows[0]["at"] for c in self._calls if c.project == project)
                self._tallies[project].stored(n, min(waiting, default=None))
            self._n_rows -= n_stored.total()
        return True

    def _is_due(self) -> bool:
        return self._closing or self._n_rows >= BATCH

    def _rest_s(self) -> float:
        if not self._calls:
            return 0.0
        return max(0.0, self._calls[0].taken_at + HOLD_S - time.monotonic())
