"""How one project is watched: windows, rules, and where alarms are told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import MonitoringError
from core.monitoring.channels import is_web_address
from core.monitoring.rules import DEFAULT_RULES, Rule
from core.monitoring.windows import WindowBy, check_window

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class Watch:
    """How one project is watched.

    Attributes
    ----------
    period : {"hour", "day", "week", "month"} or int
        Windows that rules are judged on: of a period, or of so many rows.
    rules : tuple of Rule
    webhook : str
        Address that alarms are posted to as JSON; empty for none.
    emails : tuple of str
        Addresses that alarms are mailed to.
    """

    period: WindowBy = "month"
    rules: tuple[Rule, ...] = DEFAULT_RULES
    webhook: str = ""
    emails: tuple[str, ...] = ()

    @property
    def active(self) -> tuple[Rule, ...]:
        """Rules that are judged."""
        return tuple(rule for rule in self.rules if rule.active)

    def with_rules(self, rules: tuple[Rule, ...]) -> "Watch":
        """Return the same watch with other rules."""
        return replace(self, rules=rules)

    def to_dict(self) -> dict[str, Any]:
        """Return the watch as JSON-ready values."""
        return {
            **vars(self),
            "rules": [rule.to_dict() for rule in self.rules],
            "emails": list(self.emails),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Watch":
        """Return the watch that `to_dict` wrote; refuse what cannot work.

        Raises
        ------
        MonitoringError
            A period, rule or address is none.

        Examples
        --------
        >>> Watch.from_dict(Watch(emails=("a@example.org",)).to_dict()).emails
        ('a@example.org',)
        """
        rules = tuple(Rule.from_dict(each) for each in values["rules"])
        emails = tuple(str(each).strip() for each in values["emails"])
        period = check_window(values["period"])
        watch = cls(period, rules, values["webhook"].strip(), emails)
        if len({rule.id for rule in rules}) < len(rules):
            raise MonitoringError(
                "Two rules have the same id.", hint="Give each rule its own."
            )
        _refuse_addresses(watch)
        return watch


def _refuse_addresses(watch: Watch) -> None:
    if watch.webhook and not is_web_address(watch.webhook):
        raise MonitoringError(
            "The webhook is no address of the web.",
            hint="Give a full address that begins with https://.",
        )
    wrong = [each for each in watch.emails if not _EMAIL.fullmatch(each)]
    if wrong:
        raise MonitoringError(
            f"{wrong[0]!r} is no e-mail address.",
            hint="Write one address a line, such as team@example.org.",
        )
