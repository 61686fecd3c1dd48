"""A worker that is killed under load, as a real process."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.client import HTTPException

import pytest
from sqlalchemy import event

from core.serving import PredictionLog

ROW = json.dumps({"age": 41, "plan": "basic"}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(registry, settings):
    """A server in a process of its own; gives its process and its address."""
    port = free_port()
    environment = {
        **os.environ,
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
    }
    command = [sys.executable, "-m", "core.serving", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    address = f"http://127.0.0.1:{port}/api"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    yield process, f"{address}/projects/binary/predict"
    process.kill()
    process.wait()


def ask(address: str) -> str:
    call = urllib.request.Request(
        address, ROW, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(call, timeout=10) as answer:
        return str(json.load(answer)["predictions"][0]["id"])


def test_every_answer_given_before_a_kill_is_in_the_log(served, registry):
    process, address = served
    given: list[str] = []

    def call_on() -> None:
        while True:
            try:
                given.append(ask(address))
            except (OSError, HTTPException):
                return

    callers = [threading.Thread(target=call_on) for _ in range(6)]
    for caller in callers:
        caller.start()
    while len(given) < 100:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    for caller in callers:
        caller.join(20)
    kept = set(PredictionLog(registry.database).read("binary").meta["id"])
    assert len(given) >= 100
    assert set(given) <= kept


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
