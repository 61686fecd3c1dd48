import os
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.errors import JobError
from core.modeling import TrainingPlan
from core.storage.tables import jobs as jobs_table
from core.storage.types import now
from core.workspace import Cycle, Job, Workspace

PLAN = TrainingPlan(
    target="left", task="binary", budget_s=3, families=("linear",), n_jobs=1
)


def _long_plan() -> TrainingPlan:
    return TrainingPlan(
        target="left",
        task="binary",
        budget_s=60,
        families=("linear", "random_forest", "extra_trees"),
        n_jobs=1,
    )


def _until_running(workspace: Workspace, job_id: str) -> Job:
    deadline = time.monotonic() + 60
    while (job := workspace.jobs.get(job_id)).state == "queued" or not job.detail:
        assert time.monotonic() < deadline, workspace.jobs.log_tail(job_id)
        assert job.is_active, (job.error, workspace.jobs.log_tail(job_id))
        time.sleep(0.1)
    return job


def test_a_training_job_leaves_a_run_that_the_cycle_points_at(
    workspace: Workspace, split_cycle: Cycle
):
    job = workspace.jobs.wait(workspace.training.start(split_cycle.id, PLAN).id, 90)
    assert job.state == "done"
    run = workspace.training.run(split_cycle.id)
    assert run is not None
    assert run.id == (job.result or {})["run_id"]
    assert workspace.training.model(run.id, run.champion).target == "left"


def test_one_cycle_trains_one_run_at_a_time(workspace: Workspace, split_cycle: Cycle):
    job = workspace.training.start(split_cycle.id, PLAN)
    with pytest.raises(JobError, match="already running"):
        workspace.training.start(split_cycle.id, PLAN)
    workspace.jobs.cancel(job.id)


def test_cancel_ends_the_process_and_says_so(workspace: Workspace, split_cycle: Cycle):
    job = _until_running(
        workspace, workspace.training.start(split_cycle.id, _long_plan()).id
    )
    ended = workspace.jobs.cancel(job.id)
    assert ended.state == "cancelled"
    assert job.pid is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(job.pid, 0)


def test_stop_keeps_what_is_done(workspace: Workspace, split_cycle: Cycle):
    job = _until_running(
        workspace, workspace.training.start(split_cycle.id, _long_plan()).id
    )
    began = time.monotonic()
    workspace.jobs.stop(job.id)
    ended = workspace.jobs.wait(job.id, 60)
    assert time.monotonic() - began < 30
    assert ended.state == "done"
    run = workspace.training.run(split_cycle.id)
    assert run is not None
    assert run.summary["stopped"]


def test_a_killed_job_is_taken_up_again_and_its_result_arrives(
    workspace: Workspace, split_cycle: Cycle
):
    job = _until_running(
        workspace, workspace.training.start(split_cycle.id, _long_plan()).id
    )
    assert job.pid is not None
    os.killpg(job.pid, signal.SIGKILL)
    workspace.jobs._children[job.id].wait()
    assert workspace.jobs.get(job.id).attempts == 1
    workspace.jobs.stop(job.id)
    ended = workspace.jobs.wait(job.id, 90)
    assert ended.state == "done"


def test_a_job_that_dies_again_and_again_is_failed_not_running(
    workspace: Workspace, split_cycle: Cycle
):
    job = workspace.training.start(split_cycle.id, _long_plan())
    workspace.jobs._children[job.id].kill()
    workspace.jobs._children[job.id].wait()
    with workspace.database.begin() as connection:
        connection.execute(
            update(jobs_table).where(jobs_table.c.id == job.id).values(attempts=3)
        )
    ended = workspace.jobs.get(job.id)
    assert ended.state == "failed"
    assert "without a result" in (ended.error or {})["message"]


def test_a_job_of_a_former_server_with_a_silent_process_is_taken_up(
    workspace: Workspace, split_cycle: Cycle
):
    job = workspace.training.start(split_cycle.id, PLAN)
    child = workspace.jobs._children.pop(job.id)
    child.kill()
    child.wait()
    with workspace.database.begin() as connection:
        connection.execute(
            update(jobs_table)
            .where(jobs_table.c.id == job.id)
            .values(created_at=now() - timedelta(minutes=5), pid=None)
        )
    workspace.jobs.revive()
    assert workspace.jobs.wait(job.id, 90).state == "done"


def test_a_failing_job_tells_the_persons_error(
    workspace: Workspace, split_cycle: Cycle
):
    plan = TrainingPlan(target="nowhere", task="binary", budget_s=3, n_jobs=1)
    job = workspace.training.start(split_cycle.id, plan)
    with pytest.raises(JobError, match="nowhere"):
        workspace.jobs.wait(job.id, 60)
