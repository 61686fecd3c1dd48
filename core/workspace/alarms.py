"""Alarms: rules judged when windows close, and what people do with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from core.errors import WorkspaceError
from core.monitoring.alarm import Alarm, AlarmText, describe_alarm
from core.monitoring.rules import Judgement, Rule, judge_rule
from core.monitoring.summary import WindowSummary
from core.monitoring.watch import Watch
from core.registry import ModelVersion
from core.settings import Settings
from core.storage import Database
from core.storage.tables import alarms, watches
from core.storage.types import now
from core.workspace.alarm_rows import (
    add_alarm,
    add_notices,
    alarm_of,
    change_alarm,
    count_unjudged,
    find_open,
    judge_anew,
    read_alarms,
    take_unjudged,
    was_told,
)
from core.workspace.monitoring import Monitoring
from core.workspace.window_rows import Track
from core.workspace.windows import closed_only


class Alarms:
    """Judge windows, keep alarms, and let people answer them.

    Parameters
    ----------
    settings : Settings
    database : Database
    monitoring : Monitoring
    """

    def __init__(
        self, settings: Settings, database: Database, monitoring: Monitoring
    ) -> None:
        self._settings = settings
        self._database = database
        self._monitoring = monitoring

    def watch(self, project_id: str) -> Watch:
        """Return how a project is watched: by the default rules unless changed."""
        query = select(watches.c.payload).where(watches.c.project_id == project_id)
        with self._database.connect() as connection:
            kept = connection.scalar(query)
        return Watch() if kept is None else Watch.from_dict(kept)

    def save_watch(self, project_id: str, watch: Watch) -> Watch:
        """Keep how a project is watched; windows are judged anew by it.

        Raises
        ------
        MonitoringError
            A rule or an address is none.
        """
        checked = Watch.from_dict(watch.to_dict())
        values = {"payload": checked.to_dict(), "updated_at": now()}
        with self._database.begin() as connection:
            changed = connection.execute(
                update(watches)
                .where(watches.c.project_id == project_id)
                .values(**values)
            )
            if not changed.rowcount:
                connection.execute(
                    insert(watches).values(project_id=project_id, **values)
                )
            judge_anew(connection, project_id)
        return checked

    def list(self, project_id: str, *, only_open: bool = False) -> Sequence[Alarm]:
        """Return a project's newest 50 alarms, newest first."""
        with self._database.connect() as connection:
            return read_alarms(connection, project_id, only_open=only_open)

    def n_open(self, project_id: str) -> int:
        """Return how many alarms wait for somebody."""
        c = alarms.c
        awake = (c.state == "open") | ((c.state == "muted") & (c.muted_until <= now()))
        query = select(func.count()).where(c.project_id == project_id, awake)
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def n_unjudged(self, project_id: str, number: int) -> int:
        """Return how many closed windows have not been judged as they are now."""
        track = Track(project_id, number, self.watch(project_id).period)
        with self._database.connect() as connection:
            return count_unjudged(connection, track)

    def judge(self, project_id: str, number: int) -> int:
        """Judge the windows that were summarised since the last time.

        Marking the windows and writing the alarms is one transaction: no window is
        judged twice, and a killed run is as if it had not begun.

        Returns
        -------
        int
            Windows judged.
        """
        self.retire(project_id, number)
        watch = self.watch(project_id)
        track = Track(project_id, number, watch.period)
        windows = self._monitoring.windows
        closed = closed_only(windows.list(project_id, number, watch.period))
        if not closed:
            return 0
        version = self._monitoring.service(project_id, number).version
        channels = self.channels(project_id)
        with self._database.begin() as connection:
            taken = take_unjudged(connection, track, closed[-1].end)
            if taken:  # read again: no other worker can refresh them from here on
                closed = closed_only(windows.list(project_id, number, watch.period))
                judging = _Judging(connection, track, closed, version, channels)
                for rule in watch.active:
                    judging.judge(rule)
        return taken

    def retire(self, project_id: str, number: int) -> int:
        """Resolve what is open of other versions than the live one; return how many."""
        said = f"Resolved by itself: version {number} is live now."
        c = alarms.c
        others = (c.project_id == project_id, c.version != number)
        query = select(c.id, c.note).where(*others, c.open_key.is_not(None))
        with self._database.connect() as connection:
            if connection.execute(query).first() is None:
                return 0
        with self._database.begin() as connection:
            left = connection.execute(query).all()
            for row in left:
                note = _noted(row.note, said)
                change_alarm(connection, row.id, state="resolved", note=note)
        return len(left)

    def channels(self, project_id: str) -> tuple[str, ...]:
        """Return by which channels alarms of a project are told outside."""
        webhook, emails = self.addresses(project_id)
        told = {"webhook": webhook, "email": emails and self._settings.smtp_url}
        return tuple(name for name, address in told.items() if address)

    def addresses(self, project_id: str) -> tuple[str, tuple[str, ...]]:
        """Return the webhook and the e-mail addresses: its own, else the settings'."""
        watch, settings = self.watch(project_id), self._settings
        usual = settings.alarm_webhook
        webhook = watch.webhook or (usual.get_secret_value() if usual else "")
        emails = watch.emails or tuple(settings.alarm_emails.replace(",", " ").split())
        return webhook, emails

    def acknowledge(self, alarm_id: str, *, who: str, why: str = "") -> Alarm:
        """Say that somebody looks after it."""
        return self._answer(alarm_id, "acknowledged", f"Acknowledged by {who}", why)

    def mute(self, alarm_id: str, until: datetime, *, who: str, why: str = "") -> Alarm:
        """Let it be silent until a moment."""
        said = f"Muted until {until:%Y-%m-%d %H:%M} by {who}"
        return self._answer(alarm_id, "muted", said, why, muted_until=until)

    def resolve(self, alarm_id: str, *, who: str, why: str = "") -> Alarm:
        """Say that it is settled; the same window does not alarm again."""
        return self._answer(alarm_id, "resolved", f"Resolved by {who}", why)

    def reopen(self, alarm_id: str, *, who: str) -> Alarm:
        """Take a muted or acknowledged alarm up again."""
        return self._answer(alarm_id, "open", f"Taken up again by {who}", "")

    def _answer(
        self, alarm_id: str, state: str, said: str, why: str, **values: Any
    ) -> Alarm:
        with self._database.begin() as connection:
            query = select(alarms).where(alarms.c.id == alarm_id)
            row = connection.execute(query).one_or_none()
            if row is None or row.state == "resolved":
                raise WorkspaceError(
                    "This alarm is resolved already, or there is none of this id.",
                    hint="Reload the page; somebody else may have answered it.",
                )
            note = _noted(row.note, f"{said}: {why}" if why else f"{said}.")
            change_alarm(connection, alarm_id, state=state, note=note, **values)
            return alarm_of(connection.execute(query).one())


