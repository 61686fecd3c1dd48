"""The trial of the container's server: started without Rondo, and asked over HTTP."""

import http.client
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from core.deployment.callers import free_port
from core.deployment.core_files import Answers, Rows, libraries_of
from core.deployment.locked import import_names
from core.deployment.trial import GUARD, clean_environment, failed, run_bundle
from core.registry import ModelVersion

_BLOCK: Final = 500
_START_S: Final = 60.0


def run_served(
    archive: bytes, version: ModelVersion, rows: Rows
) -> tuple[list[Answers], float]:
    """Answer rows with a bundle's files, and again with its server.

    The server refuses values of the wrong type; for such rows the answers of the
    files count, which take the value as missing.

    Returns
    -------
    answers : list of two lists
    duration_s : float

    Raises
    ------
    DeploymentError
        One of them does not run.
    """
    libraries = import_names(libraries_of(version))
    direct, duration_s = run_bundle(archive, libraries, rows)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rondo-trial-") as name:
        place = Path(name)
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            packed.extractall(place)
        port = free_port()
        command = [sys.executable, "-I", str(GUARD), name, ",".join(libraries)]
        with subprocess.Popen(  # noqa: S603  our own files, no shell
            [*command, "serve", str(port)], cwd=place, env=clean_environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                _wait_until_ready(port, process)
                served = _ask_all(port, rows, direct)
            finally:
                process.kill()
    return [direct, served], duration_s + time.monotonic() - started


def _ask_all(port: int, rows: Rows, direct: Answers) -> list[Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    served: list[Any] = []
    try:
        for begin in range(0, len(rows), _BLOCK):
            block, known = rows[begin : begin + _BLOCK], direct[begin : begin + _BLOCK]
            found = _ask(connection, block)
            if found is None:
                alone = [_ask(connection, [row]) for row in block]
                found = [a[0] if a else b for a, b in zip(alone, known, strict=True)]
            served.extend(found)
    except (OSError, http.client.HTTPException) as error:
        raise failed(f"its server does not answer ({error})") from error
    finally:
        connection.close()
    return served


def _ask(
    connection: http.client.HTTPConnection, rows: Sequence[Any]
) -> list[Any] | None:
    """Return the server's answers; None where it refuses a row."""
    body = json.dumps({"instances": rows})
    connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    told = json.loads(reply.read())
    if reply.status == 400:
        return None
    if reply.status != 200:
        raise failed(f"its server answers with the status {reply.status}")
    answers: list[Any] = told["predictions"]
    return answers


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/ping")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass  # it does not listen yet
        finally:
            connection.close()
        time.sleep(0.02)
    raise failed("its server does not start")
