"""Choose the decision threshold, on validation rows alone."""

import numpy as np
import streamlit as st

from core.evaluation.deciding import METRICS, Payoff, ThresholdCurve
from core.plots.deciding import draw_thresholds, draw_worth
from core.wording import counted, score_text
from core.workspace import RunRecord
from pages.shared.evaluate_threshold_words import (
    Proposal,
    by_capacity,
    by_hand,
    by_metric,
    by_money,
    by_precision,
    effects_table,
)
from pages.shared.frame import md, show_chart, stop_on_error
from pages.shared.state import workspace

_METRIC, _CAPACITY, _PRECISION = "A metric", "How many can be handled", "A precision"
_MONEY, _HAND = "Money", "By hand"
WAYS = (_METRIC, _CAPACITY, _PRECISION, _MONEY, _HAND)


def show_threshold(run: RunRecord) -> None:
    """Show the threshold in use, ways to choose another, and what it would do."""
    curve, present = _known(run.id, run.chosen, run.models[run.chosen])
    decided = workspace().decisions.present(run)
    why = f" ({md(decided.words)})" if decided is not None and decided.words else ""
    st.markdown(
        f"A row counts as **{md(curve.label)}** from a probability of "
        f"**{score_text(present)}** on{why}."
    )
    _choose(run, curve, present)


@st.cache_resource(max_entries=16, show_spinner=False)
def _known(run_id: str, candidate: str, model: str) -> tuple[ThresholdCurve, float]:
    """Return curve and threshold of a model's file, which never changes."""
    del candidate, model  # they only say which model it is
    run = workspace().training.get(run_id)
    threshold = workspace().decisions.model(run).threshold
    present = 0.5 if threshold is None else threshold
    return workspace().decisions.curve(run), present


@st.fragment
def _choose(run: RunRecord, curve: ThresholdCurve, present: float) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        way = st.selectbox("Choose it by", WAYS, key="threshold-way")
        found = _ask(way, curve, present)
    if found is None:
        return
    with right:
        if found.worth is not None:
            error = found.error
            chart = draw_worth(curve, found.worth, found.place, found.title, error)
        else:
            chart = draw_thresholds(curve, found.place, present)
        show_chart(chart, "threshold-chart")
    st.table(  # painted at once; a data frame's grid settles 200 ms later
        effects_table(curve, present, found).map(md),
        border="horizontal",
        alt="What the threshold in use and the proposed one do to the validation rows",
    )
    st.caption(
        f"Counted on {counted('validation row', round(curve.n_rows))}, with 95% "
        "intervals; no test row is read. A threshold chosen because it is best here "
        "does a little worse elsewhere: the report shows what it does to the test "
        "rows once they are open."
    )
    threshold = curve.threshold[found.place]
    label = f"Use {score_text(threshold)} from now on"
    if st.button(label, type="primary", key="use-threshold", icon=":material/check:"):
        with stop_on_error(), st.spinner("Measuring with this threshold"):
            workspace().decisions.take_threshold(run, threshold, found.words)
        st.rerun()


def _ask(way: str, curve: ThresholdCurve, present: float) -> Proposal | None:
    """Ask what the way needs, and return what it proposes."""
    if way == _METRIC:
        name = st.selectbox("Metric", list(METRICS), key="threshold-metric")
        return by_metric(curve, name)
    if way == _CAPACITY:
        share = st.slider(
            "Rows that can be handled, in %", 0.5, 100.0, 10.0, 0.5,
            key="threshold-share",
            help="The likeliest rows are flagged, as many as fit.",
        )  # fmt: skip
        return by_capacity(curve, share / 100)
    if way == _PRECISION:
        floor = st.slider(
            "Of the rows flagged, at least so many % are right", 1, 100, 80,
            key="threshold-floor",
        )  # fmt: skip
        found = by_precision(curve, floor / 100)
        if found is None:
            _say_out_of_reach(curve, floor)
        return found
    if way == _MONEY:
        return by_money(curve, _ask_payoff(curve))
    place = st.slider(
        "Threshold", 0.0, 1.0, round(present, 3), 0.001, key="threshold-hand"
    )
    return by_hand(curve, place)


def _ask_payoff(curve: ThresholdCurve) -> Payoff:
    """Ask for the two-by-two table of money."""
    st.caption("What one row is worth, in any one unit; costs are below zero.")
    usual = Payoff()
    name = md(curve.label)
    left, right = st.columns(2)
    cells = (
        (left, f"Flagged, and {name}", usual.found, "found"),
        (right, f"Flagged, not {name}", usual.false_alarm, "alarm"),
        (left, f"Left, though {name}", usual.missed, "missed"),
        (right, f"Left, not {name}", usual.left_alone, "left"),
    )
    return Payoff(
        *(
            column.number_input(label, value=value, step=1.0, key=f"worth-{key}")
            for column, label, value, key in cells
        )
    )


def _say_out_of_reach(curve: ThresholdCurve, floor: int) -> None:
    found, alarms, _, _ = curve.cells
    flagged = found + alarms
    best = float(np.max(np.divide(found, flagged, where=flagged > 0, out=flagged * 0)))
    st.warning(
        f"No threshold makes {floor}% of the flags right on these rows; the most is "
        f"{100 * best:.1f}%.",
        icon=":material/block:",
    )
