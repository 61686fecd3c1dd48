"""Charts over windows draw what the summaries hold, and say it in words."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from core.monitoring import check_drift
from core.monitoring.summary import WindowSummary
from core.plots.windows import draw_harm, draw_signals

START = datetime(2026, 1, 1, tzinfo=UTC)


def window(place: int, columns: float | None) -> WindowSummary:
    start = START + timedelta(days=place)
    ends = (f"<day {place}>", start, start + timedelta(days=1))
    signals = {"columns": columns, "predictions": 0.0}
    return WindowSummary(*ends, 100, 0, columns is not None, "", signals, {}, {})


def test_windows_that_cannot_be_judged_leave_a_gap():
    values = [0.0, None, 0.5]
    chart = draw_signals(
        [window(i, value) for i, value in enumerate(values)],
        ("columns", "predictions"),
        0.1,
    )
    drawn = chart.figure.data[0]
    assert list(drawn.y) == values
    assert drawn.customdata[0] == "&lt;day 0>"
    assert "any column drifts 0.500" in chart.alt


def test_the_mark_of_a_column_grows_with_its_harm():
    rng = np.random.default_rng(0)
    names = ["a", "b", "$c$"]
    before = pd.DataFrame(rng.normal(size=(600, 3)), columns=names)
    report = check_drift(before, before + np.array([1.0, 1.0, 0.0]))
    harm, weight = {"a": 0.2, "b": 0.1}, dict.fromkeys(names, 0.3)
    chart = draw_harm(report, harm, weight, as_share=True)
    drifted = chart.figure.data[0]
    assert [each[0] for each in drifted.customdata] == ["a", "b"]
    assert drifted.marker.size[0] > drifted.marker.size[1]
    assert "Most harm: a 20.0%, b 10.0%." in chart.alt


def test_where_nothing_moved_the_chart_says_so():
    before = pd.DataFrame({"a": np.arange(200.0)})
    chart = draw_harm(check_drift(before, before), {}, {"a": 1.0}, as_share=False)
    assert "No column's move changes the answers" in chart.alt
