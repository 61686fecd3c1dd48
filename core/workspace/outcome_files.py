"""A file of outcomes of any size, taken in by a job piece by piece.

What was counted is written with each piece, in its transaction: a job that was killed
goes on behind the last piece that is there, and no row is counted twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, Final

import pandas as pd
from sqlalchemy import select, update

from core.data.reading.flow import open_flow
from core.serving.outcome_table import outcome_pairs
from core.serving.outcomes import write_outcomes
from core.storage import Database
from core.storage.tables import jobs as jobs_table
from core.storage.types import now
from core.workspace.batches import Batches
from core.workspace.jobs import Jobs
from core.workspace.material import Material
from core.workspace.records import Job

KIND: Final = "outcomes"
CHUNK: Final = 20_000
_NAMED: Final = 3

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class OutcomeCount:
    """What became of the rows of a file.

    Attributes
    ----------
    n_rows : int
        Rows read so far.
    n_added, n_replaced, n_repeated, n_empty : int
        As in `OutcomeReport`, by rows.
    n_unknown : int
        Rows whose id is not of a prediction of this project.
    unknown : tuple of str
        The first three of these ids.
    """

    n_rows: int = 0
    n_added: int = 0
    n_replaced: int = 0
    n_repeated: int = 0
    n_empty: int = 0
    n_unknown: int = 0
    unknown: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "OutcomeCount":
        """Return the count that a job's result keeps."""
        return cls(**{**values, "unknown": tuple(values["unknown"])})


@dataclass(frozen=True)
class OutcomeFiles:
    """Take files of outcomes in."""

    database: Database
    batches: Batches
    material: Material
    jobs: Jobs

    def start(self, project_id: str, number: int, upload: BinaryIO) -> Job:
        """Copy a file to disk and take it in, in a job.

        Raises
        ------
        DataError
            It is larger than an upload may be.
        """
        batch_id = self.batches.bring(project_id, upload)
        return self.jobs.submit(
            KIND, project_id, {"number": number, "batch_id": batch_id}
        )

    def execute(self, job: Job, tell: Tell) -> dict[str, Any]:
        """Take the file of a job in; what the job does.

        All of it is read once before anything is written, so that a file with an
        outcome that does not fit changes nothing.

        Raises
        ------
        DataError, SchemaError
            The file has other columns, or an outcome that does not fit.
        """
        count = self._so_far(job)
        if not count.n_rows:
            for until, pairs in self._pieces(job):
                tell(0.4 * until, f"Checking the file: {len(pairs):,} rows at a time")
        place = 0
        for until, pairs in self._pieces(job):
            for start in range(0, len(pairs), CHUNK):
                chunk = pairs[start : start + CHUNK]
                place += len(chunk)
                if place > count.n_rows:
                    count = self._take(job, chunk, count)
                    tell(0.4 + 0.6 * until, f"{count.n_rows:,} rows taken in")
        self.batches.source(job.project_id, job.arguments["batch_id"]).unlink(
            missing_ok=True
        )
        return asdict(count)

    def _pieces(self, job: Job) -> Iterator[tuple[float, list[tuple[str, object]]]]:
        model = self.material.service(job.project_id, job.arguments["number"])
        source = self.batches.source(job.project_id, job.arguments["batch_id"])
        for piece in open_flow(source, stream_from=0).pieces:
            given: pd.DataFrame = piece.given.to_pandas()
            yield piece.until, outcome_pairs(given, model.version.model)

    def _so_far(self, job: Job) -> OutcomeCount:
        query = select(jobs_table.c.result).where(jobs_table.c.id == job.id)
        with self.database.connect() as connection:
            kept = connection.scalar(query)
        return OutcomeCount.from_dict(kept) if kept else OutcomeCount()

    def _take(
        self, job: Job, chunk: list[tuple[str, object]], count: OutcomeCount
    ) -> OutcomeCount:
        """Write a chunk and the count with it, both or neither."""
        with self.database.begin() as connection:
            done = write_outcomes(connection, job.project_id, chunk, now())
            counted = (done.n_added, done.n_replaced, done.n_repeated, done.n_empty)
            grown = replace(
                count,
                n_rows=count.n_rows + len(chunk),
                n_added=count.n_added + done.n_added,
                n_replaced=count.n_replaced + done.n_replaced,
                n_repeated=count.n_repeated + done.n_repeated,
                n_empty=count.n_empty + done.n_empty,
                n_unknown=count.n_unknown + len(chunk) - sum(counted),
                unknown=(*count.unknown, *done.unknown)[:_NAMED],
            )
            connection.execute(
                update(jobs_table)
                .where(jobs_table.c.id == job.id)
                .values(result=asdict(grown))
            )
        return grown
