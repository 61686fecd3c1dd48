"""Is a window fit to be judged at all: faults of delivery, before any drift.

The rules are learned from the training data (`core.monitoring.column_checks`); what a
person has changed of them holds instead (`core.monitoring.quality_rules`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.data.schema import Schema
from core.findings import Finding, Severity
from core.monitoring.column_checks import CHECKS, MANY_REPEATED
from core.monitoring.glance import look_at_column
from core.monitoring.own_checks import OWN_CHECKS, exceeds
from core.monitoring.quality_rules import TABLE, QualityRule, read_value
from core.monitoring.wording import name_some
from core.wording import percent

_Book = Mapping[tuple[str, str], QualityRule]


def check_quality(
    schema: Schema, current: pd.DataFrame, rules: Sequence[QualityRule] = ()
) -> tuple[Finding, ...]:
    """Check a window's columns against what the training rows promised.

    Parameters
    ----------
    schema : Schema
        Of the columns the model takes, from the training rows.
    current : DataFrame of shape (n_rows, any)
        Rows as they came; any dtypes.
    rules : sequence of QualityRule, default=()
        What a person has changed of what is learned; those of columns that the schema
        does not have say nothing.

    Returns
    -------
    tuple of Finding
        Problems first; empty when nothing is amiss.

    Raises
    ------
    MonitoringError
        An own value cannot be read.

    Examples
    --------
    >>> from core.data.schema import describe_schema
    >>> rows = pd.DataFrame({"age": np.arange(100.0), "plan": ["a", "b"] * 50})
    >>> schema = describe_schema(rows)
    >>> found = check_quality(schema, rows[["age"]] * 1000)
    >>> [(each.code, each.columns) for each in found]
    [('MONITOR-001', ('plan',)), ('MONITOR-009', ('age',))]
    >>> own = (QualityRule("age", "range", "0 to 90", "problem"),)
    >>> [each.evidence for each in check_quality(schema, rows, own)]
    ['age: 9 of 100 values are not between 0 and 90 (own rule); now from 0 to 99.']
    """
    book = {(rule.column, rule.check): rule for rule in rules}
    findings = [*_columns_differ(schema, current, book)]
    if len(current):
        for promise in schema:
            if promise.name in current.columns:
                findings += _of_column(promise.name, schema, current, book)
        findings += _repeated_rows(schema, current, book)
    rank = {"problem": 0, "warning": 1, "note": 2}
    return tuple(sorted(findings, key=lambda each: (rank[each.severity], each.code)))


def _of_column(
    name: str, schema: Schema, current: pd.DataFrame, book: _Book
) -> Iterator[Finding]:
    glance = look_at_column(schema[name], current[name])
    for check, learned in CHECKS.items():
        rule = _rule(book, name, check)
        if rule.active:
            own = read_value(rule)
            found = learned(glance) if own is None else OWN_CHECKS[check](glance, own)
            yield from _as_grave(found, rule)


def _rule(book: _Book, column: str, check: str) -> QualityRule:
    return book.get((column, check)) or QualityRule(column, check)


def _as_grave(found: Iterator[Finding], rule: QualityRule) -> Iterator[Finding]:
    for each in found:
        yield replace(each, severity=rule.severity) if rule.severity else each


def _columns_differ(
    schema: Schema, current: pd.DataFrame, book: _Book
) -> Iterator[Finding]:
    for severity, absent in _absent(schema, current, book).items():
        yield Finding(
            code="MONITOR-001",
            severity=severity,
            title="Columns are missing",
            evidence=f"{name_some(absent)}: the model was trained with "
            f"{'it' if len(absent) == 1 else 'them'}.",
            advice="Deliver them again; until then the model takes them as missing.",
            columns=tuple(absent),
        )
    extra = tuple(str(name) for name in current.columns if name not in schema)
    rule = _rule(book, TABLE, "extra")
    if extra and rule.active:
        yield Finding(
            code="MONITOR-002",
            severity=rule.severity or "note",
            title="There are columns the model does not know",
            evidence=f"Not used: {name_some(extra)}.",
            advice="Nothing to do, unless a column was renamed.",
            columns=extra,
        )


def _absent(
    schema: Schema, current: pd.DataFrame, book: _Book
) -> dict[Severity, list[str]]:
    """Return the columns that are missing and expected, by how grave that is."""
    absent: dict[Severity, list[str]] = {}
    for name in schema.names:
        rule = _rule(book, name, "present")
        if name not in current.columns and rule.active:
            absent.setdefault(rule.severity or "problem", []).append(name)
    return absent


def _repeated_rows(
    schema: Schema, current: pd.DataFrame, book: _Book
) -> Iterator[Finding]:
    """Yield rows that repeat another, where so many distinct rows are possible.

    With an own limit they are counted whatever is possible.
    """
    names = [name for name in schema.names if name in current.columns]
    rule = _rule(book, TABLE, "repeated")
    limit = read_value(rule)
    possible = sum(np.log(max(schema[name].n_distinct, 1)) for name in names)
    watched = limit is not None or possible >= np.log(100 * len(current))
    if not names or not rule.active or not watched:
        return
    n_repeated = int(current[names].astype("str").duplicated().sum())
    told = (
        n_repeated > MANY_REPEATED * len(current)
        if limit is None
        else exceeds(n_repeated, len(current), limit)
    )
    if told:
        own = "" if limit is None else f" (own rule: at most {percent(limit)})"
        yield Finding(
            code="MONITOR-007",
            severity=rule.severity or "warning",
            title="Many rows are repeated",
            evidence=f"{n_repeated:,} of {len(current):,} rows repeat another{own}.",
            advice="See whether rows are delivered twice; they count twice here.",
        )
