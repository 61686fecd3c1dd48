"""Demand keeps its means; capacity is bought ahead, follows, and is paid for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.deployment.cost import (
    EXAMPLE,
    Buying,
    break_even,
    faster_candidate,
    plan_capacity,
)
from core.deployment.demand import HOURS_A_MONTH, Demand

share = st.floats(0, 1)
demands = st.builds(
    Demand,
    base_per_s=st.floats(0.01, 1e4),
    daily_swing=share,
    weekly_swing=share,
    spike=st.floats(1, 20),
    spike_hours=st.integers(0, 24),
    growth=st.floats(-0.1, 0.2),
    months=st.integers(1, 14),
)


@given(demands)
@settings(max_examples=25)
def test_demand_is_never_negative_and_has_an_hour_for_each_hour(demand):
    curve = demand.curve()
    assert curve.shape == (demand.months * HOURS_A_MONTH,)
    assert (curve >= 0).all()


@given(share, share)
@settings(max_examples=25)
def test_swings_keep_the_mean_of_a_week(daily, weekly):
    week = Demand(7.0, daily, weekly, spike=1.0, growth=0.0, months=1).curve()[:168]
    assert week.mean() == pytest.approx(7.0)


def test_a_spike_comes_once_a_month_for_its_hours():
    curve = Demand(1.0, 0.0, 0.0, spike=4.0, spike_hours=5, growth=0.0, months=3)
    assert int((curve.curve() > 1).sum()) == 15


@given(demands, st.floats(0.1, 1e3))
@settings(max_examples=25)
def test_the_cloud_serves_all_and_own_machines_nearly_all(demand, rate):
    plan = plan_capacity(demand, rate)
    assert (plan.cloud >= plan.demand * (1 - 1e-6)).all()
    assert (plan.cloud <= np.maximum(rate, plan.demand + rate)).all()
    assert (np.diff(plan.machines) >= 0).all()
    assert plan.hours_short <= 0.011 * len(plan.demand) + 1
    assert 0 <= plan.waste <= 1
    assert 0 <= plan.shortage <= 1
    assert (plan.own_cost > 0).all()


@given(demands)
@settings(max_examples=25)
def test_a_faster_copy_never_costs_more_in_the_cloud(demand):
    slow, fast = plan_capacity(demand, 10.0), plan_capacity(demand, 20.0)
    assert fast.cloud_cost.sum() <= slow.cloud_cost.sum() + 1e-6


def test_covering_every_hour_leaves_no_shortage():
    plan = plan_capacity(Demand(base_per_s=500), 10.0, buying=Buying(cover=1.0))
    assert (plan.hours_short, plan.shortage) == (0, pytest.approx(0))


def test_machines_are_bought_again_when_their_life_is_over():
    prices = replace(EXAMPLE, lifetime_months=6, machine=100.0, machine_month=1.0)
    plan = plan_capacity(Demand(0.1, months=13), 100.0, prices)
    assert plan.own_cost.tolist() == [101.0, *[1.0] * 5] * 2 + [101.0]


def test_the_cost_of_a_thousand_predictions_is_what_was_paid_for_them():
    demand = Demand(2.0, 0, 0, spike=1.0, growth=0.0, months=1)
    plan = plan_capacity(demand, 10.0, rows_a_call=5)
    hours = EXAMPLE.cloud_copy_hour * HOURS_A_MONTH
    calls = 2.0 * 3600 * HOURS_A_MONTH
    paid = hours + calls / 1e6 * EXAMPLE.cloud_million + EXAMPLE.cloud_month
    assert plan.cloud_per_1000 == pytest.approx(1000 * paid / (5 * calls))


def test_a_break_even_that_does_not_last_is_none():
    own, cloud = np.array([5.0, 1.0, 1.0, 9.0]), np.full(4, 3.0)
    assert break_even(own, cloud) is None


def row(candidate: str, row_ms: float | None, family: str = "x") -> dict[str, object]:
    return {"candidate": candidate, "family": family, "score": 0.5, "row_ms": row_ms}


def test_the_best_of_the_faster_candidates_is_found():
    rows = [row("A", 1.0), row("B", 0.95), row("C", 0.2), row("D", 0.1)]
    found = faster_candidate(rows, "A", cpu_ms=1.0)
    assert found is not None
    assert found.candidate == "C"
    assert found.gain == pytest.approx(1 / (1 - 0.9 * 0.8))


def test_the_baseline_and_the_untimed_are_no_alternative():
    rows = [row("A", 1.0), row("B", None), row("C", 0.01, "baseline")]
    assert faster_candidate(rows, "A", cpu_ms=2.0) is None
    assert faster_candidate(rows, "elsewhere", cpu_ms=2.0) is None
