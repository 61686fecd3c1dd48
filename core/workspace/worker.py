"""The process of one job: ``python -m core.workspace.worker JOB_ID``."""

import logging
import os
import secrets
import sys
import time
from typing import Any

from sqlalchemy import func, select, update

from core.errors import RondoError
from core.settings import get_settings
from core.storage.tables import jobs
from core.storage.types import now
from core.workspace.jobs import SILENCE
from core.workspace.processes import give_way
from core.workspace.records import Job
from core.workspace.report import Report
from core.workspace.tasks import TASKS
from core.workspace.workspace import Workspace, open_workspace

log = logging.getLogger("rondo.worker")


def run(job_id: str) -> int:
    """Wait for a free place, do the job, and write how it ended.

    Returns
    -------
    int
        The exit code: 0 done, 1 failed, 3 no longer ours.
    """
    workspace = open_workspace(get_settings())
    job = _wait_for_place(workspace, job_id)
    if job is None:
        return 3
    report = Report(workspace.database, job)
    report.start()
    try:
        result = TASKS[job.kind](workspace, job, report)
    except RondoError as error:
        report.end(state="failed", error={"message": error.message, "hint": error.hint})
        return 1
    except Exception as error:
        reference = secrets.token_hex(4)
        log.error("fault [%s]", reference, exc_info=error)
        report.end(
            state="failed",
            error={
                "message": "The job met a fault in Rondo and stopped.",
                "hint": f"The job's log has the details under {reference}.",
            },
        )
        return 1
    report.end(state="done", progress=1.0, result=result)
    return 0


def _wait_for_place(workspace: Workspace, job_id: str) -> Job | None:
    """Wait until the job is the oldest in the queue and a place is free."""
    slots = workspace.settings.job_slots
    while True:
        moment = now()
        with workspace.database.begin() as connection:
            running = connection.execute(
                select(func.count())
                .select_from(jobs)
                .where(jobs.c.state == "running")
                .where(jobs.c.heartbeat_at > moment - SILENCE)
            ).scalar_one()
            first = connection.execute(
                select(jobs.c.id)
                .where(jobs.c.state == "queued")
                .where(
                    (jobs.c.heartbeat_at > moment - SILENCE)
                    | (jobs.c.created_at > moment - SILENCE)
                    | (jobs.c.id == job_id)
                )
                .order_by(jobs.c.created_at)
            ).scalar()
            mine = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
            if mine.state != "queued":
                return None
            values: dict[str, Any] = {"heartbeat_at": moment, "pid": os.getpid()}
            starts = running < slots and first == job_id
            if starts:
                values.update(state="running", started_at=mine.started_at or moment)
            else:
                values.update(message=f"Waiting: {running} running before it")
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        if starts:
            with workspace.database.connect() as connection:
                row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
            return Job(**row._mapping)
        time.sleep(0.5)


def main() -> int:
    """Run the job named on the command line, politely towards the server."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    give_way()
    return run(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
