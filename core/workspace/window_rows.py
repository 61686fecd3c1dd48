"""Summaries of windows in the database: found, claimed, written, each by one worker."""

import json
import secrets
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Text, cast, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.monitoring import Period
from core.monitoring.windows import window_of
from core.storage import Database
from core.storage.tables import outcomes, predictions, windows
from core.storage.types import now

CLAIM_LASTS: Final = timedelta(minutes=10)
"""A window whose worker has not finished by then is taken up by another."""


@dataclass(frozen=True)
class Track:
    """One version's windows of one length."""

    project_id: str
    number: int
    period: Period


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
    """

    label: str
    start: datetime
    end: datetime
    n_rows: int
    revision: int


class WindowRows:
    """The table of windows.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, track: Track) -> tuple[tuple[Due, ...], int]:
        """Return what must be summarised, and the newest outcome that was seen.

        Counts alone are read, from an index: a million rows cost a fraction of a
        second, and nothing at all when their number has not changed.
        """
        with self._database.connect() as connection:
            kept = {row.start: row for row in connection.execute(_heads(track))}
            mark = _newest_outcome(connection, track.project_id)
            late = _late(connection, track, kept)
            found = list(
                _walk(connection, track, _changed_since(connection, track, kept))
            )
        known = {each.start for each in found}
        found += [Due(*_ends(track, at), 0, 0) for at in late if at not in known]
        due = []
        for each in found:
            row = kept.pop(each.start, None)
            n_rows = each.n_rows or (row.n_rows if row else 0)
            moved = row is None or row.n_rows < n_rows or not row.revision
            if moved or each.start in late:
                revision = row.revision if row else 0
                due.append(Due(each.label, each.start, each.end, n_rows, revision))
        return tuple(due), mark

    def claim(self, track: Track, due: Due) -> str | None:
        """Take a window for this worker; None when another has it or has done it."""
        token, moment = secrets.token_hex(8), now()
        key = _key(track) | {"start": due.start}
        if not due.revision:
            fresh = key | {
                "end": due.end,
                "claim": token,
                "claimed_at": moment,
                "summary": {},
                "detail": {},
            }
            # Where it is there already, it is finished, at work, or left behind.
            with suppress(IntegrityError), self._database.begin() as connection:
                connection.execute(insert(windows).values(**fresh))
                return token
        free = windows.c.claim.is_(None) | (windows.c.claimed_at < moment - CLAIM_LASTS)
        taken = (
            update(windows)
            .where(*_is(track), windows.c.start == due.start)
            .where(windows.c.revision == due.revision, free)
            .values(claim=token, claimed_at=moment)
        )
        with self._database.begin() as connection:
            return token if connection.execute(taken).rowcount else None

    def save(
        self, track: Track, start: datetime, token: str, values: dict[str, Any]
    ) -> bool:
        """Write a summary if the claim still holds; tell whether it did."""
        written = (
            update(windows)
            .where(*_is(track), windows.c.start == start, windows.c.claim == token)
            .values(claim=None, revision=windows.c.revision + 1, **values)
        )
        with self._database.begin() as connection:
            return bool(connection.execute(written).rowcount)

    def let_go(self, track: Track, start: datetime, token: str) -> None:
        """Give a claim back without a summary."""
        with self._database.begin() as connection:
            connection.execute(
                update(windows)
                .where(*_is(track), windows.c.start == start, windows.c.claim == token)
                .values(claim=None)
            )

    def checked(self, track: Track, mark: int, but: Sequence[datetime]) -> None:
        """Note that outcomes up to `mark` are in every window except these."""
        with self._database.begin() as connection:
            connection.execute(
                update(windows)
                .where(*_is(track), windows.c.outcome_mark < mark)
                .where(windows.c.start.not_in(but))
                .values(outcome_mark=mark)
            )

    def open_again(self, project_id: str, number: int, since: datetime) -> None:
        """Let windows that end after a moment be summarised once more."""
        c = windows.c
        later = (c.project_id == project_id, c.version == number, c.end > since)
        with self._database.begin() as connection:
            connection.execute(update(windows).where(*later).values(n_rows=0))

    def summaries(self, track: Track, limit: int) -> list[dict[str, Any]]:
        """Return what is kept of the newest windows but details, earliest first."""
        query = (
            select(cast(windows.c.summary, Text))
            .where(*_is(track), windows.c.revision > 0)
            .order_by(windows.c.start.desc())
        )
        with self._database.connect() as connection:
            texts = connection.scalars(query.limit(limit)).all()[::-1]
        return list(json.loads(f"[{','.join(texts)}]"))

    def starts(self, track: Track) -> list[datetime]:
        """Return when each summarised window begins, earliest first."""
        query = select(windows.c.start).where(*_is(track), windows.c.revision > 0)
        with self._database.connect() as connection:
            return list(connection.scalars(query.order_by(windows.c.start)))

    def stamp(self, track: Track) -> int:
        """Return how often windows of this track were summarised, all together."""
        query = select(func.sum(windows.c.revision)).where(*_is(track))
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def detail(self, track: Track, start: datetime) -> dict[str, Any] | None:
        """Return the details of one window, or None."""
        query = select(windows.c.detail).where(
            *_is(track), windows.c.start == start, windows.c.revision > 0
        )
        with self._database.connect() as connection:
            return connection.scalar(query)

    def n_labels(self, project_id: str, number: int) -> int | None:
        """Return the outcomes known of a version; None where windows lag behind."""
        c = windows.c
        query = (
            select(func.sum(c.n_labels), func.sum(c.n_rows), func.min(c.outcome_mark))
            .where(c.project_id == project_id, c.version == number, c.revision > 0)
            .group_by(c.period)
        )
        with self._database.connect() as connection:
            newest = _newest_outcome(connection, project_id)
            for n_labels, _, mark in connection.execute(query):
                if mark >= newest:
                    return int(n_labels)
        return None


