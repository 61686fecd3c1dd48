"""The loop of a run: start candidates, gather results, keep time, report."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.modeling.checkpoint import Checkpoint
from core.modeling.cluster import cluster_address, start_pool
from core.modeling.entry import Entry, leaderboard_rows, ranked
from core.modeling.execution import InProcess, Runner
from core.modeling.material import Material
from core.modeling.refit import expected_refit_s
from core.modeling.replay import LONGEST_S, Replay
from core.modeling.run import Progress
from core.modeling.schedule import Schedule

OnProgress = Callable[[Progress], None]

_MOST_REFIT = 0.3
_STOPPED_REFIT_S = 2.0
_LIKELY_MEMBERS = 4
_POLL_S = 0.2
_REPORT_S = 1.0
_POOL_FROM_S = 8.0
"""Shorter budgets end before worker processes have started."""
_MEANWHILE_S = 10.0
"""Until they have, candidates run here, each for at most so long."""


@dataclass
class Clock:
    """Wall clock of a run, and whether it shall stop.

    Attributes
    ----------
    budget_s : float
    before_s : float
        Seconds that an interrupted earlier run of the same plan took.
    refit_s : float
        Seconds kept for fitting the champion on all rows at the end.
    n_jobs : int, default=1
        Candidates at a time, which do not count as other people's work.
    """

    budget_s: float
    should_stop: Callable[[], bool] | None = None
    before_s: float = 0.0
    refit_s: float = 0.0
    n_jobs: int = 1
    start: float = field(default_factory=time.monotonic)
    stopped: bool = False

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, earlier ones included."""
        return time.monotonic() - self.start + self.before_s

    @property
    def replay(self) -> Replay | None:
        """The run that this one repeats, if any: its end takes the budget's place."""
        return self.should_stop if isinstance(self.should_stop, Replay) else None

    @property
    def left_s(self) -> float:
        """Seconds left for candidates; the last ones are kept for the ensemble."""
        if self.replay is not None:
            return max(0.0, LONGEST_S - self.elapsed_s)
        reserve = min(0.3 + 0.04 * self.budget_s, 10.0) * slowness(self.n_jobs)
        kept = min(reserve, 0.25 * self.budget_s) + min(
            self.refit_s, _MOST_REFIT * self.budget_s
        )
        return max(0.0, self.budget_s - kept - self.elapsed_s)

    @property
    def refit_left_s(self) -> float:
        """Seconds left for the last fit; short when stop was asked."""
        if self.replay is not None:
            return self.replay.refit_s
        end_s = self.budget_s - min(1.0, 0.03 * self.budget_s)
        left_s = max(0.0, end_s - self.elapsed_s)
        return min(left_s, _STOPPED_REFIT_S) if self.stopped else left_s

    def asked_to_stop(self) -> bool:
        """Ask once more, unless stop was asked before."""
        if not self.stopped and self.should_stop is not None:
            self.stopped = bool(self.should_stop())
        return self.stopped


def slowness(n_jobs: int = 1) -> float:
    """Tell how many times longer work takes here because of what else runs.

    The system's mean number of ready processes in the last minute, without the run's
    own candidates, for each core; 1 where the system does not tell.

    Examples
    --------
    >>> slowness() >= 1.0
    True
    """
    if not hasattr(os, "getloadavg"):
        return 1.0
    others = os.getloadavg()[0] - n_jobs + 1
    return max(1.0, others / (os.cpu_count() or 1))


