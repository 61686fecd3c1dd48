"""Where candidates run: in this process, or in a pool of worker processes."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from typing import Any, Final, Protocol

from joblib.externals.loky import ProcessPoolExecutor

from core.modeling.checkpoint import Checkpoint
from core.modeling.entry import Candidate, Entry
from core.modeling.family import Interrupted
from core.modeling.fitting import fit_candidate, fit_in_worker
from core.modeling.material import Material
from core.modeling.threads import ONE_THREAD

_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has the second


def _end_with_parent(parent: int) -> None:
    """Let a worker end when the process that started it was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _awake() -> None:
    """Do nothing; by then a worker has imported all it needs."""


class Runner(Protocol):
    """Runs candidates; results come out of `poll`."""

    @property
    def running(self) -> tuple[Candidate, ...]:
        """Candidates handed in whose result is not out yet."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether another candidate would start at once."""
        ...

    def submit(self, candidate: Candidate, limit_s: float) -> None:
        """Start a candidate that may take so many seconds."""
        ...

    def poll(self, wait_s: float) -> list[Entry]:
        """Return new results, after at most about `wait_s` when there are none."""
        ...

    def close(self) -> None:
        """End what runs; no process is left behind."""
        ...


class InProcess:
    """Runs one candidate at a time, here; `poll` returns when it is finished."""

    def __init__(
        self, material: Material, checkpoint: Checkpoint, tick: Callable[[], bool]
    ) -> None:
        self._material, self._checkpoint, self._tick = material, checkpoint, tick
        self._waiting: tuple[Candidate, float] | None = None

    @property
    def running(self) -> tuple[Candidate, ...]:
        """The one that waits for `poll`."""
        return () if self._waiting is None else (self._waiting[0],)

    @property
    def has_room(self) -> bool:
        """Whether none waits."""
        return self._waiting is None

    def submit(self, candidate: Candidate, limit_s: float) -> None:
        """Remember the candidate for the next `poll`."""
        self._waiting = (candidate, limit_s)

    def poll(self, wait_s: float) -> list[Entry]:
        """Run the candidate; nothing comes out when stop is asked meanwhile."""
        del wait_s
        if self._waiting is None:
            return []
        candidate, limit_s = self._waiting
        try:
            return [
                fit_candidate(
                    self._material, self._checkpoint, candidate, limit_s, self._tick
                )
            ]
        except Interrupted:
            return []
        finally:
            self._waiting = None

    def close(self) -> None:
        """Nothing is left running."""


class Pool:
    """Runs candidates in worker processes, each with one native thread."""

    def __init__(self, material: Material, checkpoint: Checkpoint, n_jobs: int) -> None:
        material.save()
        self._material, self._checkpoint = material, checkpoint
        self._n_jobs = n_jobs
        self._futures: dict[Future[Entry], Candidate] = {}
        self._executor: Any = self._start()
        self._first = [self._executor.submit(_awake) for _ in range(n_jobs)]

    @property
    def ready(self) -> bool:
        """Whether a worker has started; on a busy machine that takes seconds."""
        return any(future.done() for future in self._first)

    @property
    def workers(self) -> tuple[int, ...]:
        """Numbers of the worker processes."""
        return tuple(self._executor._processes or ())  # loky has no public name for it

    def _start(self) -> Any:
        return ProcessPoolExecutor(
            max_workers=self._n_jobs,
            env=ONE_THREAD,
            initializer=_end_with_parent,
            initargs=(os.getpid(),),
        )

    @property
    def running(self) -> tuple[Candidate, ...]:
        """Candidates whose result is not out yet."""
        return tuple(self._futures.values())

    @property
    def has_room(self) -> bool:
        """Whether a worker is free."""
        return len(self._futures) < self._n_jobs

    def submit(self, candidate: Candidate, limit_s: float) -> None:
        """Hand the candidate to a worker."""
        future = self._executor.submit(
            fit_in_worker,
            self._material.directory,
            self._checkpoint.directory,
            candidate,
            limit_s,
        )
        self._futures[future] = candidate

    def poll(self, wait_s: float) -> list[Entry]:
        """Return results; a worker that died makes its candidates fail."""
        done, _ = wait(self._futures, timeout=wait_s, return_when=FIRST_COMPLETED)
        ordered = sorted(done, key=lambda future: self._futures[future].index)
        return [self._take(future) for future in ordered]

    def _take(self, future: "Future[Entry]") -> Entry:
        candidate = self._futures.pop(future)
        try:
            return future.result()
        except BrokenExecutor:
            if not self._futures:
                self.close()
                self._executor = self._start()
            failed = Entry(
                candidate.name,
                candidate.family,
                candidate.index,
                dict(candidate.params),
                state="failed",
                message="Its process ended unexpectedly, probably for want of memory.",
            )
            return self._checkpoint.write(failed, None, None)

    def close(self) -> None:
        """End all workers at once.

        They are killed here, since the executor's own way of doing so stumbles over
        work that it has not handed out yet.
        """
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.kill(worker, _KILL)
        self._executor.shutdown(wait=True)
