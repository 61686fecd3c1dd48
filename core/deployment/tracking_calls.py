"""Calls of a tracking server: JSON and files over HTTP, and what went wrong."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from core.errors import DeploymentError

_API: Final = "api/2.0"
_TIMEOUT_S: Final = 60.0
_LONGEST: Final = 200
_LARGEST_ANSWER: Final = 10_000_000


class RefusalError(DeploymentError):
    """The server answered that it will not; `code` is its own word for why."""

    def __init__(self, message: str, *, hint: str, code: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry secrets to another place."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Caller:
    """Where a tracking server is, and what it is called with.

    Attributes
    ----------
    url : str
        Without user and password.
    user, password, token : str
        Empty when there is none; never shown.
    """

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Name of the server, for people."""
        return urlsplit(self.url).netloc

    def ask(self, method: str, call: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Call the API of version 2.0; a GET carries what is told in its address.

        Raises
        ------
        DeploymentError
            It cannot be reached; `RefusalError` when it says no.
        """
        place, body = f"mlflow/{call}", json.dumps(told).encode()
        if method == "GET":
            found = self._call(method, f"{place}?{urlencode(told)}", None)
        else:
            found = self._call(method, place, body, "application/json")
        answer: dict[str, Any] = _read_json(found) if found.strip() else {}
        return answer

    def send(self, place: str, content: bytes) -> None:
        """Put a file where the server keeps them.

        Raises
        ------
        DeploymentError
        """
        self._call("PUT", place, content, "application/octet-stream")

    def _call(
        self, method: str, place: str, body: bytes | None, kind: str = ""
    ) -> bytes:
        headers = {"User-Agent": "Rondo", **self._who()}
        if kind:
            headers["Content-Type"] = kind
        request = Request(  # noqa: S310  `tracking_server` lets only the web through
            f"{self.url}/{_API}/{place}", body, headers, method=method
        )
        try:
            opener = build_opener(_NoRedirects)
            with opener.open(request, timeout=_TIMEOUT_S) as reply:
                found: bytes = reply.read(_LARGEST_ANSWER)
                return found
        except HTTPError as error:
            with error:
                raise self._refusal(error.code, error.read(100_000)) from None
        except (OSError, HTTPException, ValueError) as error:
            cause = error.reason if isinstance(error, URLError) else error
            raise DeploymentError(
                f"{self.host} cannot be reached ({type(cause).__name__}).",
                hint="Is the server of MLFLOW_TRACKING_URI up, and the address right?",
            ) from None

    def _who(self) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        if not self.user:
            return {}
        both = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {both}"}

    def _refusal(self, status: int, body: bytes) -> RefusalError:
        told = _read_json(body, quiet=True)
        code = str(told.get("error_code", ""))
        if status in (401, 403):
            return RefusalError(
                f"{self.host} does not let this caller in ({status}).",
                hint="Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and "
                "MLFLOW_TRACKING_PASSWORD, where Rondo is started.",
                code=code,
            )
        said = str(told.get("message", "")).strip()[:_LONGEST]
        return RefusalError(
            f"{self.host} answers {status}" + (f": {said}" if said else "."),
            hint="Its own log says more.",
            code=code,
        )


def _read_json(body: bytes, *, quiet: bool = False) -> dict[str, Any]:
    """Return the object in an answer; a server of another kind sends none."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    if quiet:
        return {}
    raise DeploymentError(
        "What answers at MLFLOW_TRACKING_URI is no tracking server of MLflow.",
        hint="Open the address in a browser: MLflow's pages should come up.",
    )
