"""What the Evaluate page says about an evaluation; nothing is drawn here."""

from collections.abc import Sequence

import pandas as pd

from core.evaluation import (
    MEASURES,
    ClassMetrics,
    Comparison,
    Difference,
    Evaluation,
    ImportanceBasis,
    MetricValue,
)
from core.wording import (
    counted,
    percent,
    score_text,
    signed_text,
    with_interval,
)
from core.workspace import Opening

MANY_OPENINGS = 3


def headline(found: Evaluation, baseline: Evaluation) -> str:
    """Say in one sentence how good the model is, how sure, and on which rows."""
    first = found.headline
    if first is None:
        return f"No metric is defined on {counted('test row', found.n_rows)}."
    said = (
        f"On {counted('test row', found.n_rows)} that {found.model_name} never saw: "
        f"{first.title} {with_interval(first.value, first.low, first.high)}"
    )
    other = baseline.metrics.get(first.name)
    if other is not None:
        said += f"; baseline {score_text(other.value, like=first.value)}"
    return f"{said}."


def openings_words(opened: Sequence[Opening]) -> str:
    """Say how often the test set was opened, and when.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> openings_words([Opening(datetime(2026, 5, 1, 9, 30, tzinfo=UTC), "run", "")])
    'The test set was opened once, on 2026-05-01 09:30 UTC.'
    """
    if not opened:
        return "The test set has never been opened."
    when = ", ".join(f"{item.at:%Y-%m-%d %H:%M}" for item in opened) + " UTC"
    if len(opened) == 1:
        return f"The test set was opened once, on {when}."
    return (
        f"The test set was opened {len(opened)} times: {when}. From the second time on "
        "the numbers are somewhat too good, because choices may follow what was seen."
    )


def metrics_table(
    found: Evaluation, baseline: Evaluation, comparison: Comparison
) -> pd.DataFrame:
    """Return one row a metric: model, baseline, and the paired difference."""
    rows = []
    for name, value in found.metrics.items():
        other, between = baseline.metrics.get(name), comparison.differences.get(name)
        rows.append(
            {
                "Metric": value.title,
                f"This model ({percent(found.confidence, 0)} interval)": with_interval(
                    value.value, value.low, value.high
                ),
                "Baseline": score_text(other.value, like=value.value)
                if other
                else "not defined",
                "Difference": _difference(between),
                "Verdict": between.outcome if between else "",
            }
        )
    return pd.DataFrame(rows)


def metrics_meant(found: Evaluation) -> list[tuple[str, str]]:
    """Return the title of each metric, and in one sentence what it says."""
    return [(each.title, MEASURES[name].about) for name, each in found.metrics.items()]


def interval_words(found: Evaluation) -> str:
    """Say what stands in brackets behind a value."""
    return f"In brackets: the {percent(found.confidence, 0)} interval."


def classes_table(classes: Sequence[ClassMetrics]) -> pd.DataFrame:
    """Return one row a class: how many rows, and how well it is found."""
    return pd.DataFrame(
        {
            "Class": [str(item.label) for item in classes],
            "Rows": [item.n_rows for item in classes],
            "Recall": [_with_interval(item.recall) for item in classes],
            "Precision": [_with_interval(item.precision) for item in classes],
            "F1": [_with_interval(item.f1) for item in classes],
        }
    )


def basis_words(basis: ImportanceBasis, n_rows: int) -> str:
    """Say on what the importances rest.

    Examples
    --------
    >>> basis_words(ImportanceBasis("mae", "MAE", 900, 2, 0), 900)
    'Measured on all 900 test rows, each column shuffled 2 times.'
    """
    part = f"{basis.n_rows:,} of the {n_rows:,}"
    rows = f"all {n_rows:,}" if basis.n_rows == n_rows else part
    times = "once" if basis.n_repeats == 1 else f"{basis.n_repeats} times"
    said = f"Measured on {rows} test rows, each column shuffled {times}."
    if basis.n_skipped:
        said += (
            f" The {basis.n_skipped:,} columns that go least with the predictions were "
            "not measured."
        )
    return said


def _difference(between: Difference | None) -> str:
    if between is None:
        return "not defined"
    values = (between.difference, between.low, between.high)
    like = max(values, key=abs)
    said, low, high = (signed_text(value, like) for value in values)
    return f"{said} ({low} to {high})"


def _with_interval(value: MetricValue | None) -> str:
    if value is None:
        return "not defined"
    return with_interval(value.value, value.low, value.high)
