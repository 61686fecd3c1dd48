"""Who may call the API: whoever has a key, or without one, this machine alone."""

import hmac
import ipaddress
import json
import re
import time
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from core.serving.call_limits import CallLimits
from core.serving.counting import KEY
from core.serving.keys import ApiKeys
from core.serving.keys import Scope as KeyScope

HEADER = "X-API-Key"
_OPEN = ("/health/live", "/health/ready")
_LOCAL_NAMES = frozenset(("localhost", "127.0.0.1", "[::1]", "::1"))
_PROJECT = re.compile(r"/projects/([^/]+)/([^/]+)")
_SCOPE_OF: dict[str, KeyScope] = {
    "predict": "predict",
    "explain": "predict",
    "outcomes": "outcomes",
}


class _Refusal(NamedTuple):
    status: int
    message: str
    hint: str
    retry_s: int | None = None


class KeyGuard:
    """ASGI middleware that lets calls through by the key rule.

    A call with a key is answered when the key is the server's own (``api_key``) or
    one of `ApiKeys` whose scope, project and limit allow it. A call without one is
    answered only where the server has no key of its own, for callers on this machine,
    under a name of this machine (against DNS rebinding) and not through a proxy,
    which would make the whole world look local. The health calls are open.

    Parameters
    ----------
    app : ASGI application
    api_key : str or None
    keys : ApiKeys
    limits : CallLimits
    """

    def __init__(
        self, app: ASGIApp, api_key: str | None, keys: ApiKeys, limits: CallLimits
    ) -> None:
        self.app = app
        self.api_key = api_key.encode() if api_key else None
        self.keys = keys
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, 403 or 429, or let the call through."""
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            if refusal is not None:
                await _refuse(send, refusal)
                return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> _Refusal | None:
        route = _route(scope)
        if route in _OPEN:
            return None
        headers = dict(scope["headers"])
        given: bytes | None = headers.get(HEADER.lower().encode())
        if given is not None:
            return self._refusal_of_key(given, route, scope.setdefault("state", {}))
        if self.api_key is not None:
            return _WRONG_KEY
        return None if _is_local(scope, headers) else _NOT_LOCAL

    def _refusal_of_key(
        self, given: bytes, route: str, state: dict[str, Any]
    ) -> _Refusal | None:
        if self.api_key is not None and hmac.compare_digest(given, self.api_key):
            state[KEY] = "server"
            return None
        key = self.keys.find(given.decode("latin-1"))
        if key is None:
            return _WRONG_KEY
        state[KEY] = key.id
        found = _PROJECT.match(route)
        project, action = found.groups() if found else (None, "")
        wanted = _SCOPE_OF.get(action, "read")
        if not key.opens(wanted, project):
            return _NOT_FOR_THIS
        if not self.limits.allows(key.id, key.per_minute, now_s=time.time()):
            return _TOO_MANY._replace(retry_s=60 - int(time.time()) % 60)
        return None


_WRONG_KEY = _Refusal(
    401,
    "The call carries no valid key.",
    f"Send the key in the header {HEADER}; keys are made on the page Deploy.",
)
_NOT_FOR_THIS = _Refusal(
    403,
    "The key is not good for this call.",
    "Use a key of this project with this right; the page Deploy lists them.",
)
_TOO_MANY = _Refusal(
    429,
    "The key has used up its calls of this minute.",
    "Wait for the next minute, send more rows in one call, or raise the limit.",
)
_NOT_LOCAL = _Refusal(
    403,
    "Without a key, only callers on this machine are answered, as localhost.",
    f"Make a key on the page Deploy, or start Rondo with RONDO_API_KEY set; send it in "
    f"the header {HEADER}.",
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


async def _refuse(send: Send, refusal: _Refusal) -> None:
    told = {"message": refusal.message, "hint": refusal.hint}
    body = json.dumps({"error": told}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if refusal.retry_s is not None:
        headers.append((b"retry-after", str(refusal.retry_s).encode()))
    status = refusal.status
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
