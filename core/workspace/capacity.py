"""Load tests of a project's versions: done by jobs, whose results are kept."""

from collections.abc import Callable
from typing import Final

from core.deployment.capacity import LoadTest
from core.deployment.load import load_test
from core.registry import Registry
from core.workspace.jobs import Jobs
from core.workspace.records import Job

KIND: Final = "capacity"


class Capacity:
    """Start load tests, and find what they measured."""

    def __init__(self, registry: Registry, jobs: Jobs) -> None:
        self._registry = registry
        self._jobs = jobs

    def start(self, project_id: str, number: int, rows_a_call: int = 1) -> Job:
        """Test a version in a job, or return the job that is at it already."""
        at_work = self.newest_job(project_id, number)
        if at_work is not None and at_work.is_active:
            return at_work
        wanted = {"number": number, "rows_a_call": rows_a_call}
        return self._jobs.submit(KIND, project_id, wanted)

    def newest_job(self, project_id: str, number: int) -> Job | None:
        """Return the job that tested a version last, or None."""
        return next(iter(self._of(project_id, number)), None)

    def latest(self, project_id: str, number: int) -> LoadTest | None:
        """Return what the last finished test of a version measured, or None."""
        for job in self._of(project_id, number):
            if job.state == "done" and job.result:
                return LoadTest.from_dict(job.result)
        return None

    def test(
        self,
        project_id: str,
        number: int,
        rows_a_call: int,
        on_progress: Callable[[float, str], None],
    ) -> LoadTest:
        """Test a version here and now; what a job does.

        Raises
        ------
        RegistryError
            The version cannot be trusted.
        DeploymentError
            The server does not start, or no call is answered.
        """
        version = self._registry.load(project_id, number)
        return load_test(version, rows_a_call=rows_a_call, on_progress=on_progress)

    def _of(self, project_id: str, number: int) -> list[Job]:
        return [
            job
            for job in self._jobs.list(project_id)
            if job.kind == KIND and job.arguments["number"] == number
        ]
