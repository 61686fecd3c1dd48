"""Drift: what is found, what is not, and what is left unsaid."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MonitoringError
from core.monitoring import DriftReport, check_drift
from core.monitoring.decision import discovery_cut, rows_needed

N_ROWS = 2_000


def table(seed: int, n_rows: int = N_ROWS, correlation: float = 0.6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n_rows))
    gap = rng.normal(size=n_rows)
    gap[rng.random(n_rows) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "bell": rng.normal(size=n_rows),
            "count": rng.poisson(5, n_rows),
            "left": a,
            "right": correlation * a + np.sqrt(1 - correlation**2) * b,
            "gap": gap,
            "plan": rng.choice(["a", "b", "c", "d"], n_rows, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


BEFORE = table(0)


def change(name: str) -> pd.DataFrame:
    rng, now = np.random.default_rng(9), table(1)
    if name == "shift":
        return now.assign(bell=now["bell"] + 0.3)
    if name == "spread":
        return now.assign(bell=now["bell"] * 1.3)
    if name == "outliers":
        return now.assign(bell=now["bell"].mask(rng.random(N_ROWS) < 0.02, 9.0))
    if name == "missing":
        return now.assign(gap=now["gap"].mask(rng.random(N_ROWS) < 0.08))
    if name == "all missing":
        return now.assign(gap=np.nan)
    if name == "mix":
        return now.assign(plan=now["plan"].mask(rng.random(N_ROWS) < 0.1, "d"))
    return now.assign(plan=now["plan"].mask(rng.random(N_ROWS) < 0.02, "new"))


@pytest.mark.parametrize(
    ("what", "column"),
    [
        ("shift", "bell"),
        ("spread", "bell"),
        ("outliers", "bell"),
        ("missing", "gap"),
        ("all missing", "gap"),
        ("mix", "plan"),
        ("new category", "plan"),
    ],
)
def test_a_change_is_found_in_its_column_only(what, column):
    report = check_drift(BEFORE, change(what))
    assert report.drifted_names == (column,)
    assert report.findings[0].columns == (column,)
    assert column in report.sentence


def test_rows_of_the_same_law_have_not_drifted():
    reports = [check_drift(BEFORE, table(seed)) for seed in range(2, 12)]
    assert not any(report.drifted for report in reports)
    assert not any(report.findings for report in reports)


def test_a_change_of_correlation_alone_is_found_jointly():
    report = check_drift(BEFORE, table(3, correlation=0.2))
    assert report.drifted_names == ()
    assert report.multivariate.dependence_drifted
    assert "MONITOR-012" in [finding.code for finding in report.findings]
    assert {"left", "right"} == set(report.multivariate.dependence.pairs[0].columns)


def test_rows_told_apart_by_two_columns_together_raise_the_domain_alarm():
    rng = np.random.default_rng(4)
    x, y = rng.choice([-1.0, 1.0], size=(2, 3000)) + rng.normal(0, 0.1, (2, 3000))
    before = pd.DataFrame({"x": x, "y": y})
    now = pd.DataFrame({"x": x, "y": np.where(x > 0, np.abs(y), -np.abs(y))})
    report = check_drift(before, now)
    assert report.multivariate.domain_drifted
    assert report.multivariate.domain.auc > 0.6


def test_a_sure_but_small_change_is_changed_and_not_drifted():
    rng = np.random.default_rng(5)
    before = pd.DataFrame({"x": rng.normal(size=40_000)})
    now = pd.DataFrame({"x": rng.normal(0.05, size=40_000)})
    report = check_drift(before, now)
    assert report.columns["x"].changed
    assert not report.drifted
    assert report.changed_names == ("x",)
    assert "small changes only" in report.sentence


def test_under_50_rows_nothing_is_judged_and_the_rows_needed_are_said():
    report = check_drift(BEFORE, change("shift").head(49))
    assert not report.enough
    assert not report.drifted
    assert report.findings[0].code == "MONITOR-010"
    assert "too few to say" in report.sentence


def test_one_row_and_no_rows_are_reported_without_an_error():
    for n_rows in (0, 1):
        assert not check_drift(BEFORE, BEFORE.head(n_rows)).enough


def test_a_reference_without_variance_is_compared():
    constant = pd.DataFrame({"x": np.ones(500), "y": ["a"] * 500})
    assert not check_drift(constant, constant).drifted
    report = check_drift(constant, constant.assign(x=2.0))
    assert report.drifted_names == ("x",)


def test_dates_may_move_on_but_not_start_earlier():
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(300), "D")
    before = pd.DataFrame({"at": days})
    assert not check_drift(before, before + pd.Timedelta(days=200)).drifted
    assert check_drift(before, before - pd.Timedelta(days=200)).drifted


def test_columns_of_one_side_only_are_left_out():
    now = BEFORE.drop(columns="gap").assign(other=1)
    assert list(check_drift(BEFORE, now).columns) == [
        name for name in BEFORE if name != "gap"
    ]


def test_tables_without_a_common_column_are_refused():
    with pytest.raises(MonitoringError, match="in common"):
        check_drift(BEFORE, pd.DataFrame({"other": [1]}))


def test_columns_are_ranked_by_what_matters():
    now = change("shift").assign(plan=change("mix")["plan"])
    ranked = check_drift(BEFORE, now).ranked
    assert [column.name for column in ranked[:2]] == ["bell", "plan"]


def test_a_report_survives_json():
    report = check_drift(BEFORE, change("shift"))
    again = DriftReport.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again.to_dict() == report.to_dict()
    assert again.sentence == report.sentence


def test_shares_then_and_now_sum_to_one():
    for column in check_drift(BEFORE, change("mix")).columns.values():
        assert sum(column.distribution.before) == pytest.approx(1)
        assert sum(column.distribution.now) == pytest.approx(1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=25)
def test_discoveries_are_never_surer_than_alpha(p_values):
    assert discovery_cut(np.array(p_values), 0.01) <= 0.01


def test_a_smaller_effect_needs_more_rows():
    needed = [rows_needed(effect, 10**6, 10) for effect in (0.5, 0.2, 0.1)]
    assert needed == sorted(needed)
