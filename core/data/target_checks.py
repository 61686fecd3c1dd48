"""What is wrong with the target itself."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from core.data.facts import Facts
from core.findings import Finding

RARE_SHARE: Final = 0.1
FEWEST_OF_CLASS: Final = 10
_SKEWED: Final = 3.0


def missing_target(facts: Facts) -> Iterator[Finding]:
    """Find rows without a target (DATA-018)."""
    if facts.target is None:
        return
    n_missing = facts.schema(facts.target).n_missing
    if n_missing:
        yield Finding(
            "DATA-018", "warning", "The target is missing in some rows",
            f"{n_missing:,} of {facts.n_rows:,} rows have no {facts.target!r}.",
            "They cannot be learnt from and are left out of the split. Drop them, or "
            "find out what happened.",
            (facts.target,),
        )  # fmt: skip


def single_class(facts: Facts) -> Iterator[Finding]:
    """Find a target that never varies (DATA-019)."""
    if facts.target is None:
        return
    if facts.schema(facts.target).n_distinct < 2:
        yield Finding(
            "DATA-019", "problem", "The target never varies",
            f"{facts.target!r} has the same value in every row that has one.",
            "There is nothing to learn. Choose another target, or bring rows with "
            "other outcomes.",
            (facts.target,),
        )  # fmt: skip


def rare_class(facts: Facts) -> Iterator[Finding]:
    """Find a class that is rare, or too rare to judge (DATA-020)."""
    if facts.target is None or facts.task in (None, "regression"):
        return
    counts = _class_counts(facts, facts.target)
    if len(counts) < 2:
        return
    rarest, n_rows = counts.index[-1], int(counts.iloc[-1])
    share = n_rows / int(counts.sum())
    if n_rows < FEWEST_OF_CLASS:
        yield Finding(
            "DATA-020", "problem", "A class has too few rows",
            f"{rarest!r} occurs {n_rows} times in {facts.target!r}.",
            f"Bring at least {FEWEST_OF_CLASS} rows of it, merge it with another "
            "class, or drop its rows.",
            (facts.target,),
        )  # fmt: skip
    elif share < RARE_SHARE / max(1, len(counts) - 1):
        yield Finding(
            "DATA-020", "note", "A class is rare",
            f"{rarest!r} makes up {share:.1%} of {facts.target!r} ({n_rows:,} rows).",
            "Judge models by AUC or average precision rather than accuracy, and keep "
            "the split stratified.",
            (facts.target,),
        )  # fmt: skip


def _class_counts(facts: Facts, target: str) -> pd.Series:
    """Count the rows of each class, most frequent first."""
    schema = facts.schema(target)
    if schema.levels and len(schema.levels) == schema.n_distinct:
        return pd.Series(schema.counts, index=list(schema.levels))
    return facts.frame[target].value_counts()


def skewed_target(facts: Facts) -> Iterator[Finding]:
    """Find a number to predict with a long tail (DATA-021)."""
    if facts.task != "regression":
        return
    column = next(c for c in facts.columns if c.name == facts.target)
    if column.skew is not None and abs(column.skew) > _SKEWED:
        yield Finding(
            "DATA-021", "note", "The target has a long tail",
            f"The skew of {column.name!r} is {column.skew:.1f}.",
            "Few large values will rule squared errors. Compare mean absolute errors.",
            (column.name,),
        )  # fmt: skip


TARGET_CHECKS: Final = (missing_target, single_class, rare_class, skewed_target)