class Board:
    """Results so far, and the one who is told about them."""

    def __init__(
        self,
        material: Material,
        clock: Clock,
        on_progress: OnProgress | None,
        n_jobs: int = 1,
    ) -> None:
        self.entries: dict[int, Entry] = {}
        self.clock = clock
        self._material = material
        self._metric = material.scoring
        self.n_jobs = n_jobs
        self._on_progress = on_progress
        self._last = -_REPORT_S
        self._fraction = 0.0
        self.message = "Preparing the data"

    def add(self, entry: Entry) -> Entry:
        """Take a result in, with the moment it came."""
        if entry.finished_s is None:
            entry = replace(entry, finished_s=round(self.clock.elapsed_s, 3))
        if self.clock.replay is not None:
            entry = self.clock.replay.as_then(entry)
        self.entries[entry.index] = entry
        self._keep_time_for_refit()
        return entry

    def _keep_time_for_refit(self) -> None:
        """Keep time to fit the best once more, and its likely partners."""
        done = [e for e in self.entries.values() if e.score is not None and e.fit_s]
        best = ranked(done, self._metric)[:_LIKELY_MEMBERS]
        self.clock.refit_s = expected_refit_s(best, self._material, self.n_jobs)

    def report(self, *, now: bool = False) -> None:
        """Tell how far the run is, at most once a second unless `now`."""
        elapsed_s = self.clock.elapsed_s
        if self._on_progress is None or (
            not now and elapsed_s < self._last + _REPORT_S
        ):
            return
        self._last = elapsed_s
        budget_s = self.clock.budget_s
        self._fraction = max(self._fraction, min(0.99, elapsed_s / budget_s))
        self._on_progress(
            Progress(
                fraction=self._fraction,
                message=self.message,
                elapsed_s=elapsed_s,
                remaining_s=max(0.0, budget_s - elapsed_s),
                leaderboard=leaderboard_rows(list(self.entries.values()), self._metric),
            )
        )

    def tick(self) -> bool:
        """Report if it is time; return whether to stop."""
        self.report()
        return self.clock.asked_to_stop()


def search(
    material: Material,
    checkpoint: Checkpoint,
    schedule: Schedule,
    board: Board,
    n_jobs: int,
) -> None:
    """Run candidates until the budget ends, stop is asked or none is left.

    The baseline runs here and at once, so that every run has one. Entries that the
    board has already, from an interrupted run, are not run again.
    """
    first = InProcess(material, checkpoint, lambda: False)
    baseline = schedule.next({})
    if baseline is not None and 0 not in board.entries:
        first.submit(baseline, 60.0)
        _gather(first, checkpoint, board, 0.0)
    if not len(material.schema):
        return
    here = InProcess(material, checkpoint, board.tick)
    alone = n_jobs == 1 and cluster_address() is None
    if alone or board.clock.left_s < _POOL_FROM_S:
        _loop(here, checkpoint, schedule, board)
        return
    pool = start_pool(material, checkpoint, n_jobs)
    try:
        while not pool.ready and board.clock.left_s > 0 and not board.tick():
            if not _start_next(here, schedule, board, most_s=_MEANWHILE_S):
                break
            _gather(here, checkpoint, board, 0.0)
        _loop(pool, checkpoint, schedule, board)
    finally:
        pool.close()


def _loop(
    runner: Runner, checkpoint: Checkpoint, schedule: Schedule, board: Board
) -> None:
    clock, waiting = board.clock, True
    while clock.left_s > 0 and not board.tick():
        while waiting and runner.has_room and clock.left_s > 0.1:
            waiting = _start_next(runner, schedule, board)
        if not runner.running and schedule.exhausted(board.entries):
            return
        _gather(runner, checkpoint, board, min(_POLL_S, max(0.01, clock.left_s)))
        waiting = True


def _start_next(
    runner: Runner, schedule: Schedule, board: Board, most_s: float = math.inf
) -> bool:
    """Start the next candidate; False when none can start now."""
    candidate = schedule.next(board.entries)
    if candidate is None:
        return False
    if candidate.index in board.entries:
        return True
    n_done = sum(entry.score is not None for entry in board.entries.values())
    share = 0.5 if n_done < 4 else 0.85
    runner.submit(candidate, min(most_s, share * board.clock.left_s))
    board.message = "Training " + " and ".join(item.name for item in runner.running[:3])
    return True


def _gather(
    runner: Runner, checkpoint: Checkpoint, board: Board, wait_s: float
) -> None:
    for entry in runner.poll(wait_s):
        checkpoint.stamp(board.add(entry))
        board.report(now=True)
