"""What killed workers had answered and not captured yet: found, noted, told once."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from core.errors import StorageError
from core.serving.tally import Loss, left_behind
from core.storage import Database
from core.storage.tables import capture_losses
from core.storage.types import now
from core.wording import counted

_log = logging.getLogger("rondo.api")
LOOK_S: Final = 2.0
"""Workers look so often for counts of others that have ended."""


class CaptureLosses:
    """The losses of all projects, from the counts that ended workers left behind.

    Parameters
    ----------
    database : Database
    folder : Path or None
        Of the workers' counts; without one only what is noted already is known.
    """

    def __init__(self, database: Database, folder: Path | None) -> None:
        self._database = database
        self._folder = folder

    def look(self) -> int:
        """Note what ended workers have lost, once for all processes; return how many.

        Raises
        ------
        StorageError
            A loss could not be noted; it is found again at the next look.
        """
        n_noted = 0
        for path, loss in left_behind(self._folder) if self._folder else ():
            if self._note(loss):
                n_noted += 1
                _log.warning("%s: %s", loss.project, said(loss))
            path.unlink(missing_ok=True)
        return n_noted

    def of(self, project: str, since: datetime | None = None) -> Sequence[Loss]:
        """Return what a project has lost, newest first.

        Parameters
        ----------
        project : str
        since : datetime or None
            Aware; only what was answered later.
        """
        self.look()
        c = capture_losses.c
        query = (
            select(c.id, c.project_id, c.most, c.since, c.until)
            .where(c.project_id == project)
            .order_by(c.until.desc(), c.id)
        )
        if since is not None:
            query = query.where(c.until >= since)
        with self._database.connect() as connection:
            return [Loss(*row) for row in connection.execute(query)]

    def watch(self, ending: threading.Event) -> None:
        """Look again and again until `ending` is set; for a thread of its own."""
        while True:
            try:
                self.look()
            except (StorageError, OSError) as error:
                _log.warning("Losses were not noted yet: %s", error)
            if ending.wait(LOOK_S):
                return

    def _note(self, loss: Loss) -> bool:
        values = {
            "id": loss.id,
            "project_id": loss.project,
            "most": loss.most,
            "since": loss.since,
            "until": loss.until,
            "noted_at": now(),
        }
        try:
            with self._database.begin() as connection:
                connection.execute(insert(capture_losses).values(**values))
        except IntegrityError:  # another process was the first
            return False
        return True


def said(loss: Loss) -> str:
    """Say a loss in a sentence.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    >>> said(Loss("0", "churn", 12, at, at.replace(microsecond=400_000)))
    'At most 12 predictions between 2026-03-02 09:30:00.000 and 09:30:00.400 UTC were \
answered and not captured.'
    """
    many = counted("prediction", loss.most)
    since, until = _moment(loss.since), _moment(loss.until)
    if loss.since.date() == loss.until.date():
        until = until.partition(" ")[2]
    verb = "was" if loss.most == 1 else "were"
    return (
        f"At most {many} between {since} and {until} UTC {verb} answered and "
        "not captured."
    )


def _moment(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="milliseconds")[:23]
