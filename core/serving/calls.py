"""Every call for predictions counted, answered or not: by hour, version and key.

Captured rows know nothing of calls that were refused. These counts do, cost two small
additions a call, and are added to the database every two seconds; a killed process
loses at most what came since.
"""

import atexit
import logging
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.errors import StorageError
from core.storage import Database
from core.storage.tables import calls
from core.storage.types import now

_log = logging.getLogger("rondo.api")
FLUSH_S: Final = 2.0
PER_OCTAVE: Final = 8
"""Times are kept in steps of an eighth of a doubling: 9 %."""
UNKNOWN: Final = 401
"""A call without a valid key is a stranger's: counted apart, no error of ours."""
LEAST_CALLS: Final = 20
"""So many calls are needed before a share of them is told."""


class Place(NamedTuple):
    """What calls are counted by; version 0 until it is known whose they are."""

    project_id: str
    hour: datetime
    version: int
    key_id: str
    status: int
    step: int


@dataclass
class _Seen:
    n: int = 0
    n_rows: int = 0
    n_warned: int = 0


@dataclass(frozen=True)
class Call:
    """One call for predictions.

    Attributes
    ----------
    project : str
    key_id : str
        Of the key that it carried; empty without one, "server" for the server's own.
    status : int
        HTTP status of the answer.
    ms : float
        From the first byte to the last.
    version : int or None
        That answered; None where nothing did.
    n_rows, n_warned : int
        Rows answered, and those with a warning.
    """

    project: str
    key_id: str
    status: int
    ms: float
    version: int | None = None
    n_rows: int = 0
    n_warned: int = 0


class CallLedger:
    """Counts calls in memory and adds them to the database, from any thread.

    Parameters
    ----------
    database : Database
    champions : callable
        Returns the number of each project's champion: a call that was refused counts
        for it, and one for a project without a champion for none.
    """

    def __init__(
        self, database: Database, champions: Callable[[], Mapping[str, int]]
    ) -> None:
        self._database = database
        self._champions = champions
        self._lock = threading.Lock()
        self._counts: dict[Place, _Seen] = {}
        self._timer: threading.Timer | None = None
        atexit.register(self.flush)

    def note(self, call: Call, at: datetime | None = None) -> None:
        """Count a call; it is in the database two seconds later."""
        hour = hour_of(at or now())
        made_by = (call.version or 0, call.key_id, call.status, step_of(call.ms))
        place = Place(call.project, hour, *made_by)
        with self._lock:
            seen = self._counts.setdefault(place, _Seen())
            seen.n += 1
            seen.n_rows += call.n_rows
            seen.n_warned += call.n_warned
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_S, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Add what was counted to the database; what it does not take is kept."""
        with self._lock:
            counts, self._counts = self._counts, {}
            self._timer = None
        if not counts:
            return
        try:
            live = self._champions()
            with self._database.begin() as connection:
                for place, seen in counts.items():
                    number = place.version or live.get(place.project_id)
                    if number is not None:
                        _add(connection, place._replace(version=number), seen)
        except StorageError as error:
            _log.warning("Calls were not counted yet: %s", error.message)
            with self._lock:
                for at, seen in counts.items():
                    _merge(self._counts.setdefault(at, _Seen()), seen)


def _merge(kept: _Seen, more: _Seen) -> None:
    kept.n += more.n
    kept.n_rows += more.n_rows
    kept.n_warned += more.n_warned


def _add(connection: Connection, place: Place, seen: _Seen) -> None:
    c = calls.c
    where = [c[name] == value for name, value in place._asdict().items()]
    grown = (
        update(calls)
        .where(*where)
        .values(
            n=c.n + seen.n,
            n_rows=c.n_rows + seen.n_rows,
            n_warned=c.n_warned + seen.n_warned,
        )
    )
    if connection.execute(grown).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(calls).values(**place._asdict(), **vars(seen)))
    except IntegrityError:  # another worker was the first
        connection.execute(grown)


def hour_of(at: datetime) -> datetime:
    """Return the hour that a call of this moment is counted in."""
    return at.replace(minute=0, second=0, microsecond=0)


def step_of(ms: float) -> int:
    """Return the step that a time is counted in.

    Examples
    --------
    >>> step_of(1.0), step_of(2.0), round(ms_of(step_of(250.0)))
    (0, 8, 256)
    """
    return round(PER_OCTAVE * math.log2(max(ms, 0.01)))


def ms_of(step: int) -> float:
    """Return the time in the middle of a step, in milliseconds."""
    return float(2 ** (step / PER_OCTAVE))


@dataclass(frozen=True)
class CallCount:
    """Calls of one hour, version, key, status and time."""

    project_id: str
    hour: datetime
    version: int
    key_id: str
    status: int
    step: int
    n: int
    n_rows: int
    n_warned: int


def read_calls(
    database: Database,
    project: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    version: int | None = None,
) -> tuple[CallCount, ...]:
    """Return the calls counted in whole hours of a period, earliest first."""
    c = calls.c
    query = select(calls).where(c.project_id == project).order_by(c.hour)
    if since is not None:
        query = query.where(c.hour >= since)
    if until is not None:
        query = query.where(c.hour < until)
    if version is not None:
        query = query.where(c.version == version)
    with database.connect() as connection:
        return tuple(CallCount(**row._mapping) for row in connection.execute(query))


def measure_calls(counts: Iterable[CallCount]) -> Mapping[str, float]:
    """Return what counts say of the service.

    Returns
    -------
    mapping of str to float
        ``calls`` and ``strangers`` (calls without a valid key, in nothing else);
        ``refused``, the share of calls that were not answered, from 20 calls on;
        ``asked`` (rows answered), ``warned_rows`` (share of them with a warning);
        ``ms50``, ``ms95``, ``ms99`` of answered calls, in milliseconds.

    Examples
    --------
    >>> hour = datetime(2026, 3, 2, 9)
    >>> few = [CallCount("churn", hour, 1, "", 200, 8, 30, 30, 3),
    ...        CallCount("churn", hour, 1, "", 422, 0, 10, 0, 0)]
    >>> measured = measure_calls(few)
    >>> measured["refused"], measured["warned_rows"], measured["ms95"]
    (0.25, 0.1, 2.0)
    """
    n, n_refused, strangers, n_rows, n_warned = 0, 0, 0, 0, 0
    steps: Counter[int] = Counter()
    for each in counts:
        if each.status == UNKNOWN:
            strangers += each.n
            continue
        n += each.n
        n_rows += each.n_rows
        n_warned += each.n_warned
        if each.status < 400:
            steps[each.step] += each.n
        else:
            n_refused += each.n
    measured = {"calls": float(n), "strangers": float(strangers)}
    if n >= LEAST_CALLS:
        measured["refused"] = n_refused / n
    if n_rows:
        measured |= {"asked": float(n_rows), "warned_rows": n_warned / n_rows}
    if steps:
        shares = {"ms50": 0.50, "ms95": 0.95, "ms99": 0.99}
        measured |= {name: _quantile(steps, share) for name, share in shares.items()}
    return measured


def _quantile(steps: Mapping[int, int], share: float) -> float:
    wanted, seen = share * sum(steps.values()), 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= wanted:
            return ms_of(step)
    return ms_of(max(steps))
