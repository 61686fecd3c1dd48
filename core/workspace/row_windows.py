"""Windows of n rows: where they are cut, and which of them hold more than was kept.

Captured rows stand in one order, by moment and within a moment by a hash of the id
(`core.retraining.mix.places_in_order`). A window closes when its n-th row has arrived;
the place of that row is its *cut*, written once, and the next window begins behind it.
So windows are cut alike by any worker and in whichever order rows were written, and no
two can follow the same cut: the database's index refuses the second.

**Clocks that jump.** A row that arrives later but stands before a cut moves no cut:
it belongs to the closed window in whose stretch it stands (to the first, if before
all), which then has n + 1 rows and is summarised again, as a period is; the open window
does not count it. A row whose moment has not come yet is not counted until it has. A
cut more than an hour ahead of the clock was made by a wrong one: that window and those
behind it were never full, and are forgotten and cut anew.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Row, delete, func, select

from core.retraining.mix import places_in_order
from core.serving.calls import hour_of
from core.storage.tables import outcomes, predictions, windows
from core.storage.types import now
from core.workspace.window_due import Due, Track, heads_of, is_of, of_version

AHEAD: Final = timedelta(hours=1)
"""A cut further ahead of the clock than this was made by a wrong clock."""
FIRST: Final = ""
"""The place before all others."""
_STEP: Final = timedelta(microseconds=1)

Kept = Sequence[Row[Any]]


def chain_of(connection: Connection, track: Track) -> Kept:
    """Return the heads of a track's windows of n rows, earliest first."""
    c = windows.c
    query = heads_of(track).add_columns(c.end, c.after, c.cut)
    return connection.execute(query.order_by(c.start)).all()


def forget_ahead(connection: Connection, track: Track) -> int:
    """Delete windows that a clock far ahead has cut; return how many."""
    c = windows.c
    wrong = select(func.min(c.start)).where(*is_of(track), c.end > now() + AHEAD)
    first = connection.scalar(wrong)
    if first is None:
        return 0
    gone = delete(windows).where(*is_of(track), c.start >= first)
    return int(connection.execute(gone).rowcount)


def n_open(connection: Connection, track: Track) -> int:
    """Return how many rows stand behind the last cut and have had their moment."""
    kept = chain_of(connection, track)
    query = select(func.count()).select_from(predictions).where(*of_version(track))
    query = query.where(predictions.c.at <= now())
    if not kept:
        return int(connection.scalar(query) or 0)
    cut = str(kept[-1].cut)
    later = int(connection.scalar(query.where(predictions.c.at > moment_of(cut))) or 0)
    beside = _tie(connection, track, moment_of(cut))
    return later + sum(place > cut for place in beside)


def moved_windows(connection: Connection, track: Track, kept: Kept) -> Iterator[Due]:
    """Go through closed windows whose rows or outcomes have become more."""
    late = _late(connection, track, kept)
    counts = _counts(connection, track, kept)
    for place, (row, n_rows) in enumerate(zip(kept, counts, strict=True)):
        if n_rows > row.n_rows or not row.revision or place in late:
            label = label_of(place, row.start, row.end)
            held = max(n_rows, row.n_rows)
            ends = (label, row.start, row.end)
            yield Due(*ends, held, row.revision, after=row.after, cut=row.cut)


def new_windows(connection: Connection, track: Track, kept: Kept) -> Iterator[Due]:
    """Cut the rows behind the last window: those that make whole windows."""
    n = track.period
    after, before = (kept[-1].cut, kept[-1].start) if kept else (FIRST, None)
    beside = _tie(connection, track, moment_of(after)) if kept else []
    n_before = sum(place <= after for place in beside)
    p = predictions.c
    of_tail = [*of_version(track), p.at <= now()]
    if kept:
        of_tail.append(p.at >= moment_of(after))
    place = func.row_number().over(order_by=p.at).label("place")
    rank = func.rank().over(order_by=p.at).label("rank")
    tail = select(p.at, place, rank).where(*of_tail).subquery()
    t = tail.c
    ends = select(t.at, t.place, t.rank).where(t.place > n_before)
    ends = ends.where((t.place - n_before) % n <= 1).order_by(t.place)
    found = connection.execute(ends).all()
    for number, (first, last) in enumerate(zip(found[::2], found[1::2], strict=False)):
        within = _tie(connection, track, last.at)
        cut = within[last.place - last.rank]
        # Windows within one moment still begin one after the other: it is their key.
        start = first.at if before is None else max(first.at, before + _STEP)
        label = label_of(len(kept) + number, start, last.at)
        yield Due(label, start, last.at, int(n), 0, after=after, cut=cut)
        after, before = cut, start


