"""Counting calls as they pass: an ASGI middleware around everything else."""

import re
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.serving.calls import Call, CallLedger

_PREDICT: Final = re.compile(r"/projects/([^/]+)/predict")
KEY, ANSWERED = "api_key_id", "answered"
"""Where a call's state keeps the key it carried, and (version, rows, warned rows)."""


class CallCounter:
    """Notes every call for predictions in the ledger, whatever became of it.

    Parameters
    ----------
    app : ASGI application
    ledger : CallLedger
    """

    def __init__(self, app: ASGIApp, ledger: CallLedger) -> None:
        self._app = app
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and count it when it has been answered."""
        project = _asked_for(scope)
        if project is None:
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        status, start = 500, time.perf_counter()  # what raises is answered so outside

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            ms = (time.perf_counter() - start) * 1000
            facts = state.get(ANSWERED, (None, 0, 0))
            self._ledger.note(Call(project, state.get(KEY, ""), status, ms, *facts))


def _asked_for(scope: Scope) -> str | None:
    """Return the project whose predictions are asked for; None of other calls."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    path: str = scope["path"]
    route = path.removeprefix(scope.get("root_path", "").rstrip("/"))
    found = _PREDICT.fullmatch(route)
    return found[1] if found else None
