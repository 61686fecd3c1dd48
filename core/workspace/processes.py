"""The operating system's side of jobs: processes started, looked for, ended."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
POLITENESS = 10
"""Nice value of jobs: beside a server at work they get a tenth of a core, else all."""
PATIENCE_S = 5.0
"""Time that a process has to end by itself before it is killed."""


def spawn(job_id: str, settings: Settings, log_path: Path) -> subprocess.Popen[bytes]:
    """Start a job's process in a session of its own, so that it outlives this one."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    flags: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    with log_path.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "core.workspace.worker", job_id],
            cwd=ROOT,
            env=environment_of(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **flags,
        )


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process of ours has the same settings."""
    database = f"sqlite:///{(settings.home / 'rondo.db').resolve()}"
    paths = (str(ROOT), os.environ.get("PYTHONPATH"))
    return {
        **os.environ,
        "RONDO_HOME": str(settings.home.resolve()),
        "RONDO_MODELS": str(settings.models.resolve()),
        "RONDO_DATABASE_URL": settings.database_url or database,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


def give_way() -> None:
    """Let this process and its children stand back where the server wants a core.

    Where Linux groups processes by session (autogroup, see sched(7)), a process's nice
    value counts inside its session alone, and a job has one of its own; there the
    session as a whole steps back too. Another program's session is left as it is.
    """
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    if hasattr(os, "getsid") and os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such file, or not allowed: the nice value must do
            _step_back(Path("/proc/self/autogroup"))


def _step_back(group: Path) -> None:
    for nap_s in (0.1, 0.2, 0.4):
        try:
            group.write_text(str(POLITENESS), encoding="ascii")
        except BlockingIOError:  # users may write ten times a second, all together
            time.sleep(nap_s)
        else:
            return


def is_alive(pid: int, job_id: str) -> bool:
    """Whether a process lives and works on this job; numbers are used again."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or job_id.encode() in command.read_bytes()


def end_group(pid: int) -> None:
    """End a process and its children: ask, wait, then insist."""
    if sys.platform == "win32":
        subprocess.run(  # noqa: S603 - a system program with our own number
            ["taskkill", "/F", "/T", "/PID", str(pid)],  # noqa: S607
            check=False,
            capture_output=True,
        )
        return
    deadline = time.monotonic() + PATIENCE_S
    try:
        os.killpg(pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            os.killpg(pid, 0)
            _reap(pid)
            time.sleep(0.05)
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pid: int) -> None:
    """Take note of a child's end, so that its number does not linger."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
