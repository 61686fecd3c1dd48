"""Large files answered by jobs: brought to disk, answered, kept for a while."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.errors import DataError
from core.serving import PredictionLog, Service
from core.serving.batch import BatchOptions, score_file
from core.settings import Settings
from core.storage import write_atomic
from core.workspace.jobs import Jobs
from core.workspace.records import Job
from core.workspace.store import new_id

N_KEPT: Final = 5
"""So many answered files of a project stay for download."""
_PIECE: Final = 1 << 20


class Batches:
    """Answer large files, and find what was answered.

    Each batch has a folder under ``batches/<project>`` in the home. Its source goes
    when it is answered; the answered file stays until five newer ones are there.
    """

    def __init__(self, settings: Settings, log: PredictionLog, jobs: Jobs) -> None:
        self._place = settings.home / "batches"
        self._limit_mb = settings.max_upload_mb
        self._log = log
        self._jobs = jobs

    def bring(self, project_id: str, upload: BinaryIO) -> str:
        """Copy a file to disk, and return the id of the batch that it begins.

        Raises
        ------
        DataError
            It is larger than an upload may be.
        StorageError
            The disk refuses.
        """
        batch_id = new_id("batch")
        self._tidy(project_id)

        def copy(path: Path) -> None:
            upload.seek(0)
            size = 0
            with path.open("wb") as target:
                while piece := upload.read(_PIECE):
                    size += len(piece)
                    if size > self._limit_mb * 1_000_000:
                        raise DataError(
                            f"The file is larger than {self._limit_mb:,} MB.",
                            hint="Raise RONDO_MAX_UPLOAD_MB, or answer it by "
                            "python -m core.serving.batch.",
                        )
                    target.write(piece)

        write_atomic(self.source(project_id, batch_id), copy)
        return batch_id

    def start(
        self,
        project_id: str,
        number: int,
        batch_id: str,
        name: str,
        options: BatchOptions,
    ) -> Job:
        """Answer a file that was brought, in a job.

        Parameters
        ----------
        project_id : str
        number : int
            Of the version.
        batch_id : str
            What `bring` returned.
        name : str
            Of the file, as the person knows it.
        options : BatchOptions
        """
        wanted = {
            "number": number,
            "batch_id": batch_id,
            "name": name,
            "mapping": dict(options.mapping),
            "n_reasons": options.n_reasons,
        }
        return self._jobs.submit("batch", project_id, wanted)

    def execute(
        self, job: Job, service: Service, tell: Callable[[float, str], None]
    ) -> dict[str, Any]:
        """Answer the file of a job here and now; every answer is kept in the log.

        A job that was taken up again begins anew, and so do its answers in the log.
        """
        given = job.arguments
        source = self.source(job.project_id, given["batch_id"])
        report = score_file(
            service,
            source,
            self._answered(job),
            log=self._log,
            options=BatchOptions(given["mapping"], given["n_reasons"]),
            on_progress=lambda share, n_rows: tell(share, f"{n_rows:,} rows answered"),
        )
        source.unlink(missing_ok=True)
        return {
            "n_rows": report.n_rows,
            "n_warned": report.n_warned,
            "n_refused": report.n_refused,
        }

    def newest(self, project_id: str) -> Sequence[Job]:
        """Return a project's batches that are at work or can be downloaded."""
        found = [job for job in self._jobs.list(project_id) if job.kind == "batch"]
        return [job for job in found if job.is_active or self.result(job) is not None]

    def result(self, job: Job) -> Path | None:
        """Return the answered file of a job; None before its end or when gone."""
        path = self._answered(job)
        return path if job.state == "done" and path.exists() else None

    def source(self, project_id: str, batch_id: str) -> Path:
        """Return where the file of a batch lies until it is answered."""
        return self._place / project_id / batch_id / "source"

    def _answered(self, job: Job) -> Path:
        folder = self._place / job.project_id / str(job.arguments["batch_id"])
        return folder / "answered.csv"

    def _tidy(self, project_id: str) -> None:
        """Remove all but the newest folders; one at work is never removed."""
        at_work = {
            job.arguments["batch_id"]
            for kind in ("batch", "outcomes")
            for job in self._jobs.active(kind)
        }
        folders = [f for f in (self._place / project_id).glob("*") if f.is_dir()]
        folders.sort(key=lambda folder: -folder.stat().st_mtime)
        for folder in folders[N_KEPT - 1 :]:
            if folder.name not in at_work:
                shutil.rmtree(folder, ignore_errors=True)
