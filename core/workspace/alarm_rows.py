"""Alarms and notices in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from core.monitoring.alarm import Alarm, AlarmText
from core.storage.tables import alarms, notices, windows
from core.storage.types import now
from core.workspace.store import new_id
from core.workspace.window_rows import Track

OPEN_STATES = ("open", "acknowledged", "muted")


def read_alarms(
    connection: Connection, project_id: str, *, only_open: bool = False, limit: int = 50
) -> list[Alarm]:
    """Return a project's alarms, newest first."""
    query = select(alarms).where(alarms.c.project_id == project_id)
    if only_open:
        query = query.where(alarms.c.state.in_(OPEN_STATES))
    found = connection.execute(query.order_by(alarms.c.opened_at.desc()).limit(limit))
    return [alarm_of(row) for row in found]


def alarm_of(row: Any) -> Alarm:
    """Return a row as a record; what was muted until now is open again."""
    values = dict(row._mapping)
    values.pop("open_key")
    until = values["muted_until"]
    if values["state"] == "muted" and until is not None and until <= now():
        values["state"] = "open"
    return Alarm(**values | {"text": AlarmText.from_dict(values.pop("payload"))})


def find_open(connection: Connection, track: Track, rule_id: str) -> Alarm | None:
    """Return the rule's alarm that is not resolved, or None."""
    query = select(alarms).where(alarms.c.open_key == open_key(track, rule_id))
    row = connection.execute(query).one_or_none()
    return None if row is None else alarm_of(row)


def open_key(track: Track, rule_id: str) -> str:
    """Return what makes an unresolved alarm the only one of its kind."""
    return f"{track.project_id}/{track.number}/{rule_id}"


def was_told(
    connection: Connection, track: Track, rule_id: str, window: datetime
) -> bool:
    """Tell whether the rule has alarmed for this window or a later one before."""
    query = (
        select(alarms.c.id)
        .where(alarms.c.project_id == track.project_id)
        .where(alarms.c.version == track.number, alarms.c.rule_id == rule_id)
        .where(alarms.c.last_window >= window)
    )
    return connection.execute(query.limit(1)).first() is not None


def add_alarm(
    connection: Connection,
    track: Track,
    rule_id: str,
    severity: str,
    ends: tuple[datetime, datetime],
    text: AlarmText,
) -> str:
    """Write a new alarm and return its id; `ends` are its first and newest window."""
    alarm_id, moment = new_id("alarm"), now()
    connection.execute(
        insert(alarms).values(
            id=alarm_id,
            project_id=track.project_id,
            version=track.number,
            rule_id=rule_id,
            open_key=open_key(track, rule_id),
            state="open",
            severity=severity,
            since=ends[0],
            last_window=ends[1],
            opened_at=moment,
            changed_at=moment,
            payload=text.to_dict(),
        )
    )
    return alarm_id


def change_alarm(connection: Connection, alarm_id: str, **values: Any) -> None:
    """Write what has changed of an alarm."""
    if values.get("state") == "resolved":
        values["open_key"] = None
    connection.execute(
        update(alarms).where(alarms.c.id == alarm_id).values(changed_at=now(), **values)
    )


def add_notices(
    connection: Connection, alarm_id: str, event: str, channels: tuple[str, ...]
) -> None:
    """Note what is to be told outside, unless it has been noted before."""
    known = connection.scalars(
        select(notices.c.channel).where(
            notices.c.alarm_id == alarm_id, notices.c.event == event
        )
    ).all()
    for channel in channels:
        if channel not in known:
            connection.execute(
                insert(notices).values(
                    alarm_id=alarm_id,
                    event=event,
                    channel=channel,
                    state="waiting",
                    next_at=now(),
                )
            )


def take_unjudged(connection: Connection, track: Track, until: datetime) -> int:
    """Mark what was summarised since the last judgement; return how many windows.

    Of several workers one alone gets them: the mark is set by the condition.
    """
    c = windows.c
    taken = connection.execute(
        update(windows)
        .where(c.project_id == track.project_id, c.version == track.number)
        .where(c.period == track.by, c.judged < c.revision, c.end <= until)
        .values(judged=c.revision)
    )
    return taken.rowcount


def judge_anew(connection: Connection, project_id: str) -> None:
    """Let every window be judged again, because rules have changed."""
    connection.execute(
        update(windows).where(windows.c.project_id == project_id).values(judged=0)
    )


def count_unjudged(connection: Connection, track: Track) -> int:
    """Return how many closed windows wait for their judgement; reads heads only."""
    c = windows.c
    own = (c.project_id == track.project_id, c.version == track.number)
    mine = (*own, c.period == track.by)
    newest = connection.scalar(select(func.max(c.start)).where(*mine))
    if newest is None:
        return 0
    waiting = select(func.count()).where(*mine, c.judged < c.revision)
    return connection.scalar(waiting.where(c.end <= max(newest, now()))) or 0
