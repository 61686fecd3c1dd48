"""Bundles of a project's versions: built by jobs, kept beside the workspace."""

from collections.abc import Callable, Mapping
from pathlib import Path

from core.deployment import (
    Bundle,
    Pushed,
    build_bundle,
    push_version,
    read_bundles,
    tracking_server,
)
from core.errors import DeploymentError
from core.registry import Registry
from core.settings import Settings
from core.workspace.jobs import Jobs
from core.workspace.records import Job


class Bundles:
    """Build bundles, and find those that were built.

    They lie under ``bundles/<project>/<number>`` in the home: a version's own folder
    never changes.
    """

    def __init__(self, settings: Settings, registry: Registry, jobs: Jobs) -> None:
        self._place = settings.home / "bundles"
        self._registry = registry
        self._jobs = jobs

    def of(self, project_id: str, number: int) -> Mapping[str, Bundle]:
        """Return what is kept of earlier builds of a version, by kind."""
        return read_bundles(self._directory(project_id, number))

    def start(self, project_id: str, number: int, kind: str) -> Job:
        """Build a bundle in a job, or return the job that is at it already."""
        wanted = {"number": number, "kind": kind}
        at_work = self.building(project_id, number)
        found = next((job for job in at_work if job.arguments == wanted), None)
        return found or self._jobs.submit("bundle", project_id, wanted)

    def building(self, project_id: str, number: int) -> list[Job]:
        """Return the unfinished jobs that build bundles of a version."""
        return [
            job
            for job in self._jobs.active("bundle")
            if job.project_id == project_id and job.arguments["number"] == number
        ]

    def build(
        self,
        project_id: str,
        number: int,
        kind: str,
        on_progress: Callable[[float, str], None],
    ) -> Bundle:
        """Build a bundle here and now; what a job does.

        Raises
        ------
        RegistryError
            The version cannot be trusted.
        """
        version = self._registry.load(project_id, number)
        directory = self._directory(project_id, number)
        return build_bundle(version, kind, directory, on_progress=on_progress)

    def start_push(self, project_id: str, number: int) -> Job:
        """Push a version to the tracking server in a job, or return the one at it."""
        last = self.last_push(project_id, number)
        if last is not None and last.is_active:
            return last
        return self._jobs.submit("push", project_id, {"number": number})

    def last_push(self, project_id: str, number: int) -> Job | None:
        """Return the newest job that pushed a version, with what came of it."""
        wanted = {"number": number}
        found = (
            job
            for job in self._jobs.list(project_id)
            if job.kind == "push" and job.arguments == wanted
        )
        return next(found, None)

    def push(
        self,
        project_id: str,
        number: int,
        on_progress: Callable[[float, str], None],
    ) -> Pushed:
        """Register a version with the server of ``MLFLOW_TRACKING_URI``, here and now.

        It gets the alias "champion" there when it is the champion here.

        Raises
        ------
        DeploymentError
            No server is named, the MLflow bundle is not offered, or the server does
            not take it.
        """
        server = tracking_server()
        if server is None:
            raise DeploymentError(
                "No tracking server is named.",
                hint="Set MLFLOW_TRACKING_URI where Rondo is started.",
            )
        bundle = self.of(project_id, number).get("mlflow")
        if bundle is None:
            bundle = self.build(project_id, number, "mlflow", on_progress)
        if not bundle.offered:
            raise DeploymentError(
                f"The MLflow bundle is not offered: {bundle.reason}",
                hint="Push another version, or mend what the reason names.",
            )
        live = self._registry.champion(project_id) == number
        return push_version(
            server,
            bundle.path,
            (project_id, number),
            alias="champion" if live else None,
            on_progress=on_progress,
        )

    def _directory(self, project_id: str, number: int) -> Path:
        return self._place / project_id / str(number)
