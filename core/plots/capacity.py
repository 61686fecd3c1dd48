"""Charts of capacity: what a load test found, and how a demand is met."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.deployment.capacity import Level
from core.deployment.cost import Plan
from core.deployment.demand import HOURS_A_MONTH, Floats
from core.plots.theme import BAD, GOOD, NEUTRAL, WARN, Chart, new_figure, text
from core.wording import counted, percent, score_text

_MOST_STEPS: Final = 730


def draw_load(levels: Sequence[Level], goal_ms: float) -> Chart:
    """Draw latency against the rate, one point for each number of clients.

    Parameters
    ----------
    levels : sequence of Level
        Levels without an answered call are left out.
    goal_ms : float
        Dotted line.
    """
    shown = [each for each in levels if np.isfinite(each.p99)]
    figure = new_figure(x="Clients at a time", y="Milliseconds (log)", height=320)
    clients = [str(each.n_clients) for each in shown]
    rates = [score_text(each.per_s) for each in shown]
    for name, dash in (("p50", "solid"), ("p95", "solid"), ("p99", "dot")):
        figure.add_scatter(
            x=clients,
            y=[getattr(each, name) for each in shown],
            name=name,
            mode="lines+markers",
            line={"dash": dash},
            customdata=rates,
            hovertemplate=f"{name} %{{y:.1f}} ms at %{{customdata}} calls a second"
            "<extra></extra>",
        )
    figure.data[1].error_y = {
        "type": "data",
        "symmetric": False,
        "array": [each.p95_high - each.p95 for each in shown],
        "arrayminus": [each.p95 - each.p95_low for each in shown],
        "thickness": 1,
    }
    figure.add_hline(y=goal_ms, line_dash="dot", line_color=NEUTRAL)
    figure.update_xaxes(type="category")
    figure.update_yaxes(type="log")
    figure.update_layout(showlegend=True)
    told = "; ".join(
        f"{counted('client', each.n_clients)}: {score_text(each.per_s)} calls a "
        f"second, 95 of 100 within {score_text(each.p95)} ms"
        for each in shown
    )
    return Chart(
        figure,
        alt=f"{told}.",
        reading=(
            f"Below the dotted line at {goal_ms:,.0f} ms the goal is kept. Bars are "
            "95% intervals of p95. Where the lines bend up, more clients only wait "
            "longer."
        ),
    )


def draw_plan(plan: Plan, *, first_hour: int = 0, n_hours: int | None = None) -> Chart:
    """Draw demand, own capacity in steps, and cloud capacity that follows.

    Parameters
    ----------
    plan : Plan
    first_hour, n_hours : int
        The stretch to draw; everything by default. Long stretches are drawn by the
        busiest hour of each day or week.
    """
    end = len(plan.demand) if n_hours is None else first_hour + n_hours
    lines = [
        _busiest(each[first_hour:end]) for each in (plan.demand, plan.own, plan.cloud)
    ]
    demand, own, cloud = lines
    whole = n_hours is None
    x = np.linspace(first_hour, end, len(demand), endpoint=False)
    x = x / HOURS_A_MONTH if whole else (x - first_hour) / 24
    figure = new_figure(
        x="Months from now" if whole else "Days",
        y="Calls a second" + (", busiest hours" if whole else ""),
        height=340,
    )
    _shade(figure, x, np.minimum(demand, own), own, "Wasted", "rgba(125,133,144,0.25)")
    _shade(
        figure, x, own, np.maximum(demand, own), "Not served", "rgba(212,87,42,0.55)"
    )
    for name, values, colour, dash, shape in (
        ("Cloud capacity", cloud, GOOD, "dot", "hv"),
        ("Own capacity", own, WARN, "solid", "hv"),
        ("Demand", demand, BAD, "solid", "linear"),
    ):
        figure.add_scatter(
            x=x, y=values, name=name, mode="lines",
            line={"color": colour, "dash": dash, "shape": shape, "width": 1.6},
            hovertemplate=f"{text(name)} %{{y:,.1f}}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=True, hovermode="x unified")
    return Chart(
        figure,
        alt=(
            f"Over {counted('month', len(plan.machines))}, demand reaches "
            f"{score_text(float(plan.demand.max()))} calls a second; "
            f"{counted('own machine', int(plan.machines[0]))} at first, "
            f"{int(plan.machines[-1])} at the end. {percent(plan.waste)} of own "
            f"capacity is wasted, {percent(plan.shortage)} of the calls are not served."
        ),
        reading=(
            "Grey: own capacity that is paid for and not used. Red: calls that own "
            "capacity cannot serve. The cloud's line follows demand."
        ),
    )


def draw_spending(plan: Plan, currency: str) -> Chart:
    """Draw what both ways have cost in all, month by month.

    Parameters
    ----------
    plan : Plan
    currency : str
    """
    figure = new_figure(
        x="Months from now", y=f"Spent in all, {text(currency)}", height=300
    )
    months = list(range(1, len(plan.machines) + 1))
    sums = {"Own machines": plan.own_cost, "Cloud": plan.cloud_cost}
    for (name, cost), colour in zip(sums.items(), (WARN, GOOD), strict=True):
        figure.add_scatter(
            x=months, y=np.cumsum(cost), name=name, mode="lines",
            line={"color": colour, "dash": "dot" if name == "Cloud" else "solid"},
            hovertemplate=f"{name} after month %{{x}}: %{{y:,.0f}}<extra></extra>",
        )  # fmt: skip
    if plan.break_even is not None:
        figure.add_vline(x=plan.break_even, line_dash="dot", line_color=NEUTRAL)
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=True)
    own, cloud = (float(each.sum()) for each in sums.values())
    return Chart(
        figure,
        alt=f"After {counted('month', months[-1])}: own machines {own:,.0f}, cloud "
        f"{cloud:,.0f} {currency}.",
        reading="The lower line is the cheaper way up to that month; the dotted line "
        "is where own machines have paid off.",
    )


def _shade(
    figure: go.Figure, x: Floats, low: Floats, high: Floats, name: str, colour: str
) -> None:
    line = {"width": 0, "shape": "hv"}
    figure.add_scatter(
        x=x, y=low, mode="lines", line=line, showlegend=False, hoverinfo="skip"
    )
    figure.add_scatter(
        x=x, y=high, mode="lines", line=line, fill="tonexty", fillcolor=colour,
        name=name, hoverinfo="skip",
    )  # fmt: skip


def _busiest(values: Floats) -> Floats:
    """Return the hours, or the busiest of each day or week, at most some 700 values."""
    size = next((n for n in (1, 24) if len(values) <= n * _MOST_STEPS), 168)
    starts = np.arange(0, len(values), size)
    found: Floats = np.maximum.reduceat(values, starts)
    return found
