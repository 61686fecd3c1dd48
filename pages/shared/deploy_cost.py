"""What a demand needs and costs: own machines in steps, a cloud that follows."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import streamlit as st

from core.deployment.capacity import UTILISATION, Level, LoadTest, copies_needed
from core.deployment.cost import (
    EXAMPLE,
    Buying,
    Faster,
    Plan,
    Prices,
    faster_candidate,
    plan_capacity,
)
from core.deployment.demand import Demand
from core.plots.capacity import draw_plan, draw_spending
from core.wording import counted, percent, score_text
from core.workspace import RunRecord
from pages.shared.frame import facts, md, show_chart

_WEEK: Final = 168
_WORTH_SAYING: Final = 1.05
_PRICES: Final[dict[str, tuple[str, float, float]]] = {
    "machine": ("Own machine, to buy", 0.0, 1e7),
    "machine_month": ("Own machine, a month", 0.0, 1e6),
    "cloud_copy_hour": ("Cloud copy, an hour", 0.0, 1e4),
    "cloud_million": ("Cloud, a million calls", 0.0, 1e5),
    "cloud_month": ("Cloud, each month", 0.0, 1e6),
}


def show_cost(
    measured: tuple[LoadTest, Level] | None, run: RunRecord | None, candidate: str
) -> None:
    """Ask for demand and prices, and show the picture of capacity."""
    st.header("Demand and cost", anchor=False)
    if measured is None:
        st.caption(
            "It needs a load test with a level that keeps the goal: how much one copy "
            "answers decides how many are paid for."
        )
        return
    found, best = measured
    demand, (prices, buying) = _ask_demand(), _ask_prices()
    rate, rows = best.per_s * UTILISATION, found.rows_a_call
    plan = plan_capacity(demand, rate, prices, buying, rows_a_call=rows)
    _show_plan(plan, prices, best)
    if run is not None and best.cpu_ms:
        faster = faster_candidate(run.leaderboard, candidate, best.cpu_ms, rows)
        if faster is not None:
            rate *= faster.gain
            cheaper = plan_capacity(demand, rate, prices, buying, rows_a_call=rows)
            _show_faster(faster, plan, cheaper, prices.currency)


def _ask_demand() -> Demand:
    columns = st.columns(6)
    base = columns[0].number_input("Calls a second, mean", 0.001, 1e6, 5.0)
    daily = columns[1].number_input("Daily swing, %", 0, 100, 60)
    weekly = columns[2].number_input("Weekend below, %", 0, 100, 30)
    spike = columns[3].number_input("Monthly spike, times", 1.0, 1_000.0, 3.0)
    growth = columns[4].number_input("Growth a month, %", -50.0, 100.0, 3.0)
    months = columns[5].number_input("Months", 1, 60, 36)
    return Demand(
        base, daily / 100, weekly / 100, spike, growth=growth / 100, months=months
    )


def _ask_prices() -> tuple[Prices, Buying]:
    with st.expander(f"Prices: {EXAMPLE.name}, {EXAMPLE.as_of:%B %Y}"):
        st.caption("They only show the shape of the curves; put in your own.")
        columns = st.columns(5)
        given: dict[str, Any] = {
            name: column.number_input(label, low, high, getattr(EXAMPLE, name))
            for column, (name, (label, low, high)) in zip(
                columns, _PRICES.items(), strict=True
            )
        }
        columns = st.columns(5)
        currency = columns[0].text_input("Currency", EXAMPLE.currency, max_chars=8)
        copies = columns[1].number_input("Copies on a machine", 1, 1_000, 8)
        life = columns[2].number_input("Months a machine lives", 1, 240, 48)
        every = columns[3].number_input("Buy every … months", 1, 60, 12)
        cover = columns[4].number_input("Hours to serve, %", 50.0, 100.0, 99.0)
    given |= {"currency": currency, "machine_copies": copies, "lifetime_months": life}
    prices = replace(EXAMPLE, **given)
    if prices != EXAMPLE:
        prices = replace(prices, name="Your own figures", as_of=date.today())  # noqa: DTZ011
    return prices, Buying(every, cover / 100)


def _show_plan(plan: Plan, prices: Prices, best: Level) -> None:
    peak = float(plan.demand.max())
    paid = "never" if plan.break_even is None else f"month {plan.break_even}"
    facts(
        [
            ("Copies at the peak", copies_needed(peak, best.per_s)),
            ("Own machines pay off", paid),
            (
                "1,000 predictions, own",
                f"{score_text(plan.own_per_1000)} {prices.currency}",
            ),
            (
                "1,000 predictions, cloud",
                f"{score_text(plan.cloud_per_1000)} {prices.currency}",
            ),
        ]
    )
    st.markdown(
        f"Demand reaches {score_text(peak)} calls a second; a copy is trusted with "
        f"{percent(UTILISATION, 0)} of what it answered in the test. Own machines: "
        f"{int(plan.machines[0])} at first, {int(plan.machines[-1])} at the end; "
        f"{percent(plan.waste)} of what they could answer is wasted, and in "
        f"{counted('hour', plan.hours_short)} they cannot serve all "
        f"({percent(plan.shortage)} of the calls)."
    )
    left, right = st.columns(2, gap="large")
    with left:
        show_chart(draw_plan(plan), "plan-whole")
    with right:
        show_chart(draw_spending(plan, prices.currency), "plan-spent")
    with st.expander("Two weeks closely, the spike of the first month among them"):
        show_chart(draw_plan(plan, first_hour=_WEEK, n_hours=2 * _WEEK), "plan-week")
    st.caption(md(f"{prices.name}, {prices.as_of:%Y-%m-%d}."))


def _show_faster(faster: Faster, plan: Plan, cheaper: Plan, currency: str) -> None:
    if faster.gain < _WORTH_SAYING:
        little = f"{score_text(faster.chosen_row_ms)} ms"
        st.caption(f"A faster candidate saves little: the model takes {little} a row.")
        return
    own, cloud = (
        float((getattr(plan, name) - getattr(cheaper, name)).sum())
        for name in ("own_cost", "cloud_cost")
    )
    st.info(
        f"**{md(faster.candidate)}** needs {score_text(faster.row_ms)} ms a row "
        f"instead of {score_text(faster.chosen_row_ms)} ms and scored "
        f"{score_text(faster.score)} instead of {score_text(faster.chosen_score)} on "
        f"the validation rows. One copy would answer about {faster.gain:.1f} times as "
        f"many calls; over {counted('month', len(plan.machines))} that saves "
        f"{own:,.0f} {md(currency)} on own machines and {cloud:,.0f} {md(currency)} in "
        "the cloud. An estimate: test it before you decide.",
        icon=":material/bolt:",
    )
