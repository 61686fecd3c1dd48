"""The prediction log: what was asked and answered, and what came true."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self, Unpack

from sqlalchemy import func, insert, select

from core.serving.answer import Answer
from core.serving.call_rows import CallFacts, Rows, draw_up
from core.serving.capture_policies import CapturePolicies
from core.serving.captured import CapturedPredictions, Filter, read_captured
from core.serving.losses import CaptureLosses
from core.serving.outcomes import OutcomeReport, write_outcomes
from core.serving.policy import CapturePolicy, SizeGauge
from core.serving.queued import CaptureQueue
from core.serving.retention import delete_before
from core.settings import Settings
from core.storage import Database
from core.storage.tables import outcomes, predictions
from core.storage.types import now


class PredictionLog:
    """Every prediction with its permanent id, and the outcomes that arrive later.

    Parameters
    ----------
    database : Database
    policy : CapturePolicy, default=None
        What of each answer is written, unless its project has a policy of its own; all
        of it when None.
    folder : Path, default=None
        Of the counts of queued answers; without one no answer is queued.

    Attributes
    ----------
    policies : CapturePolicies
    losses : CaptureLosses
        What killed processes had answered and not captured yet.
    """

    def __init__(
        self,
        database: Database,
        policy: CapturePolicy | None = None,
        folder: Path | None = None,
    ) -> None:
        self.database = database
        self.policies = CapturePolicies(database, policy or CapturePolicy())
        self.losses = CaptureLosses(database, folder)
        self._gauge = SizeGauge(database.url)
        self._queue = None if folder is None else CaptureQueue(self._store, folder)

    @classmethod
    def of(cls, settings: Settings, database: Database) -> Self:
        """Return the log that the settings describe.

        Raises
        ------
        ServingError
            Columns are to be hashed without a key.
        """
        return cls(database, CapturePolicy.of(settings), settings.home / "capture")

    @property
    def is_paused(self) -> bool:
        """Whether some project's answers are not kept now; see `pauses`."""
        return any(map(self._gauge.is_over, self.policies.limits()))

    def pauses(self, project: str) -> bool:
        """Whether nothing is kept now, because the database has grown too large."""
        return self._gauge.is_over(self.policies.of(project).most_mb)

    def append(
        self,
        project: str,
        version: int,
        records: Rows,
        answers: Sequence[Answer],
        **facts: Unpack[CallFacts],
    ) -> list[str]:
        """Keep the rows of one call; all of them are on disk when this returns.

        The parameters are those of `draw_up`.

        Returns
        -------
        list of n_rows str
            Permanent ids, in the order of the rows; they sort by time.

        Raises
        ------
        StorageError
            The database did not take them; then nothing was kept.
        """
        rows = draw_up(project, version, records, answers, **facts)
        self.write(rows)
        return [row["id"] for row in rows]

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep rows that were drawn up, all in one transaction, as the policy says.

        Raises
        ------
        StorageError
            The database did not take them; then none was kept.
        """
        kept = self._kept(rows)
        if kept:
            self._store(kept)

    def write_now(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Keep rows as `write` does, unless somebody else is writing.

        Returns
        -------
        bool
            False when they were not kept; then ask `write`, which waits its turn.
        """
        lane = self.database.quick
        if lane is None:
            return False
        kept = self._kept(rows)
        return not kept or lane.insert(predictions, kept)

    def take(self, project: str, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Take the rows of one call to be kept within half a second, as `write` does.

        Returns
        -------
        bool
            False unless answers are queued and there is room; then ask `write`.
        """
        if self._queue is None or not self.policies.of(project).is_queued:
            return False
        kept = self._kept(rows)
        return not kept or self._queue.take(project, kept)

    def close(self) -> None:
        """Keep what waits to be kept; from now on `take` takes nothing."""
        if self._queue is not None:
            self._queue.close()

    def _kept(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        kept: list[Mapping[str, Any]] = []
        for project, given in groupby(rows, key=itemgetter("project_id")):
            if not self.pauses(project):
                kept += self.policies.of(project).kept(list(given))
        return kept

    def _store(self, kept: Sequence[Mapping[str, Any]]) -> None:
        with self.database.begin() as connection:
            connection.execute(insert(predictions), kept)

    def delete_before(self, moment: datetime) -> int:
        """Delete predictions older than a moment; see `delete_before` of retention."""
        return delete_before(self.database, moment)

    def delete_old(self) -> int:
        """Delete predictions that are older than their projects keep them."""
        own = self.policies.own()
        n_gone, moment = 0, now()
        for project, policy in own.items():
            if policy.days is not None:
                before = moment - timedelta(days=policy.days)
                of_project = predictions.c.project_id == project
                n_gone += delete_before(self.database, before, of_project)
        if self.policies.default.days is not None:
            before = moment - timedelta(days=self.policies.default.days)
            others = predictions.c.project_id.not_in(list(own))
            n_gone += delete_before(self.database, before, others)
        return n_gone

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

    def read_ids(self, project: str, ids: Sequence[str]) -> CapturedPredictions:
        """Read the captured predictions of these ids, oldest first."""
        with self.database.connect() as connection:
            return read_captured(connection, Filter(project, ids=ids))

    def count_outcomes(
        self, project: str, after: datetime | None = None
    ) -> tuple[int, list[str]]:
        """Count the outcomes known of predictions later than an (aware) moment.

        Returns
        -------
        tuple of int and list of str
            Their number, and the ids of those of that very moment, not counted.
        """
        p, o = predictions.c, outcomes.c
        known = (o.project_id == project) & o.superseded.is_(False)
        joined = outcomes.join(predictions, o.prediction_id == p.id)
        later = known if after is None else known & (p.at > after)
        query = select(func.count()).select_from(joined)
        same = select(p.id).select_from(joined).where(known, p.at == after)
        with self.database.connect() as connection:
            n_later = connection.scalar(query.where(later)) or 0
            ids = [] if after is None else list(connection.execute(same).scalars())
        return n_later, ids

    def count(self, project: str) -> int:
        """Return the number of predictions captured for the project."""
        with self.database.connect() as connection:
            counted = select(func.count()).where(predictions.c.project_id == project)
            return connection.scalar(counted) or 0
