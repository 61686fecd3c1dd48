"""What the web server needs beside the pages: the API, headers, sockets."""

import gc
import socket
from collections.abc import Callable, Iterator
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    # Streamlit's front end starts from inline scripts and evaluates in workers;
    # everything else stays on this server.
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
        b"frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
    ),
}


class SecurityHeaders:
    """Add the headers that tell a browser to trust this server alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, with headers added to the answer's start."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k, v) for k, v in HEADERS.items() if k not in present),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LazyApi:
    """The API, built at its first call: its libraries are heavy to import."""

    def __init__(self) -> None:
        self._api: ASGIApp | None = None
        self._close: Callable[[], None] | None = None
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on to the API."""
        if self._api is None:
            with self._lock:
                if self._api is None:
                    self._api, self._close = _build_api()
        await self._api(scope, receive, send)

    def close(self) -> None:
        """Keep answers and counts that wait to be kept; for the server's end.

        The signal that ends a server leaves no room for that later.
        """
        if self._close is not None:
            self._close()


def _build_api() -> tuple[ASGIApp, Callable[[], None]]:
    from core.serving.api import create_api
    from core.workspace import open_workspace

    workspace = open_workspace()
    api = create_api(workspace.registry, workspace.log, workspace.settings)

    def close() -> None:
        workspace.log.close()
        api.state.ledger.flush()

    return api, close


def listening_sockets() -> Iterator[socket.socket]:
    """Find the sockets that this process listens on."""
    for candidate in gc.get_objects():
        if not isinstance(candidate, socket.socket) or candidate.fileno() < 0:
            continue
        if candidate.family in (socket.AF_INET, socket.AF_INET6) and candidate.type == (
            socket.SOCK_STREAM
        ):
            yield candidate
