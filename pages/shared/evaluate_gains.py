"""Lift and gain: how much of a class is found among the rows ranked first."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evaluation import ScoreCurve
from core.evaluation.gains import gain, gain_points
from core.plots.gains import draw_gain, draw_lift
from core.wording import percent, with_interval
from pages.shared.evaluate_rows import Report
from pages.shared.frame import show_chart


def show_gains(report: Report) -> None:
    """Show gain and lift, and what the first rows hold."""
    curves = report.evaluation.curves
    if not curves:
        st.info("Lift and gain need rows of at least two classes.")
        return
    gains = [gain(curve) for curve in curves]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Gain**")
        show_chart(draw_gain(gains), "gain")
    with right:
        st.markdown("**Lift**")
        show_chart(draw_lift(gains), "lift")
    curve = _ask_class(curves)
    st.dataframe(
        gains_table(curve),
        hide_index=True,
        height="content",
        alt="What the rows ranked first hold of the class, with intervals",
        key="gains",
    )


def gains_table(curve: ScoreCurve) -> pd.DataFrame:
    """Return one row for each share of rows taken."""
    points = gain_points(curve)
    return pd.DataFrame(
        {
            "Rows taken": [f"{percent(p.share, 0)} ({p.n_rows:,})" for p in points],
            f"Found of {curve.label} (95% interval)": [
                f"{percent(p.found)} ({percent(p.found_low)} to "
                f"{percent(p.found_high)})"
                for p in points
            ],
            "Lift (95% interval)": [
                with_interval(p.lift, p.lift_low, p.lift_high) for p in points
            ],
        }
    )


def _ask_class(curves: Sequence[ScoreCurve]) -> ScoreCurve:
    if len(curves) == 1:
        return curves[0]
    chosen = st.selectbox(
        "Class", range(len(curves)), key="gain-class",
        format_func=lambda i: str(curves[i].label),
    )  # fmt: skip
    return curves[chosen]
