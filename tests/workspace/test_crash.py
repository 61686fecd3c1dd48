"""The server is killed in the middle of saving; nothing saved before is lost."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.data import content_hash
from core.settings import Settings
from core.storage.files import PARTIAL
from core.storage.tables import jobs as jobs_table
from core.storage.types import now
from core.workspace import Cycle, Workspace, recover
from core.workspace.jobs import SILENCE
from core.workspace.processes import is_alive
from core.workspace.store import RecordStore

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def killed_in_the_middle(
    settings: Settings, scene: str, project_id: str, given: bytes = b""
) -> Iterator[None]:
    """Run a scene in a process of its own, and end it there as a power cut would."""
    environment = {
        **os.environ,
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workspace.interrupted", scene, project_id],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(given)
        process.stdin.close()
        try:
            assert process.stdout.readline() == b"here\n"
            yield
        finally:
            process.kill()
            process.wait()


def until_gone(pid: int, job_id: str) -> None:
    """Wait for the end of a killed process, which takes its turn on a busy machine."""
    deadline = time.monotonic() + 60
    while is_alive(pid, job_id):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def leftovers(settings: Settings) -> list[Path]:
    places = (settings.home, settings.models)
    return [path for place in places for path in place.rglob(f"{PARTIAL}*")]


def make_old(paths: list[Path]) -> None:
    for path in paths:
        os.utime(path, (0, 0))


def whole_uploads(settings: Settings) -> bool:
    """Whether each upload is the file that its name says."""
    kept = [p for p in (settings.home / "uploads").iterdir() if PARTIAL not in p.name]
    return all(p.name == hashlib.sha256(p.read_bytes()).hexdigest() for p in kept)


def reopened(settings: Settings) -> Workspace:
    """What the next start of the server sees, an hour and more later."""
    make_old(leftovers(settings))
    workspace = Workspace(settings)
    recover(workspace)
    assert leftovers(settings) == []
    return workspace


def check_all_is_there(workspace: Workspace, before: Cycle) -> None:
    """Read everything that the trained cycle had before the blow."""
    assert workspace.cycles.get(before.id) == before
    dataset = workspace.data.get(before.dataset_id or "")
    assert content_hash(workspace.data.frame(dataset.id)) == dataset.content_hash
    split = workspace.data.split_of(before.id)
    assert split is not None
    assert len(workspace.data.part(split.id, "train")) == split.n_train
    assert len(workspace.data.positions(split.id)["test"]) == split.n_test
    run = workspace.training.run(before.id)
    assert run is not None
    assert workspace.training.model(run.id, run.chosen).target == "left"
    states = {status.stage: status.state for status in workspace.status.of(before.id)}
    assert (states["explore"], states["train"]) == ("done", "done")


def test_an_upload_that_is_cut_off_leaves_the_tables_before_it(
    settings: Settings, workspace: Workspace, trained_cycle: Cycle
):
    sent = b"a,b\n" + b"1,2\n" * 900_000 + b"end"
    with killed_in_the_middle(settings, "upload", trained_cycle.project_id, sent):
        (partial,) = leftovers(settings)
        assert partial.stat().st_size > 1_000_000
    again = reopened(settings)
    assert len(again.data.list(trained_cycle.project_id)) == 1
    assert whole_uploads(settings)
    check_all_is_there(again, trained_cycle)
    again.close()


@pytest.mark.parametrize("scene", ["split_files", "split_row"])
def test_a_split_that_is_cut_off_leaves_the_split_before_it(
    settings: Settings, workspace: Workspace, trained_cycle: Cycle, scene: str
):
    with killed_in_the_middle(settings, scene, trained_cycle.project_id):
        pass
    again = reopened(settings)
    check_all_is_there(again, trained_cycle)
    assert again.data.split(trained_cycle.id, random_state=1).random_state == 1
    again.close()


@pytest.mark.parametrize("scene", ["version_files", "version_row", "version_pointer"])
def test_a_version_that_is_cut_off_leaves_the_versions_before_it(
    settings: Settings, workspace: Workspace, trained_cycle: Cycle, scene: str
):
    project_id = trained_cycle.project_id
    workspace.evaluation.open(trained_cycle.id)
    first = workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    workspace.registry.set_alias(project_id, "champion", first.number, who="Ada")
    before = workspace.cycles.get(trained_cycle.id)
    with killed_in_the_middle(settings, scene, project_id):
        pass
    again = reopened(settings)
    check_all_is_there(again, before)
    assert [info.number for info in again.registry.versions(project_id)] == [1]
    assert again.registry.champion(project_id) == 1
    assert again.registry.verify_history(project_id).intact
    assert again.service(project_id).predict([{"age": 40}])
    later = again.evaluation.save_version(trained_cycle.id, who="Ada")
    assert later.number > 1
    assert again.registry.load(project_id, later.number)
    assert again.cycles.get(before.id).version_number == later.number
    again.close()


def test_a_killed_server_and_its_killed_training_go_on_after_a_start(
    settings: Settings, workspace: Workspace, trained_cycle: Cycle
):
    with killed_in_the_middle(settings, "training", trained_cycle.project_id):
        (job,) = workspace.training.jobs(trained_cycle.id)
        assert job.pid is not None
        os.killpg(job.pid, signal.SIGKILL)
    until_gone(job.pid, job.id)
    with workspace.database.begin() as connection:  # the silence passes
        connection.execute(
            update(jobs_table).values(heartbeat_at=now() - SILENCE - timedelta(1))
        )
    again = reopened(settings)
    taken_up = again.jobs.get(job.id)
    assert (taken_up.is_active, taken_up.attempts) == (True, job.attempts + 1)
    assert again.training.run(trained_cycle.id).id == "run-test"
    again.jobs.stop(job.id)
    assert again.jobs.wait(job.id, 90).state == "done"
    check_all_is_there(again, again.cycles.get(trained_cycle.id))
    assert again.training.run(trained_cycle.id).id != "run-test"
    again.close()


def test_a_record_and_the_pointer_to_it_are_written_together_or_not_at_all(
    workspace: Workspace, trained_cycle: Cycle
):
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    store = RecordStore(workspace.database)
    with pytest.raises(KeyboardInterrupt):
        store.save(trained_cycle.project_id, "note", {}, also=cut_off)
    assert not store.list(trained_cycle.project_id, "note")


def test_young_leftovers_stay_because_somebody_may_write_them_now(
    settings: Settings, workspace: Workspace
):
    folder = settings.home / "uploads"
    folder.mkdir()
    (folder / f"{PARTIAL}young").write_bytes(b"half")
    (folder / "whole").write_bytes(b"all")
    make_old([folder / "whole"])
    recover(workspace)
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{PARTIAL}young",
        "whole",
    ]
