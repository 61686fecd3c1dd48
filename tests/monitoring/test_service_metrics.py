"""What is kept of the service: time, warnings, kept promises, and money."""

import numpy as np
import pandas as pd
import pytest

from core.monitoring.service_metrics import measure_service


def answers(n_rows: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "latency_ms": np.arange(n_rows, dtype=float),
            "warnings": [["odd"] if i % 4 == 0 else [] for i in range(n_rows)],
            "source": ["api"] * (n_rows - 3) + ["page"] * 3,
            "prediction": ["yes", "no"] * (n_rows // 2),
            "probability": [0.9, 0.1] * (n_rows // 2),
            "outcome": ["yes"] * n_rows,
            "interval": pd.Series([None] * n_rows, dtype=object),
            "prediction_set": [["yes"], ["yes", "no"], ["no"], ["yes"]] * (n_rows // 4),
            "coverage": 0.9,
        }
    )


def test_time_warnings_and_origin_are_counted() -> None:
    figures = measure_service(answers(), task="binary", pos_label="yes")
    assert (figures["rows"], figures["warned"], figures["p50"]) == (40, 0.25, 19.5)
    assert figures["p99"] > figures["p95"] > figures["p50"]
    assert (figures["source:api"], figures["source:page"]) == (37, 3)


def test_sets_that_hold_the_outcome_are_kept_promises() -> None:
    figures = measure_service(answers(), task="binary", pos_label="yes")
    assert figures["covered"] == 0.75
    assert figures["promised"] == pytest.approx(0.9)
    assert figures["n_covered"] == 40


def test_intervals_that_hold_the_outcome_are_kept_promises() -> None:
    n_rows = 50
    meta = answers(48).head(0).reindex(range(n_rows))
    meta = meta.assign(
        outcome=np.arange(n_rows, dtype=float),
        interval=pd.Series(
            [(i - 1.0, i + (0.5 if i % 2 else -0.5)) for i in range(n_rows)],
            dtype=object,
        ),
        coverage=0.8,
        warnings="",
        source="api",
    )
    assert measure_service(meta, task="regression")["covered"] == 0.5


def test_money_needs_costs_and_thirty_outcomes() -> None:
    costs = {"false_positive": 1.0, "false_negative": 10.0}

    def measured(n_rows: int, *, told: bool = True) -> dict[str, float]:
        return measure_service(
            answers().head(n_rows),
            task="binary",
            pos_label="yes",
            costs=costs if told else None,
        )

    assert measured(40)["cost"] == 5.0
    assert "cost" not in measured(40, told=False)
    assert not {"cost", "covered"} & set(measured(28))


def test_a_window_without_rows_or_times_says_nothing_of_them() -> None:
    assert measure_service(answers().head(0), task="binary") == {"rows": 0.0}
    rehearsed = measure_service(answers().drop(columns="source"), task="multiclass")
    assert not any(name.startswith("source") for name in rehearsed)
    untimed = answers().assign(latency_ms=np.nan)
    assert "p50" not in measure_service(untimed, task="binary", pos_label="yes")
