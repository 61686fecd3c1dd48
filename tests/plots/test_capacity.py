"""Charts of capacity draw what was measured and planned, and say it in words."""

import math

import numpy as np

from core.deployment.capacity import level_of
from core.deployment.cost import plan_capacity
from core.deployment.demand import Demand
from core.plots.capacity import draw_load, draw_plan, draw_spending


def test_a_level_that_answered_nothing_is_not_drawn():
    good = level_of(1, [1.0, 2.0, 4.0], 0, 1.0, cpu_s=None, memory_mb=None)
    none = level_of(2, [], 3, 1.0, cpu_s=None, memory_mb=None)
    chart = draw_load([good, none], 100)
    assert [list(trace.x) for trace in chart.figure.data] == [["1"]] * 3
    assert "1 client: 3.000 calls a second, 95 of 100 within 4.000 ms." in chart.alt


def test_the_picture_shows_the_busiest_hours_and_shades_both_sides():
    plan = plan_capacity(Demand(base_per_s=300, months=12), 20.0)
    drawn = {trace.name: trace for trace in draw_plan(plan).figure.data}
    assert len(drawn["Demand"].y) <= 730
    assert max(drawn["Demand"].y) == plan.demand.max()
    short = np.asarray(drawn["Not served"].y) > np.asarray(drawn["Own capacity"].y)
    assert short.any()
    assert "not served" in draw_plan(plan).alt


def test_a_week_is_drawn_hour_by_hour():
    plan = plan_capacity(Demand(months=2), 20.0)
    demand = draw_plan(plan, first_hour=168, n_hours=168).figure.data[-1]
    assert list(demand.y) == plan.demand[168:336].tolist()
    assert math.isclose(demand.x[-1], 167 / 24)


def test_spending_adds_up_and_names_its_currency_literally():
    plan = plan_capacity(Demand(months=6), 20.0)
    chart = draw_spending(plan, "<b>$")
    assert chart.figure.data[0].y[-1] == plan.own_cost.sum()
    assert "&lt;b>&#36;" in chart.figure.layout.yaxis.title.text
