"""How a job tells of itself while it works."""

import os
import threading
import time
from typing import Any

from sqlalchemy import select, update

from core.storage import Database
from core.storage.tables import jobs
from core.storage.types import now
from core.workspace.jobs import SILENCE
from core.workspace.records import Job

BEAT_S = 0.4


class Report:
    """What a task tells about itself, and whether it is asked to stop.

    A thread carries both to and from the database, so that the task never waits.
    A job that was taken up again by another process (``attempt`` has moved on)
    writes no more.
    """

    def __init__(self, database: Database, job: Job) -> None:
        self._database = database
        self._job_id, self._attempt = job.id, job.attempts
        self._told: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def tell(self, progress: float, message: str, **detail: Any) -> None:
        """Say how far the work is, in [0, 1], and what it does."""
        with self._lock:
            self._told = {
                "progress": min(max(progress, 0.0), 1.0),
                "message": message,
                "detail": detail,
            }

    def should_stop(self) -> bool:
        """Whether the person wants the work to end and keep what is done."""
        return self._stop.is_set()

    def end(self, **values: Any) -> None:
        """Stop beating and write how it ended."""
        self._ended.set()
        self._thread.join()
        self._write({**self._take(), "finished_at": now(), **values})

    def _beat(self) -> None:
        last = 0.0
        while not self._ended.wait(BEAT_S):
            told = self._take()
            if told or time.monotonic() - last > SILENCE.total_seconds() / 10:
                last = time.monotonic()
                if not self._write({**told, "heartbeat_at": now()}):
                    os._exit(3)  # another process has the job, or it was cancelled
            with self._database.connect() as connection:
                asked = connection.execute(
                    select(jobs.c.stop_requested).where(jobs.c.id == self._job_id)
                ).scalar()
            if asked:
                self._stop.set()

    def _take(self) -> dict[str, Any]:
        with self._lock:
            told, self._told = self._told, {}
        return told

    def _write(self, values: dict[str, Any]) -> bool:
        with self._database.begin() as connection:
            changed = connection.execute(
                update(jobs)
                .where(jobs.c.id == self._job_id)
                .where(jobs.c.attempts == self._attempt)
                .where(jobs.c.state.in_(("queued", "running")))
                .values(**values)
            ).rowcount
        return bool(changed)
