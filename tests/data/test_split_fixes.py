"""Splits without a validation set, and what mends a split that fails."""

import numpy as np
import pandas as pd
import pytest

from core.data import Recipe, split
from core.data.split_fixes import fix_split
from core.errors import DataError

N = 400


def _table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "x": rng.normal(size=N),
            "who": [f"c{k}" for k in np.arange(N) // 4],
            "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), unit="h"),
            "y": rng.integers(0, 2, N),
        }
    )


@pytest.mark.parametrize(
    "by",
    [
        pytest.param({"strategy": "stratified"}, id="same mix"),
        pytest.param({"strategy": "random"}, id="random"),
        pytest.param({"strategy": "time", "column": "at"}, id="time"),
        pytest.param({"strategy": "group", "column": "who"}, id="group"),
        pytest.param(
            {"strategy": "time and group", "column": "at", "group": "who"},
            id="time and group",
        ),
    ],
)
def test_a_validation_share_of_nothing_leaves_that_set_empty(by):
    parts = split(_table(), "y", fractions=(0.8, 0.0, 0.2), **by)
    assert parts.validation.size == 0
    assert parts.train.size + parts.test.size == N
    assert parts.test.size == pytest.approx(N / 5, abs=4)
    report = parts.diagnose(_table(), "y")
    assert not {"DATA-102", "DATA-103"} & {item.code for item in report.findings}


@pytest.mark.parametrize("shares", [(0.0, 0.5, 0.5), (0.5, 0.5, 0.0), (1.2, -0.4, 0.2)])
def test_train_and_test_need_a_share(shares):
    with pytest.raises(DataError):
        split(_table(), "y", fractions=shares)


def test_each_fix_makes_its_finding_go_away():
    table = pd.concat([_table(), _table().iloc[:40]], ignore_index=True)
    table["who"] = [f"c{k}" for k in np.arange(len(table)) // 4 % 100]
    made = split(table, "y")
    codes = {item.code for item in made.diagnose(table, "y").findings}
    assert {"DATA-104", "DATA-107"} <= codes
    for code in ("DATA-104", "DATA-107"):
        finding = next(f for f in made.diagnose(table, "y").findings if f.code == code)
        fix = fix_split(finding, made.strategy, made.column, made.group)
        steps = (fix.step,) if fix.step else ()
        cleaned = Recipe(steps).apply(table)
        again = split(
            cleaned, "y", strategy=fix.strategy, column=fix.column, group=fix.group
        )
        left = {item.code for item in again.diagnose(cleaned, "y").findings}
        assert code not in left


def test_what_needs_thought_has_no_fix():
    table = _table()
    late = (np.arange(N) > 300).astype(int)
    made = split(table.assign(y=late), "y", strategy="time", column="at")
    findings = made.diagnose(table.assign(y=late), "y").findings
    mixed = next(item for item in findings if item.code == "DATA-103")
    assert fix_split(mixed, made.strategy, made.column) is None
