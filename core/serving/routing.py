"""Routing: which of a project's versions a call goes to, and what sends all back."""

import hashlib
import math
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from core.errors import ServingError
from core.registry.history import ROUTED, Act, append_entry
from core.registry.info import check_who
from core.registry.rows import read_aliases
from core.storage import Database
from core.storage.tables import aliases, routes
from core.storage.types import now

Mode = Literal["champion", "challenger", "shadow"]
FRESH_S: Final = 1.0
"""A route that is changed or tripped counts in every process within this time."""
GUARD: Final = "guardrail"
"""Stands in the history where a person's name would."""


@dataclass(frozen=True)
class Guardrails:
    """When all calls go back to the champion by themselves.

    Attributes
    ----------
    most_errors : float, default=0.02
        Largest share of calls that the challenger may fail.
    most_p95_ms : float or None, default=None
        Longest time that 95 of 100 of its calls may take.
    most_shift : float or None, default=0.2
        Largest difference of the mean answer to the champion's: of the mean
        probability (of several classes, of the one that differs most), or for numbers
        in standard deviations of the champion's answers.
    least_calls : int, default=100
        Calls of the challenger before any of it is judged.
    """

    most_errors: float = 0.02
    most_p95_ms: float | None = None
    most_shift: float | None = 0.2
    least_calls: int = 100


@dataclass(frozen=True)
class Route:
    """How a project's calls are shared.

    Attributes
    ----------
    mode : {"champion", "challenger", "shadow"}
        All to the champion; a share to the challenger; or all to the champion and a
        copy to the shadow, whose answer nobody is given.
    share : float
        Of calls that the challenger answers, 0 to 1.
    sticky_by : str or None
        The column whose value decides, so that one customer always meets one version.
        A caller can send any other key in the header X-Route-Key.
    guardrails : Guardrails
    updated_at : datetime or None
    tripped_at : datetime or None
        When a guardrail sent everything back; the mode stays as it was chosen.
    tripped_why : str or None
    number : int or None
        The version that is challenger or shadow.
    """

    mode: Mode = "champion"
    share: float = 0.0
    sticky_by: str | None = None
    guardrails: Guardrails = field(default_factory=Guardrails)
    updated_at: datetime | None = None
    tripped_at: datetime | None = None
    tripped_why: str | None = None
    number: int | None = None

    @property
    def in_force(self) -> Mode:
        """The mode that counts: the champion alone after a guardrail has tripped."""
        off = self.tripped_at is not None or self.number is None
        return "champion" if off else self.mode

    def takes(self, project: str, key: object) -> bool:
        """Whether the challenger answers a call with this key.

        The same key always gets the same answer, and growing the share moves nobody
        back. Without a key (None) chance decides.

        Examples
        --------
        >>> half = Route("challenger", 0.5, number=2)
        >>> all(half.takes("p", 17) == half.takes("p", 17) for _ in range(9))
        True
        """
        if self.in_force != "challenger":
            return False
        if key is None:
            key = secrets.token_hex(8)
        digest = hashlib.blake2b(
            f"{project}\0{key}".encode("utf-8", "replace")
        ).digest()
        return int.from_bytes(digest[:8]) / 2**64 < self.share


class Routes:
    """The routes of a database, read anew once a second.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._routes: dict[str, Route] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def of(self, project: str) -> Route:
        """Return the route of a project; all to the champion when none is set."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                with self._database.connect() as connection:
                    self._routes = _read(connection)
                self._read_at = time.monotonic()
            return self._routes.get(project, _ALL_TO_CHAMPION)

    def put(self, project: str, route: Route, *, who: str, why: str = "") -> None:
        """Share a project's calls in another way, from now on, and note it.

        Setting a route also clears a guardrail that has tripped.

        Raises
        ------
        ServingError
            The share or a guardrail is out of range, or there is no version in the
            role that the route needs.
        RegistryError
            Nobody is named.
        """
        name = check_who(who)
        _check(route)
        with self._database.begin() as connection:
            held = read_aliases(connection, project)
            if route.mode not in held:
                raise ServingError(
                    f"No version of {project} is {route.mode}.",
                    hint=f"Make one the {route.mode} on the page Deploy first.",
                )
            connection.execute(delete(routes).where(routes.c.project_id == project))
            if route.mode != "champion":
                values = {
                    "project_id": project,
                    "mode": route.mode,
                    "share": route.share,
                    "sticky_by": route.sticky_by,
                    "guardrails": asdict(route.guardrails),
                    "updated_at": now(),
                }
                connection.execute(insert(routes).values(**values))
            told = f"{described(route)} {why}".strip()
            number = held[route.mode]
            append_entry(connection, Act(project, name, told, ROUTED, number))
        self.forget()

    def trip(self, project: str, number: int, why: str) -> None:
        """Send everything back to the champion, once, and note why."""
        with self._database.begin() as connection:
            changed = connection.execute(
                update(routes)
                .where(routes.c.project_id == project, routes.c.tripped_at.is_(None))
                .values(tripped_at=now(), tripped_why=why)
            )
            if changed.rowcount:
                told = f"All calls go back to the champion: {why}"
                append_entry(connection, Act(project, GUARD, told, ROUTED, number))
        self.forget()

    def forget(self) -> None:
        """Read anew at the next question."""
        with self._lock:
            self._read_at = float("-inf")


_ALL_TO_CHAMPION = Route()


def described(route: Route) -> str:
    """Say in words where calls go.

    Examples
    --------
    >>> described(Route("challenger", 0.1, "customer"))
    '10 % of calls go to the challenger, by customer.'
    """
    if route.mode == "champion":
        return "All calls go to the champion."
    if route.mode == "shadow":
        return "All calls go to the champion, and a copy to the shadow."
    by = f", by {route.sticky_by}" if route.sticky_by else ""
    return f"{route.share * 100:g} % of calls go to the challenger{by}."


def _check(route: Route) -> None:
    rails = route.guardrails
    limits = (rails.most_errors, rails.most_p95_ms, rails.most_shift)
    fair = all(x is None or (math.isfinite(x) and x >= 0) for x in limits)
    if not 0 <= route.share <= 1 or not fair or rails.least_calls < 1:
        raise ServingError(
            "The share or a limit is out of range.",
            hint="Give a share from 0 to 1, limits of 0 or more, and one call or more.",
        )


def _read(connection: Connection) -> dict[str, Route]:
    """Return all routes that are set, each with the version in its role."""
    role = (aliases.c.project_id == routes.c.project_id) & (
        aliases.c.alias == routes.c.mode
    )
    chosen = select(routes, aliases.c.number).select_from(
        routes.join(aliases, role, isouter=True)
    )
    found = {}
    for row in connection.execute(chosen):
        values: dict[str, Any] = dict(row._mapping)
        project = values.pop("project_id")
        values["guardrails"] = Guardrails(**values["guardrails"])
        found[project] = replace(_ALL_TO_CHAMPION, **values)
    return found
