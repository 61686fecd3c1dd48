"""What a load test found: latencies, rates, and how many copies a demand needs."""

import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np

CLIENTS: Final = (1, 2, 4, 8, 16, 32, 64)
"""Clients that call at the same time, level by level."""
UTILISATION: Final = 0.7
"""Share of what a copy managed in the test that it is trusted with in use."""


@dataclass(frozen=True)
class Level:
    """What so many clients saw, each of whom calls again once it was answered.

    Attributes
    ----------
    n_clients, n_calls, n_failed : int
        A call fails when its status is not 200.
    seconds : float
    p50, p95, p99 : float
        Milliseconds until the answer was there, of the calls that did not fail;
        infinite where all failed.
    p95_low, p95_high : float
        Ends of the 95% interval of `p95` (see `quantile_interval`).
    cpu_ms : float or None
        Processor time of the server for one call; None where the system does not say.
    memory_mb : float or None
        Memory that the server holds afterwards.
    """

    n_clients: int
    n_calls: int
    n_failed: int
    seconds: float
    p50: float
    p95: float
    p99: float
    p95_low: float
    p95_high: float
    cpu_ms: float | None
    memory_mb: float | None

    @property
    def per_s(self) -> float:
        """Calls a second that were answered well."""
        return (self.n_calls - self.n_failed) / self.seconds


@dataclass(frozen=True)
class Machine:
    """Where a test ran, and how busy that machine was before.

    Attributes
    ----------
    processor : str
    n_cores : int
        That this process may use.
    memory_gb : float or None
    load : float or None
        Processes that wanted a core, mean of the minute before.
    """

    processor: str
    n_cores: int
    memory_gb: float | None
    load: float | None


@dataclass(frozen=True)
class LoadTest:
    """A load test of one version on one machine.

    Attributes
    ----------
    at : datetime
        Aware, in UTC.
    number : int
        The version.
    rows_a_call : int
    start_s : float
        From the start of the server until it was ready.
    levels : tuple of Level
        Fewest clients first.
    machine : Machine
    """

    at: datetime
    number: int
    rows_a_call: int
    start_s: float
    levels: tuple[Level, ...]
    machine: Machine

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "LoadTest":
        """Return the test that `to_dict` wrote."""
        return cls(
            datetime.fromisoformat(values["at"]),
            values["number"],
            values["rows_a_call"],
            values["start_s"],
            tuple(Level(**each) for each in values["levels"]),
            Machine(**values["machine"]),
        )


def level_of(
    n_clients: int,
    latencies_ms: Sequence[float],
    n_failed: int,
    seconds: float,
    *,
    cpu_s: float | None,
    memory_mb: float | None,
) -> Level:
    """Summarise the calls of one level.

    Parameters
    ----------
    n_clients : int
    latencies_ms : sequence of float
        Of the calls that did not fail.
    n_failed : int
    seconds : float
    cpu_s, memory_mb : float or None
        Of the server, over all calls.

    Examples
    --------
    >>> level = level_of(2, [1.0, 2.0, 3.0], 1, 2.0, cpu_s=0.004, memory_mb=None)
    >>> level.p50, level.per_s, level.cpu_ms
    (2.0, 1.5, 1.0)
    """
    n_calls = len(latencies_ms) + n_failed
    ordered = np.sort(np.asarray(latencies_ms, dtype=float))
    p50, p95, p99 = (_quantile(ordered, share) for share in (0.5, 0.95, 0.99))
    low, high = quantile_interval(ordered, 0.95)
    cost = None if cpu_s is None or not n_calls else 1000 * cpu_s / n_calls
    return Level(
        n_clients, n_calls, n_failed, seconds, p50, p95, p99, low, high, cost, memory_mb
    )


def quantile_interval(
    ordered: np.ndarray[Any, np.dtype[np.float64]], share: float
) -> tuple[float, float]:
    """Return the 95% interval of a quantile, from the ranks of sorted values.

    The number of values below a quantile is binomial whatever their distribution
    (Hahn and Meeker, Statistical Intervals, 1991, section 5.2; normal approximation).
    Calls that wait for each other are not independent, so the true interval is wider.

    Examples
    --------
    >>> quantile_interval(np.arange(1.0, 1001.0), 0.95)
    (937.0, 964.0)
    """
    n = len(ordered)
    if not n:
        return math.inf, math.inf
    spread = NormalDist().inv_cdf(0.975) * math.sqrt(n * share * (1 - share))
    first = max(1, math.floor(n * share - spread) + 1)
    last = min(n, math.ceil(n * share + spread))
    return float(ordered[first - 1]), float(ordered[last - 1])


def _quantile(ordered: np.ndarray[Any, np.dtype[np.float64]], share: float) -> float:
    if not len(ordered):
        return math.inf
    return float(ordered[max(0, math.ceil(share * len(ordered)) - 1)])


def within_goal(levels: Sequence[Level], goal_ms: float) -> Level | None:
    """Return the level with the largest rate whose `p95` keeps the goal; None if none.

    A level with a failed call does not count.
    """
    good = [each for each in levels if not each.n_failed and each.p95 <= goal_ms]
    return max(good, key=lambda each: each.per_s, default=None)


def copies_needed(
    per_s: float, rate_of_one: float, utilisation: float = UTILISATION
) -> int:
    """Return how many copies a demand needs; at least one.

    Parameters
    ----------
    per_s : float
        Calls a second that are asked for.
    rate_of_one : float
        Calls a second that one copy answered within the goal; above 0.
    utilisation : float, default=0.7
        Share of that rate to plan with, so that chance does not become a queue.

    Examples
    --------
    >>> copies_needed(250, 100), copies_needed(0, 100)
    (4, 1)
    """
    return max(1, math.ceil(per_s / (rate_of_one * utilisation) - 1e-9))


def this_machine() -> Machine:
    """Describe the machine, and how busy it is now."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    memory = None
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return Machine(_processor(), cores or os.cpu_count() or 1, memory, load)


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8", "replace").splitlines() if told.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor() or platform.machine()
