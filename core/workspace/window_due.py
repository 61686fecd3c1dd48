"""Which windows hold more than was summarised: asked of indexes, by counts alone."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from core.monitoring import Period, WindowBy
from core.monitoring.windows import window_of
from core.storage.tables import calls, outcomes, predictions, windows


@dataclass(frozen=True)
class Track:
    """One version's windows of one length."""

    project_id: str
    number: int
    period: WindowBy

    @property
    def by(self) -> str:
        """The period as the table of windows names it."""
        return f"{self.period}rows" if isinstance(self.period, int) else self.period

    @property
    def calendar(self) -> Period:
        """The period, of a track that goes by one."""
        assert not isinstance(self.period, int)  # noqa: S101 - for the type checker
        return self.period


@dataclass(frozen=True)
class Due:
    """A window that holds other rows or outcomes than when it was summarised.

    Attributes
    ----------
    label : str
    start, end : datetime
    n_rows : int
        Rows that it holds now.
    revision : int
        How often it was summarised so far.
    n_calls : int
        Calls that were counted in it.
    after, cut : str or None
        Of a window of n rows, the places of the last row before it and of its own
        last row; see `core.workspace.row_windows`.
    """

    label: str
    start: datetime
    end: datetime
    n_rows: int
    revision: int
    n_calls: int = 0
    after: str | None = None
    cut: str | None = None


def key_of(track: Track) -> dict[str, Any]:
    """Return the columns of the key that a track fixes."""
    number = {"version": track.number, "period": track.by}
    return {"project_id": track.project_id, **number}


def is_of(track: Track) -> list[Any]:
    """Return the conditions that a window is of a track."""
    return [windows.c[name] == value for name, value in key_of(track).items()]


def heads_of(track: Track) -> Any:
    """Ask for what windows say of their own rows, outcomes and calls."""
    c = windows.c
    return select(c.start, c.n_rows, c.revision, c.outcome_mark, c.n_calls).where(
        *is_of(track)
    )


def of_version(track: Track) -> list[Any]:
    """Return the conditions that a prediction is of a track's version."""
    return [
        predictions.c.project_id == track.project_id,
        predictions.c.version == track.number,
    ]


def _n_rows(
    connection: Connection, track: Track, before: datetime | None = None
) -> int:
    query = select(func.count()).select_from(predictions).where(*of_version(track))
    if before is not None:
        query = query.where(predictions.c.at < before)
    return connection.scalar(query) or 0


def newest_outcome(connection: Connection, project_id: str) -> int:
    """Return the number of the newest outcome; 0 without any."""
    newest = select(func.max(outcomes.c.id)).where(outcomes.c.project_id == project_id)
    return connection.scalar(newest) or 0


def late_windows(
    connection: Connection, track: Track, kept: dict[datetime, Any]
) -> set[Any]:
    """Find the windows that outcomes have reached since they were summarised."""
    seen = min((row.outcome_mark for row in kept.values()), default=None)
    if seen is None:
        return set()
    query = (
        select(predictions.c.at, outcomes.c.id)
        .join(predictions, outcomes.c.prediction_id == predictions.c.id)
        .where(outcomes.c.project_id == track.project_id, outcomes.c.id > seen)
        .where(predictions.c.version == track.number)
    )
    late, starts = set(), sorted(kept)
    for at, outcome in connection.execute(query):
        place = bisect_right(starts, at) - 1
        if place >= 0 and outcome > kept[starts[place]].outcome_mark:
            late.add(starts[place])
    return late


def calls_by_window(
    connection: Connection, track: Track, kept: dict[datetime, Any]
) -> dict[datetime, int]:
    """Count calls by window, in the newest two that are kept and later ones."""
    c = calls.c
    query = select(c.hour, func.sum(c.n)).group_by(c.hour)
    query = query.where(c.project_id == track.project_id, c.version == track.number)
    if kept:
        query = query.where(c.hour >= sorted(kept)[-2:][0])
    found: dict[datetime, int] = {}
    for hour, n in connection.execute(query):
        start = ends_of(track, hour)[1]
        found[start] = found.get(start, 0) + n
    return found


def ends_of(track: Track, at: datetime) -> tuple[str, datetime, datetime]:
    """Return label, start and end of the window that a moment lies in."""
    window = window_of(at, track.calendar)
    return window.label, window.start.to_pydatetime(), window.end.to_pydatetime()


def changed_since(
    connection: Connection, track: Track, kept: dict[datetime, Any]
) -> datetime | None:
    """Return where rows may have come since; None where nothing has.

    Most often they came to the newest window or after it: then the earlier ones,
    which may be thousands of hours, are counted all at once.
    """
    if not kept or not all(row.revision for row in kept.values()):
        return datetime.min.replace(tzinfo=UTC)
    newest = max(kept)
    held = sum(row.n_rows for row in kept.values())
    if _n_rows(connection, track) == held:
        return None
    earlier = held - kept[newest].n_rows
    if _n_rows(connection, track, before=newest) == earlier:
        return newest
    return datetime.min.replace(tzinfo=UTC)


def walk(connection: Connection, track: Track, since: datetime | None) -> Iterator[Due]:
    """Go from window to window that holds rows, counting each from the index."""
    if since is None:
        return
    p = predictions.c
    first = select(func.min(p.at)).where(*of_version(track))
    at = connection.scalar(first.where(p.at >= since))
    while at is not None:
        label, start, end = ends_of(track, at)
        within = (*of_version(track), p.at >= start, p.at < end)
        n_rows = connection.scalar(
            select(func.count()).select_from(predictions).where(*within)
        )
        yield Due(label, start, end, n_rows or 0, 0)
        at = connection.scalar(first.where(p.at >= end))
