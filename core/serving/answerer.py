"""The way of a call through a server: routed, answered, kept with its neighbours."""

import logging
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from core.serving.answering import Answered, draw_up_call
from core.serving.capture import Capture
from core.serving.live import LiveServices
from core.serving.log import PredictionLog
from core.serving.routing import Route, Routes
from core.serving.service import Service
from core.serving.shadow import FAULTS, Shadow
from core.serving.watchdog import Watchdog

FEW_ROWS: Final = 8
"""Up to so many rows are answered on the event loop: changing to another thread costs
more than they do, and with many callers threads only wait for one another."""
_log = logging.getLogger("rondo.api")
DrawnUp = tuple[Answered, list[dict[str, Any]]]


class Answerer:
    """Answers calls to live versions; nothing is answered unkept, unless it is queued.

    Parameters
    ----------
    live : LiveServices
    log : PredictionLog
    """

    def __init__(self, live: LiveServices, log: PredictionLog) -> None:
        self._live = live
        self._log = log
        self._capture = Capture(log)
        self._shadow = Shadow(log.database)
        self._routes = Routes(log.database)
        self._watchdog = Watchdog()
        # A database on another machine would hold up all calls, not only this one.
        self._is_near = log.database.url.startswith("sqlite")

    async def __call__(
        self, project: str, rows: list[Any], key: str | None = None
    ) -> Answered:
        """Answer the rows of one call, all with the same version.

        Parameters
        ----------
        project : str
        rows : list of n_rows records
        key : str or None
            What decides between champion and challenger; the value of the route's
            column in the first row when None.

        Raises
        ------
        RefusedError
            There is no live version.
        SchemaError
            A value is not of its column's kind.
        StorageError
            The log could not be written; the answers are not given then.
        """
        route = self._routes.of(project)
        service = None
        if self._is_near and len(rows) <= FEW_ROWS and route.in_force != "challenger":
            service = self._live.loaded_champion(project)
        if service is None:
            drawn_up = await run_in_threadpool(self._answer, project, rows, route, key)
        else:
            drawn_up = draw_up_call(service, rows, source="api")
        answered, kept = drawn_up
        if kept and not self._log.take(project, kept):
            await self._capture.keep(kept)
        if kept and route.in_force == "shadow":
            self._ask_shadow(project, route, rows, answered.ids)
        return answered

    def _answer(
        self, project: str, rows: list[Any], route: Route, key: str | None
    ) -> DrawnUp:
        shared = route.in_force == "challenger"
        asked = route.takes(project, _key_of(rows, route) if key is None else key)
        if asked:
            drawn_up = self._ask_challenger(project, rows, route)
            if drawn_up is not None:
                return drawn_up
        # Rows that the champion refuses, too, are the caller's fault, nobody else's.
        drawn_up = draw_up_call(self._live.champion(project), rows, source="api")
        if asked:
            self._watchdog.note_failure(project, route)
            self._judge(project, route)
        if shared:
            self._note(project, route, drawn_up[0], is_challenger=False)
        return drawn_up

    def _ask_challenger(
        self, project: str, rows: list[Any], route: Route
    ) -> DrawnUp | None:
        """Return the challenger's answers; None when it fails."""
        try:
            service = self._service_of(project, route)
            drawn_up = draw_up_call(service, rows, source="api", role="challenger")
        except FAULTS as error:
            _log.warning("The challenger of %s did not answer: %s", project, error)
            return None
        self._note(project, route, drawn_up[0], is_challenger=True)
        return drawn_up

    def _note(
        self, project: str, route: Route, answered: Answered, *, is_challenger: bool
    ) -> None:
        given, took_ms = answered.answers, answered.latency_ms
        self._watchdog.note(project, route, given, took_ms, is_challenger=is_challenger)
        if is_challenger:
            self._judge(project, route)

    def _judge(self, project: str, route: Route) -> None:
        why = self._watchdog.judge(project, route)
        if why is not None and route.number is not None:
            self._routes.trip(project, route.number, why)

    def _ask_shadow(
        self, project: str, route: Route, rows: list[Any], ids: list[str]
    ) -> None:
        self._shadow.ask(lambda: self._service_of(project, route), rows, ids)

    def _service_of(self, project: str, route: Route) -> Service:
        if route.number is None:
            message = f"No version of {project} is {route.mode}."
            raise LookupError(message)
        return self._live.version(project, route.number)


def _key_of(rows: list[Any], route: Route) -> Any:
    """Return the value of the route's column in the first row."""
    first = rows[0] if rows else None
    if route.sticky_by is None or not isinstance(first, dict):
        return None
    return first.get(route.sticky_by)
