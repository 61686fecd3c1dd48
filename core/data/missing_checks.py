"""What is wrong with absent values: many, in one stretch, or written as a number."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.data.facts import Facts
from core.data.leaks import absence_tells
from core.data.schema import ColumnSchema
from core.findings import Finding

MANY_MISSING, SOME_MISSING = 0.5, 0.05
_SURGE, _N_STRETCHES, _FEWEST_ROWS = 0.3, 10, 1_000
_STAND_INS: Final = (-1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0)


def missing_values(facts: Facts) -> Iterator[Finding]:
    """Find columns that lack many values (DATA-005)."""
    shares = {
        c.name: c.schema.missing_share for c in facts.inputs if c.schema.n_distinct
    }
    nearly_empty = [name for name, share in shares.items() if share > MANY_MISSING]
    gaps = [n for n, share in shares.items() if SOME_MISSING < share <= MANY_MISSING]
    for names, severity in ((nearly_empty, "warning"), (gaps, "note")):
        if names:
            listed = ", ".join(f"{name!r} {shares[name]:.0%}" for name in names[:4])
            more = f" and {len(names) - 4} more" if len(names) > 4 else ""
            yield Finding(
                "DATA-005", "warning" if severity == "warning" else "note",
                "Most values are missing" if severity == "warning"
                else "Some values are missing",
                f"Missing in {len(names)} of {len(facts.columns)} columns: {listed}"
                f"{more}.",
                "Ask why. Training fills gaps by itself; flag them when their absence "
                "means something, or drop a column that is nearly empty.",
                tuple(names),
            )  # fmt: skip


def missing_surge(facts: Facts) -> Iterator[Finding]:
    """Find columns whose values are missing in one stretch of the rows (DATA-006)."""
    if facts.n_rows < _FEWEST_ROWS:
        return
    for column in facts.inputs:
        if not 0 < column.schema.n_missing < facts.n_rows:
            continue
        absent = facts.frame[column.name].isna().to_numpy()
        shares = np.array(
            [part.mean() for part in np.array_split(absent, _N_STRETCHES)]
        )
        worst = int(shares.argmax())
        if shares[worst] - np.median(shares) > _SURGE:
            yield Finding(
                "DATA-006", "warning", "Values are missing in one stretch of rows",
                f"{column.name!r} lacks {shares[worst]:.0%} of its values in the "
                f"{_ordinal(worst)} tenth of the rows, {np.median(shares):.0%} in the "
                "typical tenth.",
                "A source may have failed for a while, or rows come from two systems. "
                "Check how these rows were collected.",
                (column.name,),
            )  # fmt: skip


def missing_depends(facts: Facts) -> Iterator[Finding]:
    """Find columns whose absence another column, or the target, tells (DATA-025)."""
    accused = set()
    if any(item.on == facts.target for item in facts.dependence):
        accused = {found.columns[0] for found in absence_tells(facts)}
    told = [item for item in facts.dependence if item.column not in accused]
    if told:
        listed = "; ".join(
            f"{item.column!r} by {item.on!r} (AUC {item.auc:.2f}, at least "
            f"{item.low:.2f})" for item in told[:3]
        )  # fmt: skip
        more = f"; and {len(told) - 3} more" if len(told) > 3 else ""
        yield Finding(
            "DATA-025", "note", "Values are not missing by chance",
            f"Which values are missing can be told, on held-out rows of a sample of "
            f"{max(item.n_rows for item in told):,}: {listed}{more}.",
            "A typical value in the gaps would hide that. Flag them, so that a model "
            "sees which were missing; and ask how the values came to be recorded.",
            tuple(item.column for item in told),
        )  # fmt: skip


def stand_ins(facts: Facts) -> Iterator[Finding]:
    """Find numbers that stand for "missing" (DATA-012)."""
    for column in facts.inputs:
        value = stand_in(facts, column.name)
        if value is not None:
            n_rows = int((facts.frame[column.name] == value).sum())
            yield Finding(
                "DATA-012", "warning", "A number may stand for missing",
                f"{n_rows:,} values of {column.name!r} are {value:g}, far from all "
                "others.",
                "If it means unknown, treat it as missing.", (column.name,),
            )  # fmt: skip


def stand_in(facts: Facts, name: str) -> float | None:
    """Return the number of a column that stands for "missing", or None.

    It is one of the customary ones, the smallest or the largest of all values, at
    least twice there, and further from its neighbour than half of their range.
    """
    column = next(item for item in facts.columns if item.name == name)
    schema = column.schema
    if schema.kind not in ("number", "integer") or schema.n_distinct < 10:
        return None
    for value in (schema.minimum, schema.maximum):
        if value not in _STAND_INS or _has_near(schema, value):
            continue
        numbers = facts.frame[name].to_numpy(dtype="float64", na_value=np.nan)
        others = numbers[(numbers != value) & ~np.isnan(numbers)]
        gap = float(np.abs(others - value).min())
        span = float(others.max() - others.min())
        repeated = int((numbers == value).sum()) >= 2
        signed = value < 0 <= float(others.min())
        if repeated and (gap > span / 2 or (signed and gap >= 1 and value == -1)):
            return float(value)
    return None


def _has_near(schema: ColumnSchema, value: float) -> bool:
    """Say whether the first and last hundredth tell already that others are near.

    The value's nearest is no further than the end of its side; the range of the
    others reaches at least from there to the other end.
    """
    near, far = schema.low, schema.maximum
    if value == schema.maximum:
        near, far = schema.high, schema.minimum
    if value == -1 or near is None or far is None or near == value:
        return False
    return abs(near - value) <= abs(far - near) / 2


def _ordinal(position: int) -> str:
    words = (
        "first", "second", "third", "fourth", "fifth",
        "sixth", "seventh", "eighth", "ninth", "last",
    )  # fmt: skip
    return words[position]


MISSING_CHECKS: Final = (
    missing_values, missing_surge, missing_depends, stand_ins,
)  # fmt: skip
