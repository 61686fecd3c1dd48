"""Load tests are jobs: one at a time for a version, and their results are found."""

from core.deployment.capacity import LoadTest, Machine, level_of
from core.storage.types import now
from core.workspace.records import Job
from core.workspace.report import Report
from core.workspace.tasks import TASKS
from tests.fitted import fit_model


def test_a_test_under_way_is_not_started_again(workspace):
    project = workspace.projects.create("Who leaves")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    first = workspace.capacity.start(project.id, 1)
    assert workspace.capacity.start(project.id, 1, rows_a_call=9).id == first.id
    assert workspace.jobs.cancel(first.id).state == "cancelled"
    assert workspace.capacity.latest(project.id, 1) is None


def test_the_job_tests_the_version_that_it_names(workspace, monkeypatch):
    level = level_of(1, [1.0], 0, 1.0, cpu_s=None, memory_mb=None)

    def measured(version: object, **given: object) -> LoadTest:
        assert given["rows_a_call"] == 7
        machine = Machine("", 1, None, None)
        return LoadTest(now(), version.number, 7, 1.0, (level,), machine)

    monkeypatch.setattr("core.workspace.capacity.load_test", measured)
    project = workspace.projects.create("Who leaves")
    for seed in (0, 1):
        workspace.registry.add(project.id, fit_model(seed=seed), who="Ada")
    job = Job(
        id="job-1", project_id=project.id, cycle_id=None, kind="capacity",
        arguments={"number": 2, "rows_a_call": 7}, state="running", created_at=now(),
    )  # fmt: skip
    result = TASKS["capacity"](workspace, job, Report(workspace.database, job))
    assert LoadTest.from_dict(result).number == 2