def _noted(before: str, said: str) -> str:
    line = f"{now():%Y-%m-%d %H:%M} {said}"
    return f"{before}\n{line}".strip()


@dataclass(frozen=True, eq=False)
class _Judging:
    """Rules judged in one transaction."""

    connection: Connection
    track: Track
    closed: tuple[WindowSummary, ...]
    version: ModelVersion
    channels: tuple[str, ...]

    def judge(self, rule: Rule) -> None:
        """Open, escalate, go on with or resolve the rule's alarm."""
        judged = judge_rule(rule, self.closed)
        if not judged:
            return
        alarm = find_open(self.connection, self.track, rule.id)
        if not judged[-1].level:
            if alarm is not None and judged[-1].n_bad < rule.m:
                self._resolve(alarm)
        elif alarm is None:
            self._open(rule, judged[-1])
        else:
            self._go_on(alarm, rule, judged[-1])

    def _text(self, rule: Rule, judged: Judgement) -> AlarmText:
        expected = (self.version.evaluation or {}).get("metrics", {})
        return describe_alarm(rule, judged, self.closed, expected, self.version.task)

    def _resolve(self, alarm: Alarm) -> None:
        note = _noted(alarm.note, "Resolved by itself: the signal is back.")
        change_alarm(self.connection, alarm.id, state="resolved", note=note)
        add_notices(self.connection, alarm.id, "resolved", self.channels)

    def _open(self, rule: Rule, judged: Judgement) -> None:
        window, since = self.closed[judged.place].start, self.closed[judged.since].start
        if was_told(self.connection, self.track, rule.id, window):
            return
        opened = add_alarm(
            self.connection,
            self.track,
            rule.id,
            judged.level,
            (since, window),
            self._text(rule, judged),
        )
        add_notices(self.connection, opened, judged.level, self.channels)

    def _go_on(self, alarm: Alarm, rule: Rule, judged: Judgement) -> None:
        worse = judged.level == "alarm" and alarm.severity == "warning"
        values: dict[str, Any] = {
            "last_window": self.closed[judged.place].start,
            "payload": self._text(rule, judged).to_dict(),
        }
        if worse:
            values["severity"] = "alarm"
            if alarm.state == "acknowledged":
                values["state"] = "open"
        change_alarm(self.connection, alarm.id, **values)
        if worse and alarm.state != "muted":
            add_notices(self.connection, alarm.id, "alarm", self.channels)
