"""Which alarms a history would have raised, and the threshold that keeps them rare."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.monitoring.rules import Judgement, Rule, judge_rule, judge_values, value_of
from core.monitoring.summary import WindowSummary


@dataclass(frozen=True)
class RehearsedRule:
    """What a rule would have done.

    Attributes
    ----------
    rule : Rule
    n_windows : int
        Windows whose signal could be told.
    n_bad : int
        Of them, those above the threshold.
    n_alarms, n_warnings : int
        Alarms that would have been opened, and warnings that went no further.
    first : str
        Label of the first window that alarmed; empty when none did.
    quiet_threshold : float
        The smallest threshold, not under the present one, that raises at most one
        alarm in `one_in` windows of this history.
    """

    rule: Rule
    n_windows: int
    n_bad: int
    n_alarms: int
    n_warnings: int
    first: str
    quiet_threshold: float


def rehearse(
    rules: Sequence[Rule], history: Sequence[WindowSummary], *, one_in: int = 52
) -> tuple[RehearsedRule, ...]:
    """Judge a history by rules as if it were happening.

    Parameters
    ----------
    rules : sequence of Rule
    history : sequence of WindowSummary
        Earliest first.
    one_in : int, default=52
        At most one alarm in so many windows is to be allowed.
    """
    return tuple(_rehearse(rule, history, one_in) for rule in rules)


def _rehearse(
    rule: Rule, history: Sequence[WindowSummary], one_in: int
) -> RehearsedRule:
    judged = judge_rule(rule, history)
    alarms = [first for first, level in episodes(judged) if level == "alarm"]
    warnings = [first for first, level in episodes(judged) if level == "warning"]
    firsts = [*alarms, *warnings]
    values = [value_of(each, rule.signal) for each in history]
    return RehearsedRule(
        rule=rule,
        n_windows=len(judged),
        n_bad=sum((each.value or 0.0) > rule.threshold for each in judged),
        n_alarms=len(alarms),
        n_warnings=len(warnings),
        first=history[min(firsts)].label if firsts else "",
        quiet_threshold=quiet_threshold(rule, values, one_in),
    )


def episodes(judged: Sequence[Judgement]) -> list[tuple[int, str]]:
    """Return each stretch of windows that alarm: its first place, its gravest level.

    Examples
    --------
    >>> rule = Rule("r", "columns", 0.1, m=2, n=3)
    >>> episodes(judge_values(rule, [1, 1, 1, 0, 0, 0, 1, 1]))
    [(1, 'alarm'), (7, 'alarm')]
    """
    found: list[tuple[int, str]] = []
    going = False
    for each in judged:
        if each.level and going:
            first, level = found[-1]
            found[-1] = (first, "alarm" if "alarm" in (level, each.level) else level)
        elif each.level:
            found.append((each.place, each.level))
        going = bool(each.level)
    return found


def quiet_threshold(rule: Rule, values: Sequence[float | None], one_in: int) -> float:
    """Return the smallest threshold with at most one alarm in `one_in` windows.

    Never under the rule's own. A history of fewer than `one_in` windows must then be
    silent.

    Examples
    --------
    >>> rule = Rule("r", "columns", 0.1, m=1, n=1)
    >>> quiet_threshold(rule, [0.0, 0.3, 0.0, 0.2], one_in=4)
    0.2
    """
    known = [value for value in values if value is not None]
    allowed = len(known) // one_in
    for threshold in sorted({rule.threshold, *known}):
        if threshold >= rule.threshold:
            judged = judge_values(replace(rule, threshold=threshold), values)
            if len(episodes(judged)) <= allowed:
                return threshold
    return rule.threshold
