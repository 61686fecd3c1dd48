"""Telling alarms outside: a webhook that takes JSON, and e-mail.

Addresses may hold secrets (a token in a webhook, a password of a mail server): no
message that is raised or logged here repeats them.
"""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from core.errors import MonitoringError

TIMEOUT_S: Final = 10.0
LOCAL: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, repr=False)
class MailServer:
    """Where mail is handed over.

    Attributes
    ----------
    url : str
        ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``.
    sender : str
    """

    url: str
    sender: str

    @property
    def host(self) -> str:
        """Name of the server, without secrets."""
        return urlsplit(self.url).hostname or ""


def is_web_address(url: str) -> bool:
    """Tell whether something can be posted to.

    Examples
    --------
    >>> is_web_address("https://example.org/hook"), is_web_address("http://[bad")
    (True, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would lose its body; the address must be mended instead."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def post_webhook(url: str, payload: dict[str, Any]) -> None:
    """Post JSON to an address.

    Raises
    ------
    MonitoringError
        Nothing answered, or not with success.
    """
    if not is_web_address(url):
        raise _undelivered("webhook", "no address of the web")
    request = urllib.request.Request(  # noqa: S310  the scheme is checked above
        url,
        data=json.dumps(payload).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "Rondo"},
        method="POST",
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_S):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise _undelivered("webhook", f"it answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise _undelivered("webhook", _kind(error)) from None


def send_mail(
    server: MailServer, addresses: Sequence[str], subject: str, text: str
) -> None:
    """Send one plain message to all addresses.

    A password is sent only over an encrypted connection, or within this machine.

    Raises
    ------
    MonitoringError
        The server did not take it.
    """
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())[:200]
    message["From"], message["To"] = server.sender, ", ".join(addresses)
    message.set_content(text)
    try:
        parts = urlsplit(server.url)
        with _connect(parts.scheme, server.host, parts.port) as connection:
            if parts.username:
                _log_in(connection, server.host, parts.username, parts.password or "")
            connection.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _undelivered("e-mail", _kind(error)) from None


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_S, context=context)
    connection = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_S)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=context)
    return connection


def _log_in(connection: smtplib.SMTP, host: str, user: str, password: str) -> None:
    if not isinstance(connection.sock, ssl.SSLSocket) and host not in LOCAL:
        raise _undelivered("e-mail", "the server offers no encryption for the password")
    connection.login(unquote(user), unquote(password))


def _kind(error: Exception) -> str:
    """Say what happened without the texts of libraries, which repeat addresses."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return type(cause).__name__


def _undelivered(channel: str, why: str) -> MonitoringError:
    return MonitoringError(
        f"The {channel} did not take the notice: {why}.",
        hint="It is tried again by itself; check the address if this lasts.",
    )
