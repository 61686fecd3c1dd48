"""Notices: alarms told outside, tried again until they have arrived."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select, update

from core.errors import MonitoringError
from core.monitoring.alarm import Alarm
from core.monitoring.channels import MailServer, post_webhook, send_mail
from core.settings import Settings
from core.storage import Database
from core.storage.tables import alarms, notices, projects
from core.storage.types import now
from core.workspace.alarm_rows import alarm_of
from core.workspace.alarms import Alarms

log = logging.getLogger("rondo.alarms")

MOST_ATTEMPTS: Final = 12
"""With doubling pauses from one minute to six hours: about a day and a half."""
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)

WORDS: Final = {"warning": "Warning", "alarm": "Alarm", "resolved": "Resolved"}


@dataclass(frozen=True)
class Delivery:
    """How one notice fares.

    Attributes
    ----------
    event, channel, state : str
        State is "waiting", "sent" or "given up".
    attempts : int
    detail : str
        What went wrong last, without addresses.
    """

    event: str
    channel: str
    state: str
    attempts: int
    detail: str


class Notices:
    """Deliver what alarms have to tell.

    Parameters
    ----------
    settings : Settings
    database : Database
    alarms : Alarms
    """

    def __init__(
        self, settings: Settings, database: Database, kept_alarms: Alarms
    ) -> None:
        self._settings = settings
        self._database = database
        self._alarms = kept_alarms

    def n_due(self) -> int:
        """Return how many notices wait for their next attempt now."""
        c = notices.c
        query = select(func.count()).where(c.state == "waiting", c.next_at <= now())
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def of(self, alarm_id: str) -> tuple[Delivery, ...]:
        """Return how the notices of an alarm fare, oldest first."""
        c = notices.c
        query = select(c.event, c.channel, c.state, c.attempts, c.detail)
        with self._database.connect() as connection:
            rows = connection.execute(
                query.where(c.alarm_id == alarm_id).order_by(c.id)
            )
            return tuple(Delivery(**row._mapping) for row in rows)

    def deliver(self) -> int:
        """Try every notice that is due; return how many arrived.

        An attempt is noted before it is made, so two workers do not make the same.
        """
        c = notices.c
        query = select(notices).where(c.state == "waiting", c.next_at <= now())
        with self._database.connect() as connection:
            due = connection.execute(query.order_by(c.id)).all()
        return sum(self._attempt(row) for row in due)

    def _attempt(self, row: Any) -> bool:
        c = notices.c
        pause = min(FIRST_PAUSE * 2**row.attempts, LONGEST_PAUSE)
        with self._database.begin() as connection:
            taken = connection.execute(
                update(notices)
                .where(c.id == row.id, c.attempts == row.attempts)
                .where(c.state == "waiting")
                .values(attempts=row.attempts + 1, next_at=now() + pause)
            ).rowcount
        if not taken:
            return False
        values = {"state": "sent", "detail": ""}
        try:
            self._send(row)
        except MonitoringError as error:
            last = row.attempts + 1 >= MOST_ATTEMPTS
            state = "given up" if last else "waiting"
            values = {"state": state, "detail": error.message}
            log.warning("notice %s: %s", row.id, error.message)
        with self._database.begin() as connection:
            connection.execute(update(notices).where(c.id == row.id).values(**values))
        return values["state"] == "sent"

    def _send(self, row: Any) -> None:
        with self._database.connect() as connection:
            found = connection.execute(
                select(alarms).where(alarms.c.id == row.alarm_id)
            ).one()
            name = connection.scalar(
                select(projects.c.name).where(projects.c.id == found.project_id)
            )
        alarm = alarm_of(found)
        webhook, emails = self._alarms.addresses(alarm.project_id)
        if row.channel == "webhook":
            if not webhook:
                raise MonitoringError(
                    "No webhook is set any more.", hint="Set one on Monitor, Alarms."
                )
            post_webhook(webhook, self.payload(alarm, row.event, str(name)))
            return
        secret = self._settings.smtp_url
        if secret is None or not emails:
            raise MonitoringError(
                "No mail server or no e-mail address is set any more.",
                hint="Set RONDO_SMTP_URL, and addresses on Monitor, Alarms.",
            )
        server = MailServer(secret.get_secret_value(), self._settings.mail_from)
        told = self.payload(alarm, row.event, str(name))
        send_mail(server, emails, f"Rondo: {told['text']}", letter(told))

    def payload(self, alarm: Alarm, event: str, name: str) -> dict[str, Any]:
        """Return what is told of an alarm; `text` is what chat tools show."""
        text = alarm.text
        link = self._settings.public_url.rstrip("/")
        return {
            "text": f"{WORDS[event]}: {text.title} ({name}, version {alarm.version})",
            "event": event,
            "severity": alarm.severity,
            "project": alarm.project_id,
            "version": alarm.version,
            "since": text.since,
            "window": text.window,
            "cause": text.cause,
            "harm": text.harm,
            "columns": list(text.columns),
            "link": f"{link}/monitor?project={alarm.project_id}" if link else "",
        }


def letter(told: dict[str, Any]) -> str:
    """Return the text of a mail.

    Examples
    --------
    >>> told = dict.fromkeys(("text", "cause", "since", "harm", "link"), "x")
    >>> letter(told | {"columns": ["a", "b"]}).splitlines()[-1]
    'Inspect: x'
    """
    lines = [
        told["text"],
        "",
        told["cause"],
        f"Since: {told['since']}",
        f"Probable harm: {told['harm']}",
    ]
    if told["columns"]:
        lines.append(f"Look first at: {', '.join(told['columns'])}")
    if told["link"]:
        lines.append(f"Inspect: {told['link']}")
    return "\n".join(lines)
