"""Tables at an address: web servers and the stores that fsspec knows, as a stream."""

import base64
import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPRedirectHandler,
    ProxyHandler,
    Request,
    build_opener,
    getproxies,
)

import fsspec

from core.errors import DataError

TIMEOUT_S: Final = 30.0
"""Longest wait for an answer, and between two pieces of one."""

MOST_S: Final = 1_800.0
"""Longest time that one address may take as a whole."""

_WEB: Final = ("http", "https")
_THIS_DISK: Final = ("file", "local", "")
_WRONG: Final = (OSError, ValueError, ImportError, http.client.HTTPException)


@contextmanager
def open_address(
    address: str, *, most_bytes: int, from_disk: bool = False
) -> Iterator[tuple[BinaryIO, str, str]]:
    """Open a table at an address for reading once, from its beginning.

    Parameters
    ----------
    address : str
        ``https://…``, or one that fsspec knows, such as ``s3://bucket/table.csv``.
    most_bytes : int
        A file that says it is larger is not begun. (Who reads has to count.)
    from_disk : bool, default False
        Whether addresses of this machine's own files are taken.

    Yields
    ------
    stream : binary file
    name : str
        The last part of the address.
    origin : str
        The address without user, password, query and fragment.

    Raises
    ------
    DataError
        Nothing is there, nobody answers in time, the address is of another kind,
        or it leads to another kind; no message holds a password.

    Examples
    --------
    >>> import fsspec
    >>> with fsspec.open("memory://a.csv", "wb") as file:
    ...     _ = file.write(b"x")
    >>> with open_address("memory://a.csv", most_bytes=10) as (stream, name, origin):
    ...     stream.read(), name, origin
    (b'x', 'a.csv', 'memory://a.csv')
    """
    parts = _split(address, from_disk)
    origin = _without_secrets(parts)
    name = PurePosixPath(unquote(parts.path)).name or parts.hostname or "table"
    with ExitStack() as stack:
        with _in_words(origin):
            web = parts.scheme in _WEB
            opened = _open_web(parts) if web else fsspec.open(address, "rb")
            stream = stack.enter_context(opened)
        size = _size(stream)
        if size is not None and size > most_bytes:
            raise DataError(
                f"The file at {origin} has {size / 1e6:,.0f} MB; at most "
                f"{most_bytes / 1e6:,.0f} MB are taken.",
                hint="Raise RONDO_MAX_UPLOAD_MB, or bring a part of the table.",
            )
        yield _Watched(stream, origin), name, origin  # type: ignore[misc]


def _split(address: str, from_disk: bool) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        _ = parts.port
    except ValueError as error:
        raise DataError(
            "This is no address.", hint="Use one such as https://host/table.csv."
        ) from error
    if "::" in address:
        raise DataError(
            "An address inside another one is not followed.",
            hint="Give the address of the table itself.",
        )
    if parts.scheme in _THIS_DISK or len(parts.scheme) == 1:
        if not from_disk:
            raise DataError(
                "This is a file of the computer that Rondo runs on, or no address.",
                hint="Upload files; an address begins with https:// or s3://.",
            )
    elif parts.scheme in _WEB and not parts.hostname:
        raise DataError(
            "The address names no host.", hint="Use one such as https://host/table.csv."
        )
    elif parts.scheme not in (*_WEB, *fsspec.available_protocols()):
        raise DataError(
            f"Addresses that begin with {parts.scheme}:// are unknown.",
            hint="Use https://, s3://, gs://, abfs:// or another that fsspec knows.",
        )
    return parts


def _without_secrets(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


class _WebOnly(HTTPRedirectHandler):
    """Follows a redirect to another page of the web, and nowhere else."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        """Refuse other schemes; keep no password for another host."""
        target = urlsplit(newurl)
        if target.scheme not in _WEB:
            raise HTTPError(req.full_url, code, msg, headers, fp)
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and target.hostname != urlsplit(req.full_url).hostname:
            following.remove_header("Authorization")
        return following


def _open_web(parts: SplitResult) -> Any:
    """Return a context that asks a web server, with the address's own password."""
    host = parts.netloc.rpartition("@")[2]
    plain = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
    headers = {"User-Agent": "rondo", "Accept": "*/*"}
    if parts.username:
        told = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(told).decode()}"
    opener = build_opener(ProxyHandler(getproxies()), _WebOnly())
    return _Asked(opener, Request(plain, headers=headers))  # noqa: S310


class _Asked:
    """A request that is sent when the block begins."""

    def __init__(self, opener: Any, request: Request) -> None:
        self._opener, self._request = opener, request
        self._answer: Any = None

    def __enter__(self) -> Any:
        self._answer = self._opener.open(self._request, timeout=TIMEOUT_S)
        return self._answer

    def __exit__(self, *_: object) -> None:
        if self._answer is not None:
            self._answer.close()


def _size(stream: Any) -> int | None:
    headers = getattr(stream, "headers", None)
    if headers is not None:
        told = headers.get("Content-Length")
        return int(told) if told and told.isdigit() else None
    size = getattr(stream, "size", None)
    return size if isinstance(size, int) else None


class _Watched:
    """A stream whose faults are told in words, and that does not go on for ever."""

    def __init__(self, stream: Any, origin: str) -> None:
        self._stream, self._origin = stream, origin
        self._until = time.monotonic() + MOST_S

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, b"" at the end."""
        if time.monotonic() > self._until:
            raise DataError(
                f"{self._origin} took longer than {MOST_S / 60:.0f} minutes.",
                hint="Download the table yourself and upload it.",
            )
        with _in_words(self._origin):
            content: bytes = self._stream.read(size)
        if not content:
            self._refuse_cut_off()
        return content

    def _refuse_cut_off(self) -> None:
        missing = getattr(self._stream, "length", None)
        if isinstance(missing, int) and missing > 0:
            raise DataError(
                f"{self._origin} ended too early.", hint="Try again in a while."
            )


@contextmanager
def _in_words(origin: str) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        with suppress(OSError):
            error.close()
        raise _refused(origin, error.code) from None
    except _WRONG as error:
        raise DataError(
            f"{origin} cannot be read: {_reason(error)}.",
            hint="Check the address, and that this computer may reach it.",
        ) from None


def _refused(origin: str, code: int) -> DataError:
    if code < 400:
        return DataError(
            f"{origin} sends on in a circle, or to an address that is not of the web.",
            hint="Ask for the table's own address, and use that.",
        )
    words = {
        401: "asks for a password",
        403: "does not allow it",
        404: "has no such page",
    }
    said = words.get(code, "refuses" if code < 500 else "has a fault of its own")
    return DataError(
        f"{origin} cannot be read: the web server {said} ({code}).",
        hint="Open the address in a browser, or write it as https://user:password@…"
        if code in (401, 403)
        else "Check the address, or try again later.",
    )


def _reason(error: BaseException) -> str:
    """Say what went wrong in words that hold nothing of the address."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return f"nobody answered within {TIMEOUT_S:.0f} seconds"
    if isinstance(cause, FileNotFoundError):
        return "nothing is there"
    if isinstance(cause, PermissionError):
        return "it is not allowed"
    if isinstance(cause, ImportError):
        return "the library for this kind of address is not installed"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "the connection failed"
