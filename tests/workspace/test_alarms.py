"""Alarms: opened once for a window, answered by people, told until it arrives."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from core.errors import MonitoringError, WorkspaceError
from core.monitoring.__main__ import main
from core.monitoring.rules import Rule
from core.monitoring.watch import Watch
from core.settings import get_settings
from core.storage.tables import notices
from core.storage.types import now
from core.workspace import Workspace
from core.workspace.notices import MOST_ATTEMPTS
from core.workspace.watching import something_is_due, watch_once
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, build, copied, drifted, use

AT_ONCE = Watch(rules=(Rule("columns", "columns", 0.1, m=1, n=1),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("alarms")
    build(made)
    return made


@pytest.fixture
def workspace(folder: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    opened = copied(folder, request.node.name)
    use(opened, drifted(80, 2), 0)
    yield opened
    opened.close()


class Receiver:
    """A webhook on this machine: answers as told, and keeps what was posted."""

    def __init__(self) -> None:
        self.status, self.posted = 200, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.posted.append(json.loads(self.rfile.read(length)))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret-token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def due_again(workspace: Workspace) -> None:
    with workspace.database.begin() as connection:
        connection.execute(update(notices).values(next_at=now()))


def test_an_alarm_says_cause_since_when_harm_and_where_to_look(workspace: Workspace):
    workspace.alarms.save_watch(PROJECT, AT_ONCE)
    watch_once(workspace)
    (alarm,) = workspace.alarms.list(PROJECT)
    assert (alarm.severity, alarm.state) == ("alarm", "open")
    assert alarm.text.columns == ("calls",)
    assert "calls" in alarm.text.cause
    assert alarm.text.since == "2026-03"
    assert "The move of calls alone changes answers by" in alarm.text.harm
    assert workspace.alarms.n_open(PROJECT) == 1


def test_by_the_default_rules_the_second_bad_month_warns_and_the_third_alarms(
    workspace: Workspace,
):
    levels = []
    for month in (1, 2, 3):
        watch_once(workspace)
        found = [a for a in workspace.alarms.list(PROJECT) if a.rule_id == "columns"]
        levels.append([alarm.severity for alarm in found])
        use(workspace, drifted(80, month + 2), month)
    assert levels == [[], ["warning"], ["alarm"]]


def test_no_window_alarms_twice_with_many_workers(workspace: Workspace):
    workspace.alarms.save_watch(PROJECT, AT_ONCE)
    with ThreadPoolExecutor(3) as workers:
        rounds = list(workers.map(lambda _: watch_once(workspace), range(3)))
    watch_once(workspace)
    assert len(workspace.alarms.list(PROJECT)) == 1
    assert sum(done.n_windows for done in rounds) == 1
    assert not something_is_due(workspace)


def test_a_resolved_alarm_does_not_come_back_for_the_same_window(workspace: Workspace):
    workspace.alarms.save_watch(PROJECT, AT_ONCE)
    watch_once(workspace)
    (alarm,) = workspace.alarms.list(PROJECT)
    workspace.alarms.resolve(alarm.id, who="Ada", why="a campaign")
    use(workspace, drifted(3, 9), 0)  # late rows: the window is judged again
    assert watch_once(workspace).n_judged == 1
    (alarm,) = workspace.alarms.list(PROJECT)
    assert alarm.state == "resolved"
    assert "Resolved by Ada: a campaign" in alarm.note
    with pytest.raises(WorkspaceError):
        workspace.alarms.acknowledge(alarm.id, who="Ada")


def test_an_alarm_resolves_itself_when_the_signal_is_back(workspace: Workspace):
    workspace.alarms.save_watch(PROJECT, AT_ONCE)
    watch_once(workspace)
    use(workspace, customers(80, 3), 1)
    watch_once(workspace)
    (alarm,) = workspace.alarms.list(PROJECT)
    assert alarm.state == "resolved"
    assert "by itself" in alarm.note


def test_alarms_of_a_version_that_is_no_longer_live_are_resolved(
    workspace: Workspace,
):
    workspace.alarms.save_watch(PROJECT, AT_ONCE)
    watch_once(workspace)
    assert workspace.alarms.retire(PROJECT, 1) == 0
    assert workspace.alarms.retire(PROJECT, 2) == 1
    (alarm,) = workspace.alarms.list(PROJECT)
    assert "version 2 is live now" in alarm.note


def test_a_muted_alarm_is_not_counted_until_its_time_has_passed(workspace: Workspace):
    workspace.alarms.save_watch(PROJECT, AT_ONCE)
    watch_once(workspace)
    (alarm,) = workspace.alarms.list(PROJECT)
    workspace.alarms.mute(alarm.id, now() + timedelta(days=1), who="Ada")
    assert workspace.alarms.n_open(PROJECT) == 0
    workspace.alarms.mute(alarm.id, now() - timedelta(seconds=1), who="Ada")
    assert workspace.alarms.n_open(PROJECT) == 1
    assert workspace.alarms.list(PROJECT)[0].state == "open"


def test_a_webhook_that_is_down_is_tried_again_and_told_once(
    workspace: Workspace, receiver: Receiver, caplog: pytest.LogCaptureFixture
):
    told = Watch.from_dict(AT_ONCE.to_dict() | {"webhook": receiver.url})
    workspace.alarms.save_watch(PROJECT, told)
    receiver.status = 503
    assert watch_once(workspace).n_sent == 0
    assert workspace.notices.deliver() == 0  # its pause is not over
    receiver.status = 200
    due_again(workspace)
    assert workspace.notices.deliver() == 1
    due_again(workspace)
    assert workspace.notices.deliver() == 0
    assert len(receiver.posted) == 2
    assert receiver.posted[-1]["columns"] == ["calls"]
    (alarm,) = workspace.alarms.list(PROJECT)
    (delivery,) = workspace.notices.of(alarm.id)
    assert (delivery.state, delivery.attempts) == ("sent", 2)
    assert "503" in caplog.text
    assert "secret-token" not in caplog.text


def test_a_webhook_that_is_gone_is_given_up_after_many_attempts(workspace: Workspace):
    gone = Watch.from_dict(AT_ONCE.to_dict() | {"webhook": "http://127.0.0.1:9/x"})
    workspace.alarms.save_watch(PROJECT, gone)
    watch_once(workspace)
    for _ in range(MOST_ATTEMPTS):
        due_again(workspace)
        workspace.notices.deliver()
    with workspace.database.connect() as connection:
        row = connection.execute(select(notices)).one()
    assert (row.state, row.attempts) == ("given up", MOST_ATTEMPTS)
    assert "127.0.0.1" not in row.detail


def test_mail_goes_to_the_addresses_when_there_is_a_server(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    sent = []
    monkeypatch.setattr(
        "core.workspace.notices.send_mail", lambda *given: sent.append(given)
    )
    mailing = Watch.from_dict(AT_ONCE.to_dict() | {"emails": ["ada@example.org"]})
    workspace.alarms.save_watch(PROJECT, mailing)
    assert workspace.alarms.channels(PROJECT) == ()  # no server yet
    server = {"smtp_url": SecretStr("smtp://u:pw@mail.example.org")}
    settings = workspace.settings.model_copy(update=server)
    workspace.alarms._settings = workspace.notices._settings = settings
    watch_once(workspace)
    ((_, addresses, subject, text),) = sent
    assert addresses == ("ada@example.org",)
    assert subject.startswith("Rondo: Alarm: Any column drifts")
    assert "Look first at: calls" in text
    assert "pw@" not in repr(settings)


@pytest.mark.parametrize(
    "change",
    [{"webhook": "ftp://x"}, {"emails": ["nobody"]}, {"period": "year"}],
    ids=["no web address", "no e-mail address", "no period"],
)
def test_a_watch_that_cannot_work_is_refused(workspace: Workspace, change):
    with pytest.raises(MonitoringError):
        Watch.from_dict(Watch().to_dict() | change)


def test_the_command_does_the_round_and_says_what_it_did(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("RONDO_HOME", str(workspace.settings.home))
    monkeypatch.setenv("RONDO_MODELS", str(workspace.settings.models))
    monkeypatch.setattr("os.nice", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    get_settings.cache_clear()
    assert main([]) == 0
    get_settings.cache_clear()
    assert "1 project: 1 window summarised, 1 judged" in capsys.readouterr().out
