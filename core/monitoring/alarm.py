"""An alarm, and what it says: cause, since when, harm, where to look first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.data.target import Task
from core.monitoring.performance import PerformanceSeries
from core.monitoring.rules import Judgement, Rule
from core.monitoring.signals import COLUMN, OF_SERVICE, SIGNALS, points_lost
from core.monitoring.summary import WindowSummary
from core.wording import percent, score_text, with_interval

AlarmState = Literal["open", "acknowledged", "muted", "resolved"]


@dataclass(frozen=True)
class AlarmText:
    """What an alarm says. Names of columns stand in it as they are.

    Attributes
    ----------
    title, cause, harm : str
    since : str
        Label of the first bad window.
    window : str
        Label of the newest one.
    columns : tuple of str
        The three to look at first.
    """

    title: str
    cause: str
    harm: str
    since: str
    window: str
    columns: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the text as JSON-ready values."""
        return {**vars(self), "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "AlarmText":
        """Return the text that `to_dict` wrote."""
        return cls(**{**values, "columns": tuple(values["columns"])})


@dataclass(frozen=True)
class Alarm:
    """A rule that found enough bad windows.

    Attributes
    ----------
    id, project_id : str
    version : int
    rule_id : str
    state : {"open", "acknowledged", "muted", "resolved"}
    severity : {"alarm", "warning"}
    since, last_window : datetime
        Starts of its first and its newest bad window.
    opened_at, changed_at : datetime
    muted_until : datetime or None
    text : AlarmText
    note : str
        Who did what with it, and why.
    """

    id: str
    project_id: str
    version: int
    rule_id: str
    state: AlarmState
    severity: Literal["alarm", "warning"]
    since: datetime
    last_window: datetime
    opened_at: datetime
    changed_at: datetime
    muted_until: datetime | None
    text: AlarmText
    note: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody: neither resolved nor muted."""
        return self.state in ("open", "acknowledged")


def describe_alarm(
    rule: Rule,
    judged: Judgement,
    summaries: Sequence[WindowSummary],
    expected: Mapping[str, Any],
    task: Task,
) -> AlarmText:
    """Say what a rule found.

    Parameters
    ----------
    rule : Rule
    judged : Judgement
        Of the newest window that could be judged.
    summaries : sequence of WindowSummary
        The windows that were judged.
    expected : mapping of metric to mapping
        The metrics on the test rows.
    task : {"binary", "multiclass", "regression"}
    """
    now = summaries[judged.place]
    return AlarmText(
        title=rule.title,
        cause=_cause(rule, judged, now),
        harm=_service_harm(now)
        if rule.signal in OF_SERVICE
        else _harm(now, expected, task),
        since=summaries[judged.since].label,
        window=now.label,
        columns=_columns(rule, now),
    )


def _service_harm(now: WindowSummary) -> str:
    calls, refused = now.service.get("calls"), now.service.get("refused")
    if not calls or not refused:
        return "Answers were given; what they are worth the other signals tell."
    return f"{round(refused * calls):,} of {calls:,.0f} calls got no answer."


def _columns(rule: Rule, now: WindowSummary) -> tuple[str, ...]:
    if rule.signal in OF_SERVICE:
        return ()
    own = rule.signal.removeprefix(COLUMN)
    if own != rule.signal:
        return (own, *(name for name in now.first_columns if name != own))[:3]
    return now.first_columns


def _cause(rule: Rule, judged: Judgement, now: WindowSummary) -> str:
    often = (
        f" Bad in {judged.n_bad} of the last {judged.n_judged} windows."
        if rule.n > 1
        else ""
    )
    if rule.signal == "quality":
        return f"{' '.join(now.faults[:2])}{often}"
    if rule.signal in ("realised", "estimated"):
        return f"{_metric(now, rule.signal)}{often}"
    value = 0.0 if judged.value is None else judged.value
    unit = (
        SIGNALS["columns"] if rule.signal.startswith(COLUMN) else SIGNALS[rule.signal]
    ).unit
    if unit.startswith("share"):
        said = f"{percent(value)} ({unit}; the limit is {percent(rule.threshold)})"
    else:
        said = f"{value:,.2f} {unit} (the limit is {rule.threshold:,.2f})"
    seen = "" if rule.signal in OF_SERVICE else f" {now.sentence}"
    return f"{said} in {now.label}.{seen}{often}"


def _metric(now: WindowSummary, which: str) -> str:
    series = now.realised if which == "realised" else now.estimated
    if series is None or not series.windows:
        return "The metric cannot be told."
    window = series.windows[-1]
    value = with_interval(window.value, window.low, window.high)
    by = "from outcomes" if which == "realised" else "estimated without outcomes"
    return f"{series.title} is {value} in {now.label}, {by}: surely worse than tested."


def _harm(now: WindowSummary, expected: Mapping[str, Any], task: Task) -> str:
    said = []
    realised = now.signals.get("realised") is not None
    series = now.realised if realised else now.estimated
    if series is not None and series.windows and series.windows[-1].enough:
        said.append(_loss(series, expected, realised=realised))
    first = [name for name in now.first_columns if now.harm.get(name)]
    if first:
        moved = now.harm[first[0]]
        points = f"{100 * moved:.1f} points of probability"
        size = score_text(moved) if task == "regression" else points
        said.append(f"The move of {first[0]} alone changes answers by {size}.")
    return " ".join(said) or "Not known yet: bring outcomes in."


def _loss(
    series: PerformanceSeries, expected: Mapping[str, Any], *, realised: bool
) -> str:
    window, usual = series.windows[-1], expected.get(series.metric)
    value = score_text(window.value)
    if usual is None:
        return f"{series.title} is {value}."
    tested = f"{score_text(usual['value'])} on the test rows"
    lost = points_lost(series, usual)
    if realised:
        surely = "surely less right" if lost else "no sure loss"
        return f"{series.title} is {value}, {tested}: {surely}."
    seen = "a loss is to be expected" if lost else "no loss is to be expected"
    return f"{series.title} is estimated at {value}, {tested}: {seen}."