def _key(track: Track) -> dict[str, Any]:
    number = {"version": track.number, "period": track.period}
    return {"project_id": track.project_id, **number}


def _is(track: Track) -> list[Any]:
    return [windows.c[name] == value for name, value in _key(track).items()]


def _heads(track: Track) -> Any:
    c = windows.c
    return select(c.start, c.n_rows, c.revision, c.outcome_mark).where(*_is(track))


def _of_version(track: Track) -> list[Any]:
    return [
        predictions.c.project_id == track.project_id,
        predictions.c.version == track.number,
    ]


def _n_rows(
    connection: Connection, track: Track, before: datetime | None = None
) -> int:
    query = select(func.count()).select_from(predictions).where(*_of_version(track))
    if before is not None:
        query = query.where(predictions.c.at < before)
    return connection.scalar(query) or 0


def _newest_outcome(connection: Connection, project_id: str) -> int:
    newest = select(func.max(outcomes.c.id)).where(outcomes.c.project_id == project_id)
    return connection.scalar(newest) or 0


def _late(connection: Connection, track: Track, kept: dict[datetime, Any]) -> set[Any]:
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


def _ends(track: Track, at: datetime) -> tuple[str, datetime, datetime]:
    window = window_of(at, track.period)
    return window.label, window.start.to_pydatetime(), window.end.to_pydatetime()


def _changed_since(
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


def _walk(
    connection: Connection, track: Track, since: datetime | None
) -> Iterator[Due]:
    """Go from window to window that holds rows, counting each from the index."""
    if since is None:
        return
    p = predictions.c
    first = select(func.min(p.at)).where(*_of_version(track))
    at = connection.scalar(first.where(p.at >= since))
    while at is not None:
        label, start, end = _ends(track, at)
        within = (*_of_version(track), p.at >= start, p.at < end)
        n_rows = connection.scalar(
            select(func.count()).select_from(predictions).where(*within)
        )
        yield Due(label, start, end, n_rows or 0, 0)
        at = connection.scalar(first.where(p.at >= end))
