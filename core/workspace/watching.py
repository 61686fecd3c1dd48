"""Looking after all projects, again and again: windows, alarms, policies, notices."""

import logging
import subprocess
import sys
import threading
from dataclasses import dataclass

from core.errors import RondoError
from core.workspace.processes import ROOT, environment_of
from core.workspace.workspace import Workspace

log = logging.getLogger("rondo.watching")

FIRST_LOOK_S = 30.0
"""A server that has just started lets pages come first."""


@dataclass(frozen=True)
class Round:
    """What one look at all projects did.

    Attributes
    ----------
    n_projects, n_windows, n_judged, n_sent : int
    failed : tuple of (project id, message)
        Projects that could not be looked after; the others were.
    n_begun : int
        Retrainings that policies have begun.
    """

    n_projects: int
    n_windows: int
    n_judged: int
    n_sent: int
    failed: tuple[tuple[str, str], ...]
    n_begun: int = 0


def watch_once(workspace: Workspace) -> Round:
    """Summarise what is due, judge it, and tell what is to be told."""
    forget_old(workspace)
    n_windows = n_judged = n_projects = n_begun = 0
    failed = []
    for project in workspace.projects.list():
        number = workspace.registry.champion(project.id)
        if number is None:
            continue
        n_projects += 1
        try:
            n_windows += bring_windows(workspace, project.id, number)
            n_judged += workspace.alarms.judge(project.id, number)
            n_begun += workspace.policies.look(project.id) is not None
        except RondoError as error:
            failed.append((project.id, error.message))
            log.warning("%s: %s", project.id, error.message)
    n_sent = workspace.notices.deliver()
    return Round(n_projects, n_windows, n_judged, n_sent, tuple(failed), n_begun)


def forget_old(workspace: Workspace) -> int:
    """Delete captured predictions that are older than they may be; return how many."""
    return workspace.log.delete_old()


def bring_windows(workspace: Workspace, project_id: str, number: int) -> int:
    """Bring the windows up to date that a project's alarms are judged on."""
    period = workspace.alarms.watch(project_id).period
    return workspace.monitoring.windows.bring_up_to_date(project_id, number, period)


def something_is_due(workspace: Workspace) -> bool:
    """Tell whether a look would find work; reads counts only."""
    if workspace.notices.n_due():
        return True
    for project in workspace.projects.list():
        number = workspace.registry.champion(project.id)
        if number is not None:
            period = workspace.alarms.watch(project.id).period
            if workspace.monitoring.windows.due(project.id, number, period):
                return True
            if workspace.alarms.n_unjudged(project.id, number):
                return True
            if workspace.policies.due(project.id) is not None:
                return True
    return False


def start_watching(workspace: Workspace, stop: threading.Event) -> None:
    """Look after all projects until `stop` is set.

    The work is done by a process of its own, the same that cron may start, so that
    pages stay quick; several servers may do so at once, since a window is claimed.
    """
    minutes = workspace.settings.watch_minutes
    if minutes:
        arguments = (workspace, minutes * 60, stop)
        threading.Thread(
            target=_look_again, args=arguments, daemon=True, name="watching"
        ).start()


def _look_again(workspace: Workspace, every_s: float, stop: threading.Event) -> None:
    wait_s = min(FIRST_LOOK_S, every_s)
    while not stop.wait(wait_s):
        wait_s = every_s
        try:
            forget_old(workspace)
            if something_is_due(workspace):
                _look_in_a_process(workspace, stop)
        except RondoError as error:
            log.warning("%s", error.message)


def _look_in_a_process(workspace: Workspace, stop: threading.Event) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "core.monitoring", "--quiet"],
        cwd=ROOT,
        env=environment_of(workspace.settings),
        stdin=subprocess.DEVNULL,
    )
    while process.poll() is None:
        if stop.wait(0.5):
            process.terminate()  # claims are given back, the rest is taken up again
            process.wait()
