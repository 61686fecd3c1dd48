"""What is wrong with a table: one function per check, all in one tuple.

docs/findings.md has a heading for every code.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pandas as pd

from core.data.facts import Facts
from core.data.impossible import impossible_values
from core.data.leaks import LEAK_CHECKS
from core.data.missing_checks import MISSING_CHECKS
from core.data.row_checks import ROW_CHECKS
from core.data.spelling import spelling_variants
from core.data.target_checks import TARGET_CHECKS
from core.findings import Finding

MANY_LEVELS: Final = 50
FEW_ROWS: Final = 100
MIXED_SHARE: Final = 0.5
OUTLIER_SHARE: Final = 0.02
SAME_ASSOCIATION: Final = 0.99

Check = Callable[[Facts], Iterator[Finding]]


def few_rows(facts: Facts) -> Iterator[Finding]:
    """Find tables too small to learn from (DATA-001)."""
    if facts.n_rows < FEW_ROWS:
        yield Finding(
            "DATA-001", "warning", "There are few rows",
            f"The table has {facts.n_rows:,} rows.",
            f"With under {FEW_ROWS} rows every score is vague. Bring more if you can.",
        )  # fmt: skip


def repeated_rows(facts: Facts) -> Iterator[Finding]:
    """Find rows that repeat an earlier row in every column (DATA-002)."""
    if facts.n_duplicates:
        yield Finding(
            "DATA-002", "problem", "Some rows are repeated",
            f"{facts.n_duplicates:,} of {facts.n_rows:,} rows repeat an earlier one.",
            "Drop them, or the same row may sit in both training and test.",
        )  # fmt: skip


def empty_columns(facts: Facts) -> Iterator[Finding]:
    """Find columns without any value (DATA-003)."""
    names = [c.name for c in facts.inputs if not c.schema.n_distinct]
    if names:
        yield Finding(
            "DATA-003", "warning", "Columns are empty",
            f"{_count(names)} no value at all.",
            "Drop them: they say nothing.", tuple(names),
        )  # fmt: skip


def constant_columns(facts: Facts) -> Iterator[Finding]:
    """Find columns with one value and nothing missing (DATA-004)."""
    names = [
        c.name for c in facts.inputs
        if c.schema.n_distinct == 1 and not c.schema.n_missing
    ]  # fmt: skip
    if names:
        yield Finding(
            "DATA-004", "warning", "Columns are constant",
            f"{_count(names)} the same value in every row.",
            "Drop them: what never varies predicts nothing.", tuple(names),
        )  # fmt: skip


def identifiers(facts: Facts) -> Iterator[Finding]:
    """Find columns that name rows (DATA-007)."""
    names = facts.counters
    if names:
        yield Finding(
            "DATA-007", "warning", "Columns name the rows",
            f"{_count(names)} a value of its own in nearly every row.",
            "Drop them: a model would learn names by heart.", names,
        )  # fmt: skip


def many_levels(facts: Facts) -> Iterator[Finding]:
    """Find categories with very many different values (DATA-008)."""
    for column in facts.inputs:
        schema = column.schema
        if schema.kind == "category" and schema.n_distinct > MANY_LEVELS:
            yield Finding(
                "DATA-008", "note", "A category has many values",
                f"{column.name!r} has {schema.n_distinct:,} different values.",
                "Rare ones are grouped in training; merge them by meaning if you can.",
                (column.name,),
            )  # fmt: skip


def mixed_types(facts: Facts) -> Iterator[Finding]:
    """Find columns of words of which most are numbers (DATA-009)."""
    for column in facts.inputs:
        schema = column.schema
        if schema.kind != "category" or not schema.levels:
            continue
        levels = pd.Series(list(schema.levels), dtype="str")
        numeric = pd.to_numeric(levels, errors="coerce").notna()
        padded = levels.str.fullmatch(r"0\d+").any()
        if MIXED_SHARE <= numeric.mean() < 1 and not padded:
            words = ", ".join(repr(word) for word in levels[~numeric][:3])
            yield Finding(
                "DATA-009", "warning", "Numbers and words are mixed",
                f"Most values of {column.name!r} are numbers, but not {words}.",
                "Set its type to number; the words then count as missing.",
                (column.name,),
            )  # fmt: skip


def inconsistent_spellings(facts: Facts) -> Iterator[Finding]:
    """Find categories that are written in several ways (DATA-010)."""
    for column in facts.columns:
        if column.schema.kind != "category":
            continue
        variants = spelling_variants(column.schema)
        if variants:
            old, new = next(iter(variants.items()))
            n_rows = sum(
                n for level, n in zip(
                    column.schema.levels, column.schema.counts, strict=True
                ) if level in variants
            )  # fmt: skip
            yield Finding(
                "DATA-010", "warning", "One category is spelt in several ways",
                f"{n_rows:,} rows of {column.name!r} differ from a more frequent "
                f"spelling, for example {old!r} and {new!r}.",
                "Merge them, or one category counts as several.", (column.name,),
            )  # fmt: skip


def outliers(facts: Facts) -> Iterator[Finding]:
    """Find numbers far from all others (DATA-011)."""
    counts = {
        c.name: c.n_outliers
        for c in facts.inputs
        if c.schema.kind in ("number", "integer")
        and 0 < c.n_outliers <= OUTLIER_SHARE * (facts.n_rows - c.schema.n_missing)
    }
    names = sorted(counts, key=lambda name: -counts[name])
    if names:
        listed = ", ".join(f"{name!r} {counts[name]:,}" for name in names[:4])
        yield Finding(
            "DATA-011", "note", "Some numbers are far from the others",
            "Values more than five robust standard deviations from the median: "
            f"{listed}{_more(names, 4)}.",
            "Look whether they are mistakes. If so, limit the range or treat them "
            "as missing; if they are real, leave them.",
            tuple(names),
        )  # fmt: skip


def same_columns(facts: Facts) -> Iterator[Finding]:
    """Find columns that say the same as another one (DATA-013)."""
    pairs = [
        (second, first, value)
        for first, second, value in facts.associations.strongest(1_000)
        if facts.target not in (first, second) and abs(value) >= SAME_ASSOCIATION
    ]
    if pairs:
        listed = ", ".join(f"{one!r} and {two!r}" for one, two, _ in pairs[:3])
        yield Finding(
            "DATA-013", "note", "Columns say the same",
            f"{listed}{_more(pairs, 3)} have an association of "
            f"{SAME_ASSOCIATION} or more in a sample of "
            f"{facts.associations.n_rows:,} rows.",
            "One of each pair is enough, and explanations become clearer.",
            _spare(facts, pairs),
        )  # fmt: skip


def _spare(facts: Facts, pairs: list[tuple[str, str, float]]) -> tuple[str, ...]:
    """Return the columns to do without: of each pair the worse predictor."""
    best_first = [item.column for item in facts.relation]
    position = {name: i for i, name in enumerate(best_first)}
    spare: dict[str, None] = {}
    for pair in pairs:
        one, two = sorted(pair[:2], key=lambda name: position.get(name, 0))
        if one not in spare:
            spare[two] = None
    return tuple(spare)


CHECKS: Final[tuple[Check, ...]] = (
    few_rows, repeated_rows, empty_columns, constant_columns, *MISSING_CHECKS,
    identifiers, many_levels, mixed_types, inconsistent_spellings, outliers,
    same_columns, impossible_values, *ROW_CHECKS, *LEAK_CHECKS, *TARGET_CHECKS,
)  # fmt: skip

_ORDER: Final = {"problem": 0, "warning": 1, "note": 2}


def check(facts: Facts) -> tuple[Finding, ...]:
    """Run every check; problems first, then warnings, then notes."""
    found = [finding for run in CHECKS for finding in run(facts)]
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.severity]))


def _count(names: Sequence[str]) -> str:
    """Name up to three columns, with the verb that fits."""
    listed = ", ".join(repr(name) for name in names[:3])
    return f"{listed}{_more(names, 3)} {'has' if len(names) == 1 else 'have'}"


def _more(names: Sequence[object], n_named: int) -> str:
    return f" and {len(names) - n_named} more" if len(names) > n_named else ""
