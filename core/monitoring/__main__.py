"""Look after all projects once: ``python -m core.monitoring``, for example from cron.

An entry point, above all rooms: it alone may reach up to the workspace, and nothing
imports it (docs/architecture.md, "The rooms").
"""

import argparse
import logging
import signal
import sys
from typing import NoReturn

from core.wording import counted
from core.workspace import open_workspace
from core.workspace.processes import give_way
from core.workspace.watching import watch_once


def _end(*_: object) -> NoReturn:
    sys.exit(143)


def main(arguments: list[str] | None = None) -> int:
    """Summarise windows, judge alarms, follow policies, deliver notices; say it all.

    Returns
    -------
    int
        The exit code: 0, or 1 when a project could not be looked after.
    """
    parser = argparse.ArgumentParser(
        prog="python -m core.monitoring",
        description="Summarise captured predictions, judge alarms, tell them.",
    )
    parser.add_argument("--quiet", action="store_true", help="say only what failed")
    quiet = parser.parse_args(arguments).quiet
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGTERM, _end)  # so that claims are given back
    give_way()
    done = watch_once(open_workspace())
    if not quiet:
        print(  # noqa: T201  the command's answer
            f"{counted('project', done.n_projects)}: "
            f"{counted('window', done.n_windows)} summarised, "
            f"{done.n_judged} judged, {counted('notice', done.n_sent)} sent, "
            f"{counted('retraining', done.n_begun)} begun."
        )
    for project_id, message in done.failed:
        print(f"{project_id}: {message}", file=sys.stderr)  # noqa: T201
    return 1 if done.failed else 0


if __name__ == "__main__":
    sys.exit(main())
