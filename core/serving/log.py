"""The prediction log: what was asked and answered, and what came true."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import func, insert, select

from core.registry.json_values import json_ready
from core.serving.answer import Answer
from core.serving.captured import CapturedPredictions, Filter, read_captured
from core.serving.ids import new_ids
from core.serving.outcomes import OutcomeReport, write_outcomes
from core.storage import Database
from core.storage.tables import predictions
from core.storage.types import now


class PredictionLog:
    """Every prediction with its permanent id, and the outcomes that arrive later.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def append(  # noqa: PLR0913  what the rows of one call share
        self,
        project: str,
        version: int,
        records: Sequence[Mapping[str, Any]] | pd.DataFrame,
        answers: Sequence[Answer],
        *,
        latency_ms: float | None,
        source: str,
        threshold: float | None = None,
        key: str | None = None,
        at: datetime | None = None,
    ) -> list[str]:
        """Keep the rows of one call; all of them are on disk when this returns.

        Parameters
        ----------
        project : str
        version : int
        records : sequence of n_rows mappings, or DataFrame of shape (n_rows, any)
            The inputs, as they were given.
        answers : sequence of n_rows Answer
        latency_ms : float or None
            Of the whole call.
        source : str
            Where it came from: "api", "page" or "batch".
        threshold : float or None
            The version's, at the time.
        key : str or None
            The caller's own key for the rows.
        at : datetime or None
            Aware; this moment when None.

        Returns
        -------
        list of n_rows str
            Permanent ids, in the order of the rows; they sort by time.

        Raises
        ------
        StorageError
            The database did not take them; then nothing was kept.
        """
        ids = new_ids(len(answers))
        shared = {
            "project_id": project,
            "version": version,
            "at": at or now(),
            "source": source,
            "key": key,
            "threshold": threshold,
            "latency_ms": latency_ms,
        }
        rows = []
        for id_, record, answer in zip(ids, _plain(records), answers, strict=True):
            output = answer.to_dict()
            warnings = output.pop("warnings")
            rows.append(
                shared
                | {"id": id_, "inputs": record, "output": output, "warnings": warnings}
            )
        if rows:
            with self.database.begin() as connection:
                connection.execute(insert(predictions), rows)
        return ids

    def add_outcomes(
        self,
        project: str,
        pairs: Iterable[tuple[str, Any]],
        *,
        at: datetime | None = None,
    ) -> OutcomeReport:
        """Join what came true to the predictions it belongs to.

        Parameters
        ----------
        project : str
        pairs : iterable of (prediction id, outcome)
            Of two outcomes for one id the later counts, also within one call; the
            earlier is kept and marked as superseded.
        at : datetime or None
            Aware; this moment when None.

        Returns
        -------
        OutcomeReport

        Raises
        ------
        ServingError
            An outcome is a list or an object.
        """
        given = list(pairs)
        with self.database.begin() as connection:
            return write_outcomes(connection, project, given, at or now())

    def read(
        self,
        project: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        version: int | None = None,
        with_outcomes: bool = False,
        limit: int | None = None,
    ) -> CapturedPredictions:
        """Read captured predictions, oldest first.

        Parameters
        ----------
        project : str
        since, until : datetime or None
            Aware; `since` is within the window, `until` is not.
        version : int or None
            Only of this version.
        with_outcomes : bool, default=False
            Only those whose outcome is known.
        limit : int or None
            At most so many, the newest.
        """
        wanted = Filter(project, since, until, version, with_outcomes, limit)
        with self.database.connect() as connection:
            return read_captured(connection, wanted)

    def count(self, project: str) -> int:
        """Return the number of predictions captured for the project."""
        with self.database.connect() as connection:
            counted = select(func.count()).where(predictions.c.project_id == project)
            return connection.scalar(counted) or 0


def _plain(records: Sequence[Mapping[str, Any]] | pd.DataFrame) -> list[Any]:
    rows: Sequence[Mapping[Any, Any]] = (
        records.to_dict("records") if isinstance(records, pd.DataFrame) else records
    )
    return [json_ready(record) for record in rows]
