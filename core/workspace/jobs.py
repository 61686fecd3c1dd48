"""Jobs: long work in processes that outlive the page, the tab and the server."""

import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.errors import JobError
from core.settings import Settings
from core.storage import Database
from core.storage.tables import jobs
from core.storage.types import now
from core.workspace.processes import PATIENCE_S, end_group, is_alive, spawn
from core.workspace.records import Job
from core.workspace.store import new_id

SILENCE = timedelta(seconds=20)
"""A job that has not beaten its heart for so long is looked at."""
MAX_ATTEMPTS = 3
_AT_WORK: list[subprocess.Popen[bytes]] = []
"""Processes that outlive the one who started them; Python would warn of each."""


class Jobs:
    """Start, watch and end the jobs of a workspace."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def submit(
        self,
        kind: str,
        project_id: str,
        arguments: dict[str, Any],
        *,
        cycle_id: str | None = None,
        job_id: str | None = None,
    ) -> Job:
        """Put a job in the queue and start its process.

        With a `job_id` of the caller's, it is put there once, whoever asks again.

        Raises
        ------
        JobError
            When one of this kind already works on the same cycle, or the id is taken.
        """
        job = Job(
            id=job_id or new_id("job"),
            project_id=project_id,
            cycle_id=cycle_id,
            kind=kind,
            arguments=arguments,
            state="queued",
            created_at=now(),
            message="Starting",
        )
        with self._database.begin() as connection:
            busy = connection.execute(
                select(jobs.c.id).where(
                    jobs.c.project_id == project_id,
                    jobs.c.cycle_id == cycle_id,
                    jobs.c.kind == kind,
                    jobs.c.state.in_(("queued", "running")),
                )
            ).first()
            if self._is_there(connection, job.id):
                raise JobError(
                    "This has been begun already, by another worker.",
                    hint="Watch it here.",
                )
            if busy is not None and cycle_id is not None:
                raise JobError(
                    "This is already running, perhaps started in another tab.",
                    hint="Watch it here, or stop it before you start again.",
                )
            connection.execute(insert(jobs).values(**vars(job)))
        self._spawn(job.id)
        return job

    def get(self, job_id: str) -> Job:
        """Return a job as it is now."""
        job = self._find(job_id)
        if job.is_active:
            return self._checked(job)
        self._let_go(job_id)
        return job

    def exists(self, job_id: str) -> bool:
        """Whether a job of this id was ever put in the queue."""
        with self._database.connect() as connection:
            return self._is_there(connection, job_id)

    @staticmethod
    def _is_there(connection: Connection, job_id: str) -> bool:
        found = connection.execute(select(jobs.c.id).where(jobs.c.id == job_id))
        return found.first() is not None

    def close(self) -> None:
        """Take note of the ended processes; those at work go on."""
        for job_id in tuple(self._children):
            if not self._find(job_id).is_active:
                self._let_go(job_id)
        _AT_WORK.extend(self._children.values())
        self._children.clear()

    def list(self, project_id: str, cycle_id: str | None = None) -> Sequence[Job]:
        """Return a project's jobs, newest first."""
        query = select(jobs).where(jobs.c.project_id == project_id)
        if cycle_id is not None:
            query = query.where(jobs.c.cycle_id == cycle_id)
        with self._database.connect() as connection:
            rows = connection.execute(query.order_by(jobs.c.created_at.desc())).all()
        found = [Job(**row._mapping) for row in rows]
        return [self._checked(job) if job.is_active else job for job in found]

    def active(self, kind: str) -> Sequence[Job]:
        """Return the unfinished jobs of one kind in all projects, newest first."""
        query = (
            select(jobs)
            .where(jobs.c.kind == kind, jobs.c.state.in_(("queued", "running")))
            .order_by(jobs.c.created_at.desc())
        )
        with self._database.connect() as connection:
            found = [Job(**row._mapping) for row in connection.execute(query)]
        checked = [self._checked(job) for job in found]
        return [job for job in checked if job.is_active]

    def stop(self, job_id: str) -> None:
        """Ask a job to end soon and keep what is done."""
        self._write(job_id, stop_requested=True, message="Stopping")

    def cancel(self, job_id: str) -> Job:
        """End a job now, with all of its processes; nothing of it is kept."""
        job = self._find(job_id)
        if not job.is_active:
            return job
        self._write(
            job_id, state="cancelled", finished_at=now(), message="Cancelled by you"
        )
        child = self._children.get(job_id)
        if child is not None and child.poll() is None:
            end_group(child.pid)  # also one that has not come to write its number yet
        elif job.pid is not None and self._is_ours(job):
            end_group(job.pid)
        self._let_go(job_id)
        return self._find(job_id)

    def wait(self, job_id: str, timeout_s: float = 600.0) -> Job:
        """Wait until a job has ended, and return it.

        Raises
        ------
        JobError
            When it failed, with its own message; or when the time is over.
        """
        deadline = time.monotonic() + timeout_s
        while (job := self.get(job_id)).is_active:
            if time.monotonic() > deadline:
                raise JobError(
                    f"The job {job_id} did not end in {timeout_s:.0f} s.",
                    hint="Look at its log, or wait longer.",
                )
            time.sleep(0.1)
        if job.state == "failed":
            error = job.error or {}
            raise JobError(
                error.get("message", "The job failed."),
                hint=error.get("hint", "Look at its log."),
            )
        return job

    def log_path(self, job_id: str) -> Path:
        """Return where the job's output is kept."""
        return self._settings.home / "jobs" / f"{job_id}.log"

    def log_tail(self, job_id: str, n_lines: int = 30) -> str:
        """Return the last lines of a job's output."""
        path = self.log_path(job_id)
        if not path.exists():
            return ""
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-n_lines:])

    def revive(self) -> None:
        """Look at every unfinished job; start dead ones again. For a server's start."""
        query = select(jobs).where(jobs.c.state.in_(("queued", "running")))
        with self._database.connect() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            self._checked(Job(**row._mapping))

    def _checked(self, job: Job) -> Job:
        """Tell a dead job from a working one; start it again, or call it failed."""
        child = self._children.get(job.id)
        ended = child is not None and child.poll() is not None
        last_sign = job.heartbeat_at or job.created_at
        silent = now() - last_sign > SILENCE
        if not (ended or silent):
            return job
        job = self._find(job.id)  # it may have ended between the two looks
        if not job.is_active or (not ended and self._is_ours(job)):
            return job
        self._children.pop(job.id, None)
        if job.attempts < MAX_ATTEMPTS and not job.stop_requested:
            with self._database.begin() as connection:
                claimed = connection.execute(
                    update(jobs)
                    .where(jobs.c.id == job.id, jobs.c.attempts == job.attempts)
                    .where(jobs.c.state.in_(("queued", "running")))
                    .values(
                        state="queued",
                        heartbeat_at=now(),
                        pid=None,
                        attempts=job.attempts + 1,
                        message="Taken up again after its process ended",
                    )
                ).rowcount
            if claimed:
                self._spawn(job.id)
            return self._find(job.id)
        self._write(
            job.id,
            state="failed",
            finished_at=now(),
            error={
                "message": "The process of this job ended without a result.",
                "hint": "It may have run out of memory; the log has its last lines.",
            },
        )
        return self._find(job.id)

    def _let_go(self, job_id: str) -> None:
        """Wait for the process of an ended job; it has nothing left to do."""
        child = self._children.get(job_id)
        if child is None:
            return
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return
        self._children.pop(job_id, None)

    def _spawn(self, job_id: str) -> None:
        self._children[job_id] = spawn(job_id, self._settings, self.log_path(job_id))

    def _is_ours(self, job: Job) -> bool:
        """Whether the job's process lives."""
        if sys.platform == "win32":  # there, asking a process would end it
            return now() - (job.heartbeat_at or job.created_at) <= SILENCE
        return job.pid is not None and is_alive(job.pid, job.id)

    def _find(self, job_id: str) -> Job:
        with self._database.connect() as connection:
            row = connection.execute(
                select(jobs).where(jobs.c.id == job_id)
            ).one_or_none()
        if row is None:
            raise JobError(
                f"There is no job with the id “{job_id}”.",
                hint="Choose one from the project's list.",
            )
        return Job(**row._mapping)

    def _write(self, job_id: str, **values: Any) -> None:
        """Change a job that has not ended; one that has ended stays as it is."""
        with self._database.begin() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .where(jobs.c.state.in_(("queued", "running")))
                .values(**values)
            )
