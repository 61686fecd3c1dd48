"""The checks of one column by what a person expects of it: limits that hold as written.

From 50 rows on a share is judged; under that, only a share of nothing at all.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from core.data.frames import cell_text
from core.findings import Finding
from core.monitoring.column_checks import is_constant
from core.monitoring.decision import MIN_ROWS
from core.monitoring.glance import Glance
from core.monitoring.wording import name_some
from core.wording import percent


def exceeds(n_hits: int, n_rows: int, limit: float) -> bool:
    """Tell whether a share is over its limit.

    Examples
    --------
    >>> exceeds(1, 3, 0.05), exceeds(1, 3, 0.0), exceeds(6, 100, 0.05)
    (False, True, True)
    """
    return n_hits > limit * n_rows and (n_rows >= MIN_ROWS or limit == 0)


def own_type(glance: Glance, limit: float) -> Iterator[Finding]:
    """Yield where more values than allowed cannot be read as the column's kind."""
    n_refused = int(glance.refused.sum())
    n_given = n_refused + int(glance.values.notna().sum())
    if exceeds(n_refused, n_given, limit):
        yield glance.finding(
            "MONITOR-003",
            "problem",
            "Values are of another type",
            f"{n_refused:,} of {n_given:,} values are not a {glance.promise.kind}, "
            f"for example {', '.join(map(repr, glance.examples))} "
            f"(own rule: at most {percent(limit)}).",
            "They are taken as missing. Mend the column where it is written.",
        )


def own_missing(glance: Glance, limit: float) -> Iterator[Finding]:
    """Yield where a greater share is missing than is allowed."""
    n_rows = len(glance.values)
    n_missing = int(glance.values.isna().sum()) - int(glance.refused.sum())
    if exceeds(n_missing, n_rows, limit):
        yield glance.finding(
            "MONITOR-004",
            "warning",
            "More values are missing than allowed",
            f"{n_missing:,} of {n_rows:,} rows have no value "
            f"({n_missing / n_rows:.1%}; own rule: at most {percent(limit)}).",
            "Find out where they get lost.",
        )


def own_categories(glance: Glance, allowed: tuple[str, ...]) -> Iterator[Finding]:
    """Yield categories that are not among those allowed."""
    present = glance.values.dropna().map(cell_text)
    new = present[~present.isin(allowed)]
    if len(new):
        named = tuple(str(level) for level in new.value_counts().index)
        yield glance.finding(
            "MONITOR-005",
            "warning",
            "There are categories that are not allowed",
            f"{len(new):,} of {len(present):,} rows have {name_some(named)} "
            f"(own rule: {name_some(allowed)}).",
            "If a name changed, map it back; if it is real, allow it and retrain.",
        )


def own_range(glance: Glance, ends: tuple[float, float]) -> Iterator[Finding]:
    """Yield numbers that are not within the range allowed."""
    (low, high), numbers = ends, glance.numbers
    n_outside = int(((numbers < low) | (numbers > high)).sum())
    if n_outside:
        yield glance.finding(
            "MONITOR-006",
            "warning",
            "Values lie beyond the range allowed",
            f"{n_outside:,} of {numbers.size:,} values are not between {low:,.6g} and "
            f"{high:,.6g} (own rule); now from {numbers.min():,.6g} to "
            f"{numbers.max():,.6g}.",
            "Check these rows where they are written.",
        )


def own_frozen(glance: Glance, n_rows: int) -> Iterator[Finding]:
    """Yield one value in every row, from so many rows on."""
    values = glance.values.dropna()
    if len(values) >= n_rows and is_constant(values):
        yield glance.finding(
            "MONITOR-008",
            "problem",
            "A column is frozen",
            f"all {len(values):,} rows have {values.iloc[0]} "
            f"(own rule: {n_rows:,} rows of one value).",
            "Check the sensor or the query that fills it.",
        )


OwnCheck = Callable[[Glance, Any], Iterator[Finding]]

OWN_CHECKS: Final[Mapping[str, OwnCheck]] = {
    "type": own_type,
    "missing": own_missing,
    "categories": own_categories,
    "range": own_range,
    "frozen": own_frozen,
}
