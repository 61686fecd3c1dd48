"""The checks of one column by what the training rows show.

Each asks whether rows like the training rows could look so by chance, and yields a
finding where they could not.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.schema import ColumnSchema
from core.findings import Finding
from core.monitoring.exceedance import count_outside, count_unseen
from core.monitoring.glance import Glance
from core.monitoring.two_sample import compare_missing
from core.monitoring.wording import name_some

ALPHA = 1e-3
EFFECT = 0.10
MANY_REFUSED = 0.05
MANY_REPEATED = 0.05
FROZEN_ROWS = 20
FROZEN_ROWS_COMMON = 500


def other_type(glance: Glance) -> Iterator[Finding]:
    """Yield where values cannot be read as the kind the model was trained on."""
    n_refused = int(glance.refused.sum())
    if not n_refused:
        return
    n_given = n_refused + int(glance.values.notna().sum())
    yield glance.finding(
        "MONITOR-003",
        "problem" if n_refused >= MANY_REFUSED * n_given else "warning",
        "Values are of another type",
        f"{n_refused:,} of {n_given:,} values are not a {glance.promise.kind}, "
        f"for example {', '.join(map(repr, glance.examples))}.",
        "They are taken as missing. Mend the column where it is written.",
    )


def more_missing(glance: Glance) -> Iterator[Finding]:
    """Yield where more is missing than chance explains."""
    promise, n_rows = glance.promise, len(glance.values)
    n_missing = int(glance.values.isna().sum()) - int(glance.refused.sum())
    judged = compare_missing(promise.n_missing, promise.n_rows, n_missing, n_rows)
    grown = n_missing / n_rows > promise.missing_share
    if grown and judged.p_value <= ALPHA and judged.effect >= EFFECT:
        yield glance.finding(
            "MONITOR-004",
            "warning",
            "More values are missing than in training",
            f"{n_missing:,} of {n_rows:,} rows have no value "
            f"({n_missing / n_rows:.1%} now, {promise.missing_share:.1%} in training).",
            "Find out where they get lost.",
        )


def new_categories(glance: Glance) -> Iterator[Finding]:
    """Yield categories that the training rows did not have, beyond chance."""
    promise = glance.promise
    watched = promise.kind == "category" and len(promise.levels) == promise.n_distinct
    if not watched:
        return
    present = glance.values.dropna().astype(str)
    new = present[~present.isin(promise.levels)]
    judged = count_unseen(
        len(new),
        len(present),
        promise.n_rows - promise.n_missing,
        promise.counts.count(1),
        promise.counts.count(2),
    )
    if len(new) and judged.p_value <= ALPHA:
        named = tuple(str(level) for level in new.value_counts().index)
        yield glance.finding(
            "MONITOR-005",
            "warning",
            "There are new categories",
            f"{len(new):,} of {len(present):,} rows have {name_some(named)}, "
            "never seen in training.",
            "If a name changed, map it back; if it is real, retrain with such rows.",
        )


def out_of_range(glance: Glance) -> Iterator[Finding]:
    """Yield numbers beyond the training rows' extremes, if more than chance gives."""
    promise = glance.promise
    low, high = promise.minimum, promise.maximum
    watched = promise.kind in ("number", "integer") and not unit_factor(glance)
    if not watched or low is None or high is None:
        return
    numbers = glance.numbers
    n_outside = int(((numbers < low) | (numbers > high)).sum())
    n_known = promise.n_rows - promise.n_missing
    if n_outside and count_outside(n_outside, numbers.size, n_known).p_value <= ALPHA:
        yield glance.finding(
            "MONITOR-006",
            "warning",
            "Values lie beyond the range of training",
            f"{n_outside:,} of {numbers.size:,} values are not between {low:,.6g} and "
            f"{high:,.6g}; now from {numbers.min():,.6g} to {numbers.max():,.6g}.",
            "Check the extreme rows; predictions there are extrapolated.",
        )


def frozen(glance: Glance) -> Iterator[Finding]:
    """Yield one value in every row, where the training rows vary."""
    promise, values = glance.promise, glance.values.dropna()
    if len(values) < FROZEN_ROWS or promise.n_distinct < 2 or not is_constant(values):
        return
    if len(values) >= rows_until_frozen(promise):
        yield glance.finding(
            "MONITOR-008",
            "problem",
            "A column is frozen",
            f"all {len(values):,} rows have {values.iloc[0]}; "
            f"training had {promise.n_distinct:,} different values.",
            "Check the sensor or the query that fills it.",
        )


def is_constant(values: "pd.Series[Any]") -> bool:
    """Tell whether all values are the same one."""
    return bool((values == values.iloc[0]).all())


def rows_until_frozen(promise: ColumnSchema) -> int:
    """Rows of one value that chance gives less than once in a thousand windows."""
    if promise.counts:
        share = promise.counts[0] / max(promise.n_rows - promise.n_missing, 1)
        return max(FROZEN_ROWS, int(np.log(ALPHA) / np.log(min(share, 0.9999))))
    common = promise.median in (promise.low, promise.high)
    return FROZEN_ROWS_COMMON if common else FROZEN_ROWS


def other_unit(glance: Glance) -> Iterator[Finding]:
    """Yield numbers ten, a hundred or a thousand times as large, or as small."""
    factor = unit_factor(glance)
    if factor:
        times = f"{factor:g} times" if factor > 1 else f"1/{1 / factor:g} of"
        before = glance.promise.median
        yield glance.finding(
            "MONITOR-009",
            "problem",
            "The unit seems to have changed",
            f"values are about {times} those of training "
            f"(median {np.median(glance.numbers):,.6g} now, {before:,.6g} then).",
            "Convert the column back to the unit of training.",
        )


def unit_factor(glance: Glance) -> float | None:
    """Return 10, 100, 1000 or an inverse when it brings numbers back; else None."""
    promise = glance.promise
    low, middle, high = promise.low, promise.median, promise.high
    watched = promise.kind in ("number", "integer")
    if not watched or low is None or middle is None or high is None:
        return None
    numbers = glance.numbers
    if numbers.size < FROZEN_ROWS or not middle or high <= low:
        return None
    now_low, now_middle, now_high = np.quantile(numbers, [0.01, 0.5, 0.99])
    ratio, spread = now_middle / middle, (now_high - now_low) / (high - low)
    if ratio <= 0 or spread <= 0:
        return None
    power = round(float(np.log10(ratio)))
    fits = abs(np.log10(ratio) - power) < 0.15 and abs(np.log10(spread) - power) < 0.3
    return float(10.0**power) if fits and 1 <= abs(power) <= 3 else None


Check = Callable[[Glance], Iterator[Finding]]

CHECKS: Final[Mapping[str, Check]] = {
    "type": other_type,
    "missing": more_missing,
    "categories": new_categories,
    "range": out_of_range,
    "frozen": frozen,
    "unit": other_unit,
}
