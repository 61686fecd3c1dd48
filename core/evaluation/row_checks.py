"""Findings about the held-out rows themselves, before any number is believed."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from core.evaluation.held_out import Glance, unseen_levels
from core.findings import Finding
from core.wording import counted

FEW_ROWS: Final = 100
FEW_OF_A_CLASS: Final = 10
N_NAMED: Final = 5


def one_value_only(glance: Glance) -> Iterator[Finding]:
    """Find rows that all have the same truth."""
    held = glance.held
    if len(np.unique(held.y)) > 1:
        return
    shown = held.classes[int(held.y[0])] if held.classes else f"{held.y[0]:g}"
    missing = "R² is" if held.task == "regression" else "ROC AUC and correlations are"
    yield Finding(
        "EVAL-004",
        "problem",
        "All test rows have the same outcome",
        f"All {held.n_rows:,} rows have the value {str(shown)!r} in "
        f"{glance.model.target!r}; {missing} not defined on them.",
        "Split again so that every outcome occurs, or bring more rows.",
        (glance.model.target,),
    )


def few_rows(glance: Glance) -> Iterator[Finding]:
    """Find too few rows, in all or of one class, for a number to be sure."""
    held = glance.held
    if held.n_rows < FEW_ROWS:
        yield Finding(
            "EVAL-003",
            "warning",
            "There are few test rows",
            f"The numbers rest on {counted('row', held.n_rows)}, so their intervals "
            "are wide.",
            f"Hold out at least {FEW_ROWS} rows before a decision hangs on them.",
        )
        return
    if held.task == "regression":
        return
    counts = np.bincount(held.codes, minlength=len(held.classes))
    rare = np.flatnonzero(counts < FEW_OF_A_CLASS)
    if len(rare) and np.count_nonzero(counts) > 1:
        named = ", ".join(f"{held.classes[c]!s}: {counts[c]}" for c in rare[:N_NAMED])
        yield Finding(
            "EVAL-003",
            "warning",
            "Some classes have few test rows",
            f"Of {len(held.classes)} classes, {len(rare)} have fewer than "
            f"{FEW_OF_A_CLASS} of the {held.n_rows:,} rows ({named}).",
            "Read what concerns these classes with care, or hold out more rows.",
            (glance.model.target,),
        )


def rows_left_out(glance: Glance) -> Iterator[Finding]:
    """Find rows whose truth is missing, or a class that training never saw."""
    rows = glance.rows
    if not rows.n_dropped:
        return
    parts = []
    if rows.n_missing:
        parts.append(f"{rows.n_missing:,} have no value in {glance.model.target!r}")
    if rows.n_unknown:
        parts.append(f"{rows.n_unknown:,} have a class that training never saw")
    yield Finding(
        "EVAL-007",
        "warning" if rows.n_unknown else "note",
        "Some test rows are left out",
        f"Of {rows.n_dropped + len(rows.y):,} rows, {' and '.join(parts)}.",
        "Look at these rows: if they differ from the others, the numbers do not "
        "speak for them.",
        (glance.model.target,),
    )


def absent_columns(glance: Glance) -> Iterator[Finding]:
    """Find columns of the model that the rows do not have."""
    absent = glance.rows.absent
    if absent:
        yield Finding(
            "EVAL-008",
            "problem",
            "Columns of the model are missing from the test rows",
            f"{len(absent)} of {len(glance.model.schema)} columns are not there; the "
            "model answers as if their values were missing.",
            "Evaluate on rows with all columns, or train without these.",
            absent,
        )


def unseen_categories(glance: Glance) -> Iterator[Finding]:
    """Find categories that training never saw."""
    found = list(unseen_levels(glance.rows.features, glance.model.schema))
    if not found:
        return
    found.sort(key=lambda item: -item[1])
    named = ", ".join(f"{name!r} in {n:,} rows" for name, n in found[:N_NAMED])
    yield Finding(
        "EVAL-009",
        "note",
        "The test rows hold categories that training never saw",
        f"New categories in {named}, of {glance.held.n_rows:,} rows.",
        "The model has an answer for them, from the other columns. If they are many, "
        "train on newer rows.",
        tuple(name for name, _ in found),
    )


def constant_prediction(glance: Glance) -> Iterator[Finding]:
    """Find a model that says the same of every row."""
    held = glance.held
    if held.n_rows > 1 and not np.ptp(held.output, axis=0).any():
        yield Finding(
            "EVAL-011",
            "note" if glance.model.family == "baseline" else "problem",
            "The model says the same of every row",
            f"All {held.n_rows:,} rows get one and the same answer.",
            "Train with more informative columns, or more time. A baseline is meant "
            "to be so.",
        )


ROW_CHECKS: Final[tuple[Callable[[Glance], Iterator[Finding]], ...]] = (
    one_value_only,
    few_rows,
    rows_left_out,
    absent_columns,
    unseen_categories,
    constant_prediction,
)
"""Every check of rows; each yields findings or nothing."""
