"""The watchdog: what challenger and champion have answered lately, and if it is fair.

Each worker process watches its own calls.
"""

import math
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.serving.answer import Answer
from core.serving.routing import Guardrails, Route

RECENT: Final = 1_000
"""Calls of each version that are remembered."""
_P95: Final = 0.95
_TWO: Final = 2
_SURE: Final = 3.0
"""Standard errors by which a mean must lie beyond its limit."""
_SHIFT_EVERY: Final = 10
"""Means are compared at every tenth call: of many classes each takes a while."""


Level = dict[str, float]
"""Of an answer: the probability of each of several classes, or under "" one number."""


@dataclass
class _Seen:
    """The last calls of one version."""

    failed: deque[bool] = field(default_factory=lambda: deque(maxlen=RECENT))
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    levels: deque[Level] = field(default_factory=lambda: deque(maxlen=RECENT))
    is_number: bool = False


@dataclass
class _Pair:
    """What was seen of a project since its route was set."""

    since: datetime | None
    champion: _Seen = field(default_factory=_Seen)
    challenger: _Seen = field(default_factory=_Seen)
    n_judged: int = 0


class Watchdog:
    """Judges the challenger of each project by the guardrails of its route.

    Examples
    --------
    >>> watchdog, route = Watchdog(), Route("challenger", 0.5, number=2)
    >>> for _ in range(99):
    ...     watchdog.note_failure("churn", route)
    >>> watchdog.judge("churn", route)
    >>> watchdog.note_failure("churn", route)
    >>> watchdog.judge("churn", route)
    'the challenger failed 100 of its last 100 calls (limit 2 %).'
    """

    def __init__(self) -> None:
        self._pairs: dict[str, _Pair] = {}
        self._lock = threading.Lock()

    def note(
        self,
        project: str,
        route: Route,
        answers: Sequence[Answer],
        latency_ms: float,
        *,
        is_challenger: bool,
    ) -> None:
        """Remember a call that was answered."""
        with self._lock:
            pair = self._pair(project, route)
            seen = pair.challenger if is_challenger else pair.champion
            seen.failed.append(False)
            seen.latencies_ms.append(latency_ms)
            for answer in answers:
                seen.is_number = answer.probability is None
                seen.levels.append(_level(answer))

    def note_failure(self, project: str, route: Route) -> None:
        """Remember a call that the challenger could not answer."""
        with self._lock:
            self._pair(project, route).challenger.failed.append(True)

    def judge(self, project: str, route: Route) -> str | None:
        """Return why all calls must go back to the champion; None while all is well."""
        with self._lock:
            pair, rails = self._pair(project, route), route.guardrails
            if len(pair.challenger.failed) < rails.least_calls:
                return None
            why = _errors(pair.challenger, rails) or _slowness(pair.challenger, rails)
            if why is None and pair.n_judged % _SHIFT_EVERY == 0:
                why = _shift(pair.champion, pair.challenger, rails)
            pair.n_judged += 1
            return why

    def _pair(self, project: str, route: Route) -> _Pair:
        pair = self._pairs.get(project)
        if pair is None or pair.since != route.updated_at:
            pair = self._pairs[project] = _Pair(route.updated_at)
        return pair


def _errors(challenger: _Seen, rails: Guardrails) -> str | None:
    n_failed, n = sum(challenger.failed), len(challenger.failed)
    if n_failed / n <= rails.most_errors:
        return None
    limit = f"{rails.most_errors * 100:g} %"
    return f"the challenger failed {n_failed} of its last {n} calls (limit {limit})."


def _slowness(challenger: _Seen, rails: Guardrails) -> str | None:
    if rails.most_p95_ms is None or not challenger.latencies_ms:
        return None
    ordered = sorted(challenger.latencies_ms)
    p95 = ordered[min(int(len(ordered) * _P95), len(ordered) - 1)]
    if p95 <= rails.most_p95_ms:
        return None
    return (
        f"95 of 100 calls of the challenger take up to {p95:.1f} ms "
        f"(limit {rails.most_p95_ms:g} ms)."
    )


def _level(answer: Answer) -> Level:
    """Return what is compared: of several classes all, for one may grow unseen.

    The probability of the class that was predicted would be as high for a version
    that predicts another class.
    """
    if answer.probabilities is not None and len(answer.probabilities) > _TWO:
        return dict(answer.probabilities)
    number = answer.prediction if answer.probability is None else answer.probability
    return {"": float(number or 0.0)}


def _shift(champion: _Seen, challenger: _Seen, rails: Guardrails) -> str | None:
    if (
        rails.most_shift is None
        or min(len(champion.levels), len(challenger.levels)) < rails.least_calls
    ):
        return None
    names = {name for level in (*champion.levels, *challenger.levels) for name in level}
    for name in sorted(names):
        why = _shift_of(name, champion, challenger, rails.most_shift)
        if why is not None:
            return why
    return None


def _shift_of(name: str, champion: _Seen, challenger: _Seen, most: float) -> str | None:
    old, old_variance = _moments([level.get(name, 0.0) for level in champion.levels])
    new, new_variance = _moments([level.get(name, 0.0) for level in challenger.levels])
    unit = (math.sqrt(old_variance) or 1.0) if champion.is_number else 1.0
    squared = old_variance / len(champion.levels)
    squared += new_variance / len(challenger.levels)
    if (abs(new - old) - _SURE * math.sqrt(squared)) / unit <= most:
        return None
    told = " standard deviations" if champion.is_number else ""
    what = f"mean probability of {name}" if name else "mean answer"
    return (
        f"the challenger's {what} is {new:.3g}, the champion's {old:.3g} "
        f"(limit {most:g}{told})."
    )


def _moments(values: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((value - mean) ** 2 for value in values) / len(values)
