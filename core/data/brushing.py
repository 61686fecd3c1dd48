"""Brushing: which rows stand behind a bar of a column."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pandas as pd

from core.data.cohort import Condition, written
from core.data.profiled import ColumnProfile

_TOP_VALUES: Final = 20
MISSING: Final = "(missing)"
OTHERS: Final = "(other)"


@dataclass(frozen=True)
class Bar:
    """One bar of a column, or one group of its values.

    Attributes
    ----------
    label : str
    n_rows : int
    conditions : tuple of Condition
        The rows behind it are those that fit all of them.
    """

    label: str
    n_rows: int
    conditions: tuple[Condition, ...]


def bars_of(column: ColumnProfile) -> tuple[Bar, ...]:
    """Return the bars of a column's chart with their rules, in its order.

    A column without a chart (names, sentences) has its most frequent values that
    occur twice or more. Where values are missing, a last bar holds those rows.

    Examples
    --------
    >>> from core.data.profile import profile
    >>> report = profile(pd.DataFrame({"plan": ["a", "b", "a"], "n": [1, 2, 2]}))
    >>> [(bar.label, bar.n_rows) for bar in bars_of(report["plan"])]
    [('a', 2), ('b', 1)]
    >>> bars_of(report["n"])[0].conditions[0].sentence
    'n is 1'
    """
    schema, histogram = column.schema, column.histogram
    if histogram is None or not histogram.edges:
        levels, counts = schema.levels, schema.counts
        if histogram is not None:
            levels, counts = histogram.labels, histogram.counts
        bars = _word_bars(column, levels, counts)
    else:
        bars = [
            Bar(range_label(rule), n_rows, rule)
            for rule, n_rows in zip(
                _ranges(column, histogram.edges), histogram.counts, strict=True
            )
        ]
    if schema.n_missing:
        rule = (Condition(schema.name, "is missing"),)
        bars.append(Bar(MISSING, schema.n_missing, rule))
    return tuple(bars)


def _word_bars(
    column: ColumnProfile, levels: Sequence[str], counts: Sequence[int]
) -> list[Bar]:
    schema = column.schema
    charted = column.histogram is not None
    others = charted and schema.n_distinct > len(levels)
    named = levels[:-1] if others else levels
    bars = [
        Bar(str(level), n_rows, (Condition(schema.name, "in", (str(level),)),))
        for level, n_rows in zip(named, counts, strict=False)
        if charted or n_rows > 1
    ]
    if others:
        rule = Condition(schema.name, "not in", tuple(map(str, named)))
        bars.append(Bar(OTHERS, counts[-1], (rule,)))
    return bars if charted else bars[:_TOP_VALUES]


def _ranges(
    column: ColumnProfile, edges: Sequence[float]
) -> list[tuple[Condition, ...]]:
    """Return the rule of each bin; the outer ones of a cut chart are open."""
    name, kind = column.name, column.schema.kind
    open_ends = bool(column.histogram and column.histogram.clipped)
    last = len(edges) - 2
    rules: list[tuple[Condition, ...]] = []
    for place, (low, high) in enumerate(pairwise(edges)):
        if kind == "integer" and high - low == 1:
            rules.append((Condition(name, "==", round((low + high) / 2)),))
            continue
        rule = []
        if place or not open_ends:
            rule.append(Condition(name, ">=", edge_value(low, kind)))
        if place < last:
            rule.append(Condition(name, "<", edge_value(high, kind)))
        elif not open_ends:
            rule.append(Condition(name, "<=", edge_value(high, kind, last=True)))
        rules.append(tuple(rule))
    return rules


def edge_value(value: float, kind: str, *, last: bool = False) -> float | int | str:
    """Write an edge as its column does: whole, or as a moment."""
    if kind == "integer":
        return math.floor(value) if last else math.ceil(value)
    if kind == "date":
        return pd.Timestamp(round(value * 1e6), unit="us").isoformat()
    return value


def range_label(rule: tuple[Condition, ...]) -> str:
    """Write the rule of a number or date without its column's name.

    Examples
    --------
    >>> range_label((Condition("x", ">=", 5), Condition("x", "<", 10)))
    '5 to under 10'
    >>> range_label((Condition("x", ">=", 5),)), range_label((Condition("x", "<", 5),))
    ('5 or more', 'under 5')
    """
    value = {item.op: written(item.value) for item in rule if item.value is not None}
    low = value.get(">=", value.get("=="))
    if "<" in value:
        return f"{low} to under {value['<']}" if low else f"under {value['<']}"
    if "<=" in value:
        return f"{low} to {value['<=']}"
    if low is None:
        return "any value"
    return low if "==" in value else f"{low} or more"


def merged_rule(chosen: Sequence[Bar]) -> tuple[Condition, ...]:
    """Return one rule for several bars of a column.

    Words: any of their values. Numbers and dates: from the lowest bar to the highest,
    with all that lies between. Missing values go with nothing else and give way.

    Examples
    --------
    >>> low = Bar("", 1, (Condition("x", ">=", 0), Condition("x", "<", 5)))
    >>> high = Bar("", 1, (Condition("x", ">=", 10), Condition("x", "<=", 15)))
    >>> " and ".join(item.sentence for item in merged_rule([high, low]))
    'x ≥ 0 and x ≤ 15'
    """
    rules = [bar.conditions for bar in chosen]
    present = [rule for rule in rules if rule[0].op != "is missing"] or rules[:1]
    if len(present) < 2:
        return present[0] if present else ()
    name, ops = present[0][0].column, {rule[0].op for rule in present}
    if "not in" in ops:
        others = next(rule[0].value for rule in present if rule[0].op == "not in")
        named = {rule[0].value[0] for rule in present if rule[0].op == "in"}
        left_out = tuple(value for value in others if value not in named)
        return (Condition(name, "not in", left_out) if left_out
                else Condition(name, "is not missing"),)  # fmt: skip
    if "in" in ops:
        values = tuple(value for rule in present for value in rule[0].value)
        return (Condition(name, "in", values),)
    return _hull(present)


def _hull(rules: Sequence[tuple[Condition, ...]]) -> tuple[Condition, ...]:
    """Return the range that spans several; an open end stays open."""
    name = rules[0][0].column
    lows = [_end(rule, (">=", "==")) for rule in rules]
    highs = [_end(rule, ("<", "<=", "==")) for rule in rules]
    hull = []
    if all(low is not None for low in lows):
        hull.append(Condition(name, ">=", min(item.value for item in lows if item)))
    if all(high is not None for high in highs):
        top = max((item for item in highs if item), key=lambda item: item.value)
        hull.append(Condition(name, "<" if top.op == "<" else "<=", top.value))
    return tuple(hull) or (Condition(name, "is not missing"),)


def _end(rule: tuple[Condition, ...], ops: tuple[str, ...]) -> Condition | None:
    return next((item for item in rule if item.op in ops), None)
