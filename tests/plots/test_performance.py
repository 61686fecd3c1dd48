"""The chart of performance over time."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core.monitoring import (
    PerformanceSeries,
    estimate_performance,
    realised_performance,
)
from core.plots.performance import draw_performance


def answers(n_rows: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    p = rng.random(n_rows)
    hours = np.linspace(0, 24 * 89, n_rows)
    meta = pd.DataFrame(
        {
            "at": pd.Timestamp("2026-01-01") + pd.to_timedelta(hours, "h"),
            "prediction": np.where(p > 0.5, "yes", "no"),
            "probability": p,
            "outcome": pd.Series(np.where(rng.random(n_rows) < p, "yes", "no")),
        }
    )
    late = meta["at"] >= "2026-02-01"
    meta.loc[late & (meta.index % 15 > 0), "outcome"] = None
    return meta


META = answers()
REALISED = realised_performance(META, task="binary", pos_label="yes")


def named(figure) -> dict[str, object]:
    return {trace.name: trace for trace in figure.data if trace.name}


def test_windows_with_few_outcomes_are_drawn_apart():
    traces = named(draw_performance(REALISED).figure)
    assert len(traces["From outcomes"].x) == 1
    assert len(traces["Too few outcomes"].x) == 2


def test_whiskers_reach_to_the_ends_of_the_interval():
    first = REALISED.windows[0]
    drawn = named(draw_performance(REALISED).figure)["From outcomes"]
    assert drawn.y[0] + drawn.error_y.array[0] == first.high
    assert drawn.y[0] - drawn.error_y.arrayminus[0] == first.low


def test_the_share_of_known_outcomes_stands_below():
    (bars,) = [
        trace
        for trace in draw_performance(REALISED).figure.data
        if trace.y and trace.yaxis == "y2"
    ]
    assert list(bars.y) == [window.coverage for window in REALISED.windows]


def test_an_estimate_is_dashed_and_says_what_it_cannot_see():
    estimated = estimate_performance(META, META, task="binary", pos_label="yes")
    chart = draw_performance(REALISED, estimated, expected=0.8)
    trace = named(chart.figure)["Estimated without outcomes"]
    assert trace.line.dash == "dash"
    assert "cannot see" in chart.reading
    assert "test rows" in chart.reading
    assert chart.figure.layout.shapes[0].y0 == 0.8


def test_the_axis_names_at_most_eight_windows():
    daily = realised_performance(META, task="binary", pos_label="yes", window="day")
    axis = draw_performance(daily).figure.layout.xaxis
    assert len(axis.ticktext) <= 8
    assert axis.ticktext[0] == "2026-01-01"


def test_a_series_without_outcomes_can_be_drawn():
    empty: PerformanceSeries = replace(REALISED, windows=())
    assert "no window has 30 outcomes" in draw_performance(empty).alt
