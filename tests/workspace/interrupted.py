"""A process that begins to save something and never comes to its end.

``python -m tests.workspace.interrupted SCENE PROJECT``: works on the workspace of
the environment, says "here" in the middle of the scene, and waits to be killed.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import core.registry.folder
import core.registry.shelf
import core.workspace.data
from core.data import write_parquet
from core.modeling import TrainingPlan
from core.workspace import Workspace, open_workspace
from core.workspace.challenge import Challenges
from core.workspace.closing import Closer
from core.workspace.cycles import Cycles
from core.workspace.watching import watch_once


def wait_for_the_end(*_args: Any, **_options: Any) -> NoReturn:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)
    sys.exit("nobody ended this process")


def half_a_table(frame: Any, path: Path) -> None:
    write_parquet(frame, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    wait_for_the_end()


def second(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what works once and is cut off the second time."""
    calls: list[int] = []

    def called(*args: Any) -> Any:
        calls.append(1)
        return write_parquet(*args) if len(calls) == 1 else function(*args)

    return called


def upload(workspace: Workspace, project: str) -> None:
    class Slow:
        """A browser that sends a part of its file."""

        def read(self, n_bytes: int) -> bytes:
            piece = sys.stdin.buffer.read(n_bytes)
            if not piece.endswith(b"end"):
                return piece
            wait_for_the_end()

    source: Any = Slow()
    workspace.data.import_table(project, source, "b.csv")


def split_files(workspace: Workspace, project: str) -> None:
    core.workspace.data.write_parquet = second(half_a_table)
    workspace.data.split(workspace.cycles.current(project).id, random_state=1)


def split_row(workspace: Workspace, project: str) -> None:
    workspace.data._store.save = wait_for_the_end  # type: ignore[method-assign]
    workspace.data.split(workspace.cycles.current(project).id, random_state=1)


def version_files(workspace: Workspace, project: str) -> None:
    core.registry.folder.write_parquet = half_a_table
    workspace.evaluation.save_version(workspace.cycles.current(project).id, who="Ada")


def version_row(workspace: Workspace, project: str) -> None:
    core.registry.shelf.change = wait_for_the_end
    workspace.evaluation.save_version(workspace.cycles.current(project).id, who="Ada")


def version_pointer(workspace: Workspace, project: str) -> None:
    cycle = workspace.cycles.current(project)
    never: Any = staticmethod(lambda *_: wait_for_the_end)
    Cycles.pointing = never  # type: ignore[method-assign]
    workspace.evaluation.save_version(cycle.id, who="Ada")


def training(workspace: Workspace, project: str) -> None:
    cycle = workspace.cycles.current(project)
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, n_jobs=1,
        families=("linear", "random_forest", "extra_trees"),
    )  # fmt: skip
    job = workspace.training.start(cycle.id, plan)
    while not workspace.jobs.get(job.id).detail.get("leaderboard"):
        time.sleep(0.1)
    wait_for_the_end()


def trigger(workspace: Workspace, project: str) -> None:
    """The trigger is written; its job is not begun."""
    Challenges.begin = wait_for_the_end  # type: ignore[method-assign]
    workspace.policies.look(project)


def window(workspace: Workspace, _project: str) -> None:
    """The window is claimed; its summary is not written."""
    Closer.close = wait_for_the_end  # type: ignore[method-assign]
    watch_once(workspace)


SCENES = {
    scene.__name__: scene
    for scene in (
        upload, split_files, split_row, version_files, version_row, version_pointer,
        training,
        trigger, window,
    )
}  # fmt: skip

if __name__ == "__main__":
    SCENES[sys.argv[1]](open_workspace(), sys.argv[2])
