"""The way of a call through a server: answered at once, kept with its neighbours."""

import asyncio
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from core.serving.answering import Answered, draw_up_call
from core.serving.capture import Capture
from core.serving.live import LiveServices
from core.serving.log import PredictionLog

FEW_ROWS: Final = 8
"""Up to so many rows are answered on the event loop: changing to another thread costs
more than they do, and with many callers threads only wait for one another."""


class Answerer:
    """Answers calls to live versions; nothing is answered unkept.

    Parameters
    ----------
    live : LiveServices
    log : PredictionLog
    """

    def __init__(self, live: LiveServices, log: PredictionLog) -> None:
        self._live = live
        self._capture = Capture(log)
        # A database on another machine would hold up all calls, not only this one.
        self._is_near = log.database.url.startswith("sqlite")

    async def __call__(self, project: str, rows: list[Any]) -> Answered:
        """Answer the rows of one call with the champion.

        Raises
        ------
        RefusedError
            There is no live version.
        SchemaError
            A value is not of its column's kind.
        StorageError
            The log could not be written; the answers are not given then.
        """
        service = None
        if self._is_near and len(rows) <= FEW_ROWS:
            service = self._live.loaded_champion(project)
        if service is None:
            answered, kept = await run_in_threadpool(self._draw_up, project, rows)
        else:
            answered, kept = draw_up_call(service, rows, source="api")
        if kept:
            # Shielded: a caller that hangs up must not cancel its neighbours' rows.
            await asyncio.shield(asyncio.wrap_future(self._capture.write(kept)))
        return answered

    def _draw_up(
        self, project: str, rows: list[Any]
    ) -> tuple[Answered, list[dict[str, Any]]]:
        service = self._live.champion(project)
        return draw_up_call(service, rows, source="api")
