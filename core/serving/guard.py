"""Who may call the API: whoever has the key, or without one, this machine alone."""

import hmac
import ipaddress
import json

from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "X-API-Key"
_OPEN = ("/health/live", "/health/ready")
_LOCAL_NAMES = frozenset(("localhost", "127.0.0.1", "[::1]", "::1"))


class KeyGuard:
    """ASGI middleware that lets calls through by the key rule.

    With a key, every call but the health ones must carry it in ``X-API-Key``.
    Without one, only callers on this machine are answered, under a name of this
    machine (against DNS rebinding) and not through a proxy, which would make the
    whole world look local.

    Parameters
    ----------
    app : ASGI application
    api_key : str or None
    """

    def __init__(self, app: ASGIApp, api_key: str | None) -> None:
        self.app = app
        self.api_key = api_key.encode() if api_key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403, or let the call through."""
        if scope["type"] != "http" or _route(scope) in _OPEN:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if self.api_key is not None:
            given = headers.get(HEADER.lower().encode(), b"")
            if not hmac.compare_digest(given, self.api_key):
                await _refuse(send, 401, *_WRONG_KEY)
                return
        elif not _is_local(scope, headers):
            await _refuse(send, 403, *_NOT_LOCAL)
            return
        await self.app(scope, receive, send)


_WRONG_KEY = (
    "The call carries no valid key.",
    f"Send the key in the header {HEADER}.",
)
_NOT_LOCAL = (
    "Without a key, only callers on this machine are answered, as localhost.",
    f"Start Rondo with RONDO_API_KEY set, and send the key in the header {HEADER}.",
)


def _route(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "").rstrip("/"))


def _is_local(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    if b"x-forwarded-for" in headers or b"forwarded" in headers:
        return False
    host = headers.get(b"host", b"").decode("latin-1")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    client = scope.get("client") or ("", 0)
    return _is_loopback(client[0]) and name.lower() in _LOCAL_NAMES


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # as dual-stack sockets tell it
    return (mapped or address).is_loopback


async def _refuse(send: Send, status: int, message: str, hint: str) -> None:
    body = json.dumps({"error": {"message": message, "hint": hint}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
