"""Summaries of windows in the database: found, claimed, written, each by one worker."""

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Text, cast, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.monitoring import PERIODS
from core.storage import Database
from core.storage.tables import windows
from core.storage.types import now
from core.workspace.row_windows import (
    chain_of,
    forget_ahead,
    ids_of,
    moved_windows,
    n_open,
    new_windows,
)
from core.workspace.window_due import (
    Due,
    Track,
    calls_by_window,
    changed_since,
    ends_of,
    heads_of,
    is_of,
    key_of,
    late_windows,
    newest_outcome,
    walk,
)

__all__ = ["CLAIM_LASTS", "Due", "Track", "WindowRows"]

CLAIM_LASTS: Final = timedelta(minutes=10)
"""A window whose worker has not finished by then is taken up by another."""


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
        second, and nothing at all when their number has not changed. A window in
        which every call was refused holds no row, and is due all the same. Windows of
        n rows are due once they are full; see `core.workspace.row_windows`.
        """
        if isinstance(track.period, int):
            return self._due_by_rows(track)
        with self._database.connect() as connection:
            kept = {row.start: row for row in connection.execute(heads_of(track))}
            mark = newest_outcome(connection, track.project_id)
            late = late_windows(connection, track, kept)
            asked = calls_by_window(connection, track, kept)
            found = list(
                walk(connection, track, changed_since(connection, track, kept))
            )
        known = {each.start for each in found}
        others = sorted((late | asked.keys()) - known)
        found += [Due(*ends_of(track, at), 0, 0) for at in others]
        due = []
        for each in found:
            row = kept.pop(each.start, None)
            n_rows = each.n_rows or (row.n_rows if row else 0)
            n_calls = asked.get(each.start, row.n_calls if row else 0)
            moved = row is None or row.n_rows < n_rows or not row.revision
            more = row is not None and n_calls > row.n_calls
            if moved or more or each.start in late:
                revision = row.revision if row else 0
                due.append(
                    replace(each, n_rows=n_rows, revision=revision, n_calls=n_calls)
                )
        return tuple(due), mark

    def _due_by_rows(self, track: Track) -> tuple[tuple[Due, ...], int]:
        with self._database.connect() as connection:
            mark = newest_outcome(connection, track.project_id)
            kept = chain_of(connection, track)
            moved = moved_windows(connection, track, kept)
            return (*moved, *new_windows(connection, track, kept)), mark

    def is_cut(self, track: Track, cut: str) -> bool:
        """Tell whether a window of n rows ends at this place."""
        query = select(windows.c.cut).where(*is_of(track), windows.c.cut == cut)
        with self._database.connect() as connection:
            return connection.execute(query).first() is not None

    def n_open(self, track: Track) -> int:
        """Return how many rows wait for a window of n rows to close."""
        with self._database.connect() as connection:
            return n_open(connection, track)

    def ids(self, track: Track, due: Due) -> list[str]:
        """Return the ids of the rows of a window of n rows, in their order."""
        with self._database.connect() as connection:
            return ids_of(connection, track, due)

    def forget_ahead(self, track: Track) -> int:
        """Forget windows of n rows that a wrong clock has cut; return how many."""
        if not isinstance(track.period, int):
            return 0
        with self._database.begin() as connection:
            return forget_ahead(connection, track)

    def claim(self, track: Track, due: Due) -> str | None:
        """Take a window for this worker; None when another has it or has done it."""
        token, moment = secrets.token_hex(8), now()
        key = key_of(track) | {"start": due.start}
        if not due.revision:
            fresh = key | {
                "end": due.end,
                "after": due.after,
                "cut": due.cut,
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
            .where(*is_of(track), windows.c.start == due.start)
            .where(windows.c.revision == due.revision, free)
            .where(windows.c.cut.is_not_distinct_from(due.cut))
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
            .where(*is_of(track), windows.c.start == start, windows.c.claim == token)
            .values(claim=None, revision=windows.c.revision + 1, **values)
        )
        with self._database.begin() as connection:
            return bool(connection.execute(written).rowcount)

    def let_go(self, track: Track, start: datetime, token: str) -> None:
        """Give a claim back without a summary."""
        with self._database.begin() as connection:
            connection.execute(
                update(windows)
                .where(
                    *is_of(track), windows.c.start == start, windows.c.claim == token
                )
                .values(claim=None)
            )

    def checked(self, track: Track, mark: int, but: Sequence[datetime]) -> None:
        """Note that outcomes up to `mark` are in every window except these."""
        with self._database.begin() as connection:
            connection.execute(
                update(windows)
                .where(*is_of(track), windows.c.outcome_mark < mark)
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
            .where(*is_of(track), windows.c.revision > 0)
            .order_by(windows.c.start.desc())
        )
        with self._database.connect() as connection:
            texts = connection.scalars(query.limit(limit)).all()[::-1]
        return list(json.loads(f"[{','.join(texts)}]"))

    def starts(self, track: Track) -> list[datetime]:
        """Return when each summarised window begins, earliest first."""
        query = select(windows.c.start).where(*is_of(track), windows.c.revision > 0)
        with self._database.connect() as connection:
            return list(connection.scalars(query.order_by(windows.c.start)))

    def stamp(self, track: Track) -> int:
        """Return how often windows of this track were summarised, all together."""
        query = select(func.sum(windows.c.revision)).where(*is_of(track))
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def detail(self, track: Track, start: datetime) -> dict[str, Any] | None:
        """Return the details of one window, or None."""
        query = select(windows.c.detail).where(
            *is_of(track), windows.c.start == start, windows.c.revision > 0
        )
        with self._database.connect() as connection:
            return connection.scalar(query)

    def n_labels(self, project_id: str, number: int) -> int | None:
        """Return the outcomes known of a version; None where windows lag behind."""
        c = windows.c
        query = (
            select(func.sum(c.n_labels), func.sum(c.n_rows), func.min(c.outcome_mark))
            .where(c.project_id == project_id, c.version == number, c.revision > 0)
            .where(c.period.in_(PERIODS))  # the open window of n rows is not kept
            .group_by(c.period)
        )
        with self._database.connect() as connection:
            newest = newest_outcome(connection, project_id)
            for n_labels, _, mark in connection.execute(query):
                if mark >= newest:
                    return int(n_labels)
        return None
