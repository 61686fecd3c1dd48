"""When a signal becomes an alarm: m of the last n windows beyond a threshold.

One bad window in a year of weeks is chance; two in four are a warning, three an
alarm. With the tests of `core.monitoring.drift` that gives about one false alarm in
two years of weekly windows; the rehearsal confirms it on a project's own history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.errors import MonitoringError
from core.monitoring.signals import COLUMN, SIGNALS
from core.monitoring.summary import WindowSummary

Level = Literal["", "warning", "alarm"]
MOST_WINDOWS = 52


@dataclass(frozen=True)
class Rule:
    """When to alarm.

    Attributes
    ----------
    id : str
    signal : str
        A name of `core.monitoring.signals.SIGNALS`, or ``column:`` and a column.
    threshold : float
        A window is bad when its signal is above it.
    m, n : int
        The alarm needs `m` bad windows among the last `n` that could be judged, the
        newest one bad; one less is a warning.
    severity : {"alarm", "warning"}
        The gravest that this rule may say.
    active : bool
    """

    id: str
    signal: str
    threshold: float
    m: int = 3
    n: int = 4
    severity: Literal["alarm", "warning"] = "alarm"
    active: bool = True

    @property
    def title(self) -> str:
        """The signal in words."""
        if self.signal.startswith(COLUMN):
            return f"{self.signal.removeprefix(COLUMN)} drifts"
        return SIGNALS[self.signal].title

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Rule":
        """Return the rule that `to_dict` wrote; refuse one that makes no sense.

        Raises
        ------
        MonitoringError
            The signal is unknown, or m and n are not 1 ≤ m ≤ n ≤ 52.

        Examples
        --------
        >>> Rule.from_dict(DEFAULT_RULES[0].to_dict()) == DEFAULT_RULES[0]
        True
        """
        rule = cls(**values)
        known = rule.signal in SIGNALS or (
            rule.signal.startswith(COLUMN) and len(rule.signal) > len(COLUMN)
        )
        if not known:
            raise MonitoringError(
                f"There is no signal {rule.signal!r}.",
                hint=f"Choose one of {', '.join(SIGNALS)}, or column:<name>.",
            )
        if not 1 <= rule.m <= rule.n <= MOST_WINDOWS:
            raise MonitoringError(
                f"{rule.m} bad windows of the last {rule.n} cannot be asked for.",
                hint=f"Choose 1 ≤ m ≤ n ≤ {MOST_WINDOWS}.",
            )
        return rule


DEFAULT_RULES: tuple[Rule, ...] = (
    Rule("broken", "quality", 0.0, m=1, n=1),
    Rule("worse", "realised", 0.0, m=1, n=1),
    Rule("columns", "columns", 0.10),
    Rule("predictions", "predictions", 0.10),
    Rule("joint", "joint", 0.06, severity="warning"),
    Rule("missing", "missing", 0.05, m=2, n=3),
    Rule("estimated", "estimated", 0.0),
    Rule("errors", "errors", 0.05, m=1, n=1),
)
"""Broken data, proven loss and errors alarm at once; the rest needs several windows."""


@dataclass(frozen=True)
class Judgement:
    """What a rule says after one window.

    Attributes
    ----------
    level : {"", "warning", "alarm"}
    place : int
        Of the window, among those that were given.
    since : int
        Place of the first bad window of this stretch.
    n_bad, n_judged : int
        Bad windows among those that were looked at.
    value : float or None
        The signal in this window.
    """

    level: Level
    place: int
    since: int
    n_bad: int
    n_judged: int
    value: float | None


def judge_rule(rule: Rule, summaries: Sequence[WindowSummary]) -> tuple[Judgement, ...]:
    """Return what a rule says after each window, earliest first.

    Parameters
    ----------
    rule : Rule
    summaries : sequence of WindowSummary
        Closed windows, earliest first.

    Returns
    -------
    tuple of Judgement
        One for each window whose signal could be told.
    """
    values = [value_of(each, rule.signal) for each in summaries]
    return judge_values(rule, values)


def value_of(summary: WindowSummary, signal: str) -> float | None:
    """Return a window's value of a signal; an unmoved column has 0."""
    if signal.startswith(COLUMN) and summary.enough:
        return summary.signals.get(signal) or 0.0
    return summary.signals.get(signal)


def judge_values(rule: Rule, values: Sequence[float | None]) -> tuple[Judgement, ...]:
    """Return what a rule says of a row of values; None is left out.

    Examples
    --------
    >>> rule = Rule("r", "columns", 0.1, m=3, n=4)
    >>> [each.level for each in judge_values(rule, [0.2, 0.0, 0.2, None, 0.2, 0.0])]
    ['', '', 'warning', 'alarm', '']
    """
    judged: list[Judgement] = []
    seen: list[tuple[int, bool]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        seen.append((place, value > rule.threshold))
        recent = seen[-rule.n :]
        bad = [at for at, is_bad in recent if is_bad]
        level = _level(rule, len(bad)) if seen[-1][1] else ""
        since = bad[0] if bad else place
        if level and judged and judged[-1].level:
            since = judged[-1].since  # the stretch goes on
        judged.append(Judgement(level, place, since, len(bad), len(recent), value))
    return tuple(judged)


def _level(rule: Rule, n_bad: int) -> Level:
    if n_bad >= rule.m:
        return rule.severity
    return "warning" if rule.m > 1 and n_bad == rule.m - 1 and n_bad > 1 else ""
