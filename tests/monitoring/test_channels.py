"""Channels deliver, or say why not without repeating an address."""

import smtplib
import threading
import time
from typing import ClassVar

import pytest

from core.errors import MonitoringError
from core.monitoring import channels
from core.monitoring.channels import MailServer, post_webhook, send_mail
from core.settings import Settings
from core.workspace import Workspace, watching


class Postbox(smtplib.SMTP):
    """A mail server without encryption that keeps what it is given."""

    kept: ClassVar[list[object]] = []

    def __init__(self, *_: object, **__: object) -> None:
        self.sock = None

    def ehlo(self, *_: object) -> tuple[int, bytes]:
        return 250, b""

    def has_extn(self, _: str) -> bool:
        return False

    def __enter__(self) -> "Postbox":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send_message(self, message: object, *_: object) -> dict:  # type: ignore[override]
        self.kept.append(message)
        return {}


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> list:
    Postbox.kept = []
    monkeypatch.setattr(channels.smtplib, "SMTP", Postbox)
    return Postbox.kept


def test_a_mail_has_one_line_of_subject_and_all_addresses(postbox):
    server = MailServer("smtp://mail.example.org", "rondo@example.org")
    send_mail(server, ("a@example.org", "b@example.org"), "Alarm\nBcc: x", "Why")
    (message,) = postbox
    assert message["Subject"] == "Alarm Bcc: x"
    assert message["To"] == "a@example.org, b@example.org"
    assert message["Bcc"] is None


def test_a_password_is_not_sent_without_encryption(postbox):
    server = MailServer("smtp://me:hidden@mail.example.org", "rondo@example.org")
    with pytest.raises(MonitoringError, match="no encryption") as caught:
        send_mail(server, ("a@example.org",), "x", "y")
    assert "hidden" not in caught.value.message
    assert not postbox
    assert "hidden" not in repr(server)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/token", "http://[bad/token"]
)
def test_a_webhook_that_cannot_work_says_so_without_its_address(url):
    with pytest.raises(MonitoringError) as caught:
        post_webhook(url, {})
    assert "token" not in caught.value.message
    assert "passwd" not in caught.value.message


def test_the_server_looks_when_something_is_due_and_ends_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    looked: list[bool] = []
    monkeypatch.setattr(watching, "FIRST_LOOK_S", 0.01)
    monkeypatch.setattr(watching, "something_is_due", lambda _: True)
    monkeypatch.setattr(watching, "_look_in_a_process", lambda *_: looked.append(True))
    stop = threading.Event()
    workspace = Workspace(settings)
    watching.start_watching(workspace, stop)
    for _ in range(200):
        if looked:
            break
        time.sleep(0.02)
    stop.set()
    workspace.close()
    assert looked == [True]
