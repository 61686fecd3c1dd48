"""A bounded load test: the API alone on the loopback, asked by many clients.

The server is a process of its own with a home of its own, which holds the version
and an empty database; nothing that it captures reaches the project.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.deployment.callers import call_for, free_port, post_request
from core.deployment.capacity import (
    CLIENTS,
    Level,
    LoadTest,
    level_of,
    this_machine,
)
from core.deployment.trial_rows import real_rows
from core.errors import DeploymentError
from core.registry import ModelVersion, Registry
from core.settings import Settings
from core.storage import open_database
from core.storage.types import now

PROJECT: Final = "load-test"
MOST_CALLS: Final = 20_000
"""Calls after which a level ends before its time."""
_START_S: Final = 120.0
_WARM_S: Final = 0.5
_BODIES: Final = 200
_ROOT: Final = Path(__file__).resolve().parents[2]

OnProgress = Callable[[float, str], None]


def load_test(
    version: ModelVersion,
    *,
    rows_a_call: int = 1,
    clients: Sequence[int] = CLIENTS,
    seconds: float = 2.0,
    on_progress: OnProgress | None = None,
) -> LoadTest:
    """Ask a version over HTTP on this machine, with more and more clients.

    One worker answers, capture on, as in use. The clients run in this process and
    share the machine with it.

    Parameters
    ----------
    version : ModelVersion
    rows_a_call : int, default=1
        Real rows of the version's reference in each call.
    clients : sequence of int, default=1 to 64
    seconds : float, default=2
        Time of each level, which also ends after 20,000 calls.
    on_progress : callable(share, message), default=None

    Raises
    ------
    DeploymentError
        The server does not start, or no call is answered.
    """
    tell = on_progress or _silent
    tell(0.0, "Putting the version into a home of its own")
    bodies = _bodies(version, rows_a_call)
    machine = this_machine()
    with TemporaryDirectory(prefix="rondo-load-") as folder:
        environment = _home(version, Path(folder))
        tell(0.1, "Starting a server for it")
        started = time.monotonic()
        with _server(environment) as (port, process):
            start_s = time.monotonic() - started
            levels = []
            for place, n_clients in enumerate(clients):
                share = 0.2 + 0.8 * place / len(clients)
                tell(share, f"{n_clients} at a time")
                levels.append(_level(port, process.pid, bodies, n_clients, seconds))
    if all(level.n_failed == level.n_calls for level in levels):
        raise DeploymentError(
            "The version answered no call of the load test.",
            hint="Ask it once under Call it; its answer says what is wrong.",
        )
    return LoadTest(now(), version.number, rows_a_call, start_s, tuple(levels), machine)


def _silent(share: float, message: str) -> None:
    """Tell nobody."""
    del share, message


def _bodies(version: ModelVersion, rows_a_call: int) -> list[bytes]:
    rows = real_rows(version)
    n_bodies = min(_BODIES, max(1, len(rows) // rows_a_call))
    return [
        json.dumps(
            [rows[(place * rows_a_call + i) % len(rows)] for i in range(rows_a_call)]
        ).encode()
        for place in range(n_bodies)
    ]


def _home(version: ModelVersion, folder: Path) -> dict[str, str]:
    """Save the version in a home of its own; return the environment that names it."""
    settings = Settings(
        home=folder / "workspace",
        models=folder / "models",
        database_url=None,
        models_url=None,
        files_url=None,
    )
    database = open_database(settings)
    registry = Registry.of(settings, database)
    saved = registry.add(
        PROJECT,
        version.model,
        who="load test",
        reference=version.reference,
        lineage=version.lineage,
    )
    registry.set_alias(PROJECT, "champion", saved.number, who="load test")
    database.close()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RONDO_")}
    return {
        **kept,
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(_ROOT),
    }


@contextmanager
def _server(
    environment: dict[str, str],
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run the API alone on a free port of the loopback until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "core.serving", "--port", str(port)]
    with subprocess.Popen(  # noqa: S603  our own module, no shell
        command, env=environment, cwd=_ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            _wait_until_ready(port, process)
            yield port, process
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    address = f"http://127.0.0.1:{port}/api/health/ready"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(address, timeout=5):
                return
        except OSError:
            time.sleep(0.05)  # it does not listen yet
    raise DeploymentError(
        "The server of the load test did not start.",
        hint="Free some memory and try again.",
    )


def _level(
    port: int, pid: int, bodies: Sequence[bytes], n_clients: int, seconds: float
) -> Level:
    requests = [post_request(f"/api/projects/{PROJECT}/predict", b) for b in bodies]
    call_for(port, requests, n_clients, _WARM_S)
    cpu, start = _cpu_s(pid), time.monotonic()
    seen = call_for(port, requests, n_clients, seconds, most_calls=MOST_CALLS)
    took, after = time.monotonic() - start, _cpu_s(pid)
    good = [x for x in seen if x >= 0]
    spent = None if cpu is None or after is None else after - cpu
    return level_of(
        n_clients,
        good,
        len(seen) - len(good),
        took,
        cpu_s=spent,
        memory_mb=_memory_mb(pid),
    )


def _cpu_s(pid: int) -> float | None:
    """Return the processor time of a process so far, where the system tells it."""
    told = Path(f"/proc/{pid}/stat")
    if not told.is_file():
        return None
    fields = told.read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float | None:
    """Return the memory that a process holds, where the system tells it."""
    told = Path(f"/proc/{pid}/statm")
    if not told.is_file():
        return None
    pages = int(told.read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
