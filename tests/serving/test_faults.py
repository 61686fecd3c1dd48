"""A worker that is killed under load, as a real process."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress
from datetime import datetime
from http.client import HTTPException

import psutil
import pytest
from sqlalchemy import event

from core.deployment.callers import free_port
from core.serving import PredictionLog
from core.serving.losses import CaptureLosses
from core.serving.queued import STATED_S
from tests.servers import wait_until_up

ROW = json.dumps({"age": 41, "plan": "basic"}).encode()


@contextmanager
def serving(settings, *options, **variables):
    """Run a server in a process of its own; give the process and its address."""
    port = free_port()
    environment = {
        **os.environ,
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
        **variables,
    }
    command = [sys.executable, "-m", "core.serving", "--port", str(port), *options]
    address = f"http://127.0.0.1:{port}/api"
    with (settings.home / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stderr=said)
    try:
        wait_until_up(f"{address}/health/ready")
        yield process, f"{address}/projects/binary/predict"
    finally:
        end_all(process)


def end_all(process: "subprocess.Popen[bytes]") -> None:
    """Kill a server with its workers, which would live on without it."""
    with suppress(psutil.NoSuchProcess):
        for worker in psutil.Process(process.pid).children(recursive=True):
            worker.kill()
    process.kill()
    process.wait(20)


def one_that_answers(process: "subprocess.Popen[bytes]") -> psutil.Process:
    """Return a worker that has queued answers: it holds a file that counts them."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for worker in psutil.Process(process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if any(".tally" in opened.path for opened in worker.open_files()):
                    return worker
        time.sleep(0.1)
    raise AssertionError("no worker answers")


def is_noted(losses: CaptureLosses, within_s: float) -> bool:
    """Whether a loss is noted in this time."""
    deadline = time.monotonic() + within_s
    while not losses.of("binary"):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def served(registry, settings):
    with serving(settings) as server:
        yield server


def ask(address: str) -> str:
    call = urllib.request.Request(
        address, ROW, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(call, timeout=10) as answer:
        return str(json.load(answer)["predictions"][0]["id"])


@contextmanager
def under_load(address):
    """Keep six callers asking until the block ends; give the ids they were given."""
    given: list[str] = []
    ending = threading.Event()

    def call_on() -> None:
        while not ending.is_set():
            try:
                given.append(ask(address))
            except (OSError, HTTPException):
                ending.wait(0.05)  # its worker was killed

    callers = [threading.Thread(target=call_on) for _ in range(6)]
    for caller in callers:
        caller.start()
    try:
        yield given
    finally:
        ending.set()
        for caller in callers:
            caller.join(20)


def wait_for(given: list[str], n: int) -> None:
    deadline = time.monotonic() + 60
    while len(given) < n:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kept(registry) -> set[str]:
    return set(PredictionLog(registry.database).read("binary").meta["id"])


def test_every_answer_given_before_a_kill_is_in_the_log(served, registry):
    process, address = served
    with under_load(address) as given:
        wait_for(given, 100)
        os.kill(process.pid, signal.SIGKILL)
    assert len(given) >= 100
    assert set(given) <= kept(registry)


def milliseconds(moment: datetime) -> float:
    return moment.timestamp() * 1000


def test_queued_a_kill_loses_what_half_a_second_holds_and_it_is_reported(
    registry, settings
):
    losses = CaptureLosses(registry.database, settings.home / "capture")
    answered: set[str] = set()
    for _ in range(4):  # one that has just written everything loses nothing
        with serving(settings, RONDO_CAPTURE_MODE="queued") as (process, address):
            with under_load(address) as given:
                wait_for(given, 300)
                os.kill(process.pid, signal.SIGKILL)
            process.wait(20)
        answered |= set(given)
        if losses.of("binary"):
            break
    missing = answered - kept(registry)
    (loss,) = losses.of("binary")
    assert len(missing) <= loss.most
    assert (loss.until - loss.since).total_seconds() <= STATED_S + 0.1
    answered_at = [int(id_[:12], 16) for id_ in missing]
    assert all(
        milliseconds(loss.since) - 1 <= at <= milliseconds(loss.until) + 1
        for at in answered_at
    )
    assert losses.of("binary") == [loss]  # noted once


def test_queued_the_other_worker_reports_a_kill_and_a_clean_end_loses_nothing(
    registry, settings
):
    with serving(settings, "--workers", "2", RONDO_CAPTURE_MODE="queued") as server:
        process, address = server
        noted = CaptureLosses(registry.database, None)
        with under_load(address) as given:
            wait_for(given, 200)
            for _ in range(4):  # one that has just written everything loses nothing
                one_that_answers(process).send_signal(signal.SIGKILL)
                if is_noted(noted, 10):
                    break
            n_before = len(given)
            wait_for(given, n_before + 100)
            process.send_signal(signal.SIGTERM)
            process.wait(40)
    told = (settings.home / "said.txt").read_text()
    (loss,) = CaptureLosses(registry.database, settings.home / "capture").of("binary")
    missing = set(given) - kept(registry)
    assert len(missing) <= loss.most
    assert missing.isdisjoint(given[n_before:])
    assert told.count("answered and not captured") == 1
    assert "Traceback" not in told
    assert list((settings.home / "capture").iterdir()) == []


def test_a_full_disk_is_a_clear_503_and_nothing_is_half_written(
    call, registry, log, settings
):
    """SQLite's own limit on pages stands for the disk: it fails the same way."""
    with log.database.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    rows = [{"age": 41, "plan": "x" * 500}] * 400

    def limit(connection, _record, _proxy) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 4}")

    event.listen(log.database.engine, "checkout", limit)
    refused = call("POST", "/projects/binary/predict", json=rows)
    event.remove(log.database.engine, "checkout", limit)
    assert refused.status_code == 503
    assert "full" in refused.json()["error"]["message"]
    assert log.count("binary") == 0
    with log.database.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    log.database.close()
    assert call("POST", "/projects/binary/predict", json=rows).status_code == 200
    assert log.count("binary") == 400
