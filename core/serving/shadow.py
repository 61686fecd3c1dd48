"""Shadows: what another version would have answered, noted and given to nobody."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from sqlalchemy import insert, select

from core.errors import RondoError
from core.registry.json_values import json_ready
from core.serving.service import Service
from core.storage import Database
from core.storage.tables import predictions, shadows
from core.storage.types import now

_log = logging.getLogger("rondo.api")
MOST_WAITING: Final = 200
"""Calls that wait for the shadow; more are left out, so that it slows nobody down."""
FAULTS: Final = (RondoError, ValueError, TypeError, LookupError, ArithmeticError)
"""What a version that does not fit its rows may raise."""


class Shadow:
    """Asks shadows in a thread of its own.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._room = threading.Semaphore(MOST_WAITING)
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="shadow")

    def ask(
        self,
        load: Callable[[], Service],
        records: Sequence[Mapping[str, Any]],
        ids: Sequence[str],
    ) -> None:
        """Let the shadow answer the same rows, later.

        Parameters
        ----------
        load : callable
            Returns the shadow's service.
        records : sequence of n_rows mappings
        ids : sequence of n_rows str
            Of the answers that were given.
        """
        if self._room.acquire(blocking=False):
            self._asker.submit(self._answer, load, records, ids)

    def close(self) -> None:
        """Wait for what was asked, and end the thread."""
        self._asker.shutdown(wait=True)

    def _answer(
        self,
        load: Callable[[], Service],
        records: Sequence[Mapping[str, Any]],
        ids: Sequence[str],
    ) -> None:
        try:
            self._keep(load(), records, ids)
        except FAULTS as error:
            _log.warning("The shadow did not answer: %s", error)
        finally:
            self._room.release()

    def _keep(
        self,
        service: Service,
        records: Sequence[Mapping[str, Any]],
        ids: Sequence[str],
    ) -> None:
        start = time.perf_counter()
        answers = service.predict(records, strict=False)
        latency_ms = (time.perf_counter() - start) * 1000
        version = service.version
        rows = [
            {
                "prediction_id": id_,
                "project_id": version.project,
                "version": version.number,
                "at": now(),
                "output": json_ready(answer.to_dict()),
                "latency_ms": latency_ms,
            }
            for id_, answer in zip(ids, answers, strict=True)
        ]
        if rows:
            with self._database.begin() as connection:
                connection.execute(insert(shadows), rows)


def agreement(database: Database, project: str, number: int) -> tuple[int, int]:
    """Return to how many rows a shadow gave the live answer, and how many it answered.

    Numbers agree when they are equal.
    """
    both = (
        select(predictions.c.output, shadows.c.output)
        .join(shadows, shadows.c.prediction_id == predictions.c.id)
        .where(shadows.c.project_id == project, shadows.c.version == number)
    )
    with database.connect() as connection:
        pairs = connection.execute(both).all()
    same = sum(live["prediction"] == other["prediction"] for live, other in pairs)
    return same, len(pairs)