def ids_of(connection: Connection, track: Track, due: Due) -> list[str]:
    """Return the ids of a window's rows, in their order."""
    since = moment_of(due.after) if due.after else None
    until = moment_of(due.cut or FIRST)
    places = _places(connection, track, since, until)
    after, cut = due.after or FIRST, due.cut or FIRST
    return [str(id_) for place, id_ in places if after < place <= cut]


def moment_of(place: str) -> datetime:
    """Return the moment of a place in the order.

    Examples
    --------
    >>> moment_of("2026-03-02T09:00:00.000000|4fa1b2c3d4e5").isoformat()
    '2026-03-02T09:00:00+00:00'
    """
    return datetime.fromisoformat(place.partition("|")[0]).replace(tzinfo=UTC)


def hours_of(due: Due) -> tuple[datetime, datetime]:
    """Return where the whole hours that ended in a window's stretch begin and end.

    Calls are counted by the hour, and each hour counts for one window alone. Where
    several windows close within one hour, the first of them has the hour before.

    Examples
    --------
    >>> ends = datetime(2026, 3, 2, 9, 20), datetime(2026, 3, 2, 11, 5)
    >>> since, until = hours_of(Due("1", *ends, 50, 0, after="", cut="..."))
    >>> since.hour, until.hour
    (9, 11)
    """
    since = moment_of(due.after) if due.after else due.start
    return hour_of(since), hour_of(due.end)


def label_of(number: int, start: datetime, end: datetime) -> str:
    """Return a window's name: its number, its first and its last moment.

    Examples
    --------
    >>> label_of(0, datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 17, 30))
    '1 · 2026-03-02 09:00 to 17:30'
    """
    style = "%H:%M" if start.date() == end.date() else "%Y-%m-%d %H:%M"
    return f"{number + 1} · {start:%Y-%m-%d %H:%M} to {end.strftime(style)}"


def _places(
    connection: Connection, track: Track, since: datetime | None, until: datetime
) -> list[tuple[str, str]]:
    """Return place and id of rows of a stretch, both ends within, in their order."""
    p = predictions.c
    query = select(p.id, p.at).where(*of_version(track), p.at <= until)
    if since is not None:
        query = query.where(p.at >= since)
    rows = connection.execute(query).all()
    if not rows:
        return []
    meta = pd.DataFrame([tuple(row) for row in rows], columns=["id", "at"])
    return sorted(zip(places_in_order(meta), meta["id"], strict=True))


def _tie(connection: Connection, track: Track, at: datetime) -> list[str]:
    """Return the places of all rows of one moment, in their order."""
    return [place for place, _ in _places(connection, track, at, at)]


def _counts(connection: Connection, track: Track, kept: Kept) -> list[int]:
    """Count the rows of each window; nothing but the sum where that has not moved."""
    held = [row.n_rows for row in kept]
    if not kept:
        return held
    ties = {
        row.cut: sum(p <= row.cut for p in _tie(connection, track, moment_of(row.cut)))
        for row in kept[-1:]
    }

    def before(at: datetime, since: datetime | None) -> int:
        p = predictions.c
        query = select(func.count()).select_from(predictions)
        query = query.where(*of_version(track), p.at < at)
        if since is not None:
            query = query.where(p.at >= since)
        return connection.scalar(query) or 0

    last = kept[-1].cut
    if before(moment_of(last), None) + ties[last] == sum(held):
        return held
    for row in kept[:-1]:
        within = _tie(connection, track, moment_of(row.cut))
        ties[row.cut] = sum(place <= row.cut for place in within)
    first = kept[0].cut
    counts = [before(moment_of(first), None) + ties[first]]
    for old, new in pairwise(row.cut for row in kept):
        between = before(moment_of(new), moment_of(old))
        counts.append(between + ties[new] - ties[old])
    return counts


def _late(connection: Connection, track: Track, kept: Kept) -> set[int]:
    """Find the places of windows that outcomes have reached since."""
    seen = min((row.outcome_mark for row in kept), default=None)
    if seen is None:
        return set()
    o, p = outcomes.c, predictions.c
    query = (
        select(p.id, p.at, o.id.label("outcome"))
        .join(predictions, o.prediction_id == p.id)
        .where(o.project_id == track.project_id, o.id > seen)
        .where(p.version == track.number)
    )
    rows = connection.execute(query).all()
    if not rows:
        return set()
    meta = pd.DataFrame([tuple(r) for r in rows], columns=["id", "at", "outcome"])
    late, cuts = set(), [row.cut for row in kept]
    for place, outcome in zip(places_in_order(meta), meta["outcome"], strict=True):
        at = bisect_left(cuts, place)
        if at < len(kept) and outcome > kept[at].outcome_mark:
            late.add(at)
    return late
