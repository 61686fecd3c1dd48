"""Charts of drift, and of then against now."""

import numpy as np
import pandas as pd
import pytest

from core.monitoring import DriftReport, check_drift
from core.plots.monitoring import draw_distribution, draw_drift

HOSTILE = "<script>alert(1)</script> $x$"


def report(n_columns: int = 3, name: str = "moved") -> DriftReport:
    rng = np.random.default_rng(0)
    before = pd.DataFrame({f"c{i}": rng.normal(size=800) for i in range(n_columns)})
    before["plan"] = rng.choice(["a", "b"], 800)
    before["since"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(800), "h")
    before["gap"] = np.where(rng.random(800) < 0.1, np.nan, 1.5)
    before[name] = rng.normal(size=800)
    return check_drift(before, before.assign(**{name: before[name] + 1}))


REPORT = report()


def test_bars_are_as_long_as_the_changes_and_the_furthest_is_on_top():
    figure = draw_drift(REPORT).figure
    drifted = next(bar for bar in figure.data if bar.name == "Drifted")
    assert list(drifted.x) == [REPORT.columns["moved"].effect]
    assert figure.layout.yaxis.ticktext[0] == "moved"
    assert figure.layout.yaxis.tickvals[0] == 0
    assert figure.layout.yaxis.autorange == "reversed"


def test_the_dotted_line_stands_at_the_limit_that_decides():
    assert draw_drift(REPORT).figure.layout.shapes[0].x0 == REPORT.effect


def test_columns_that_are_called_by_numbers_keep_their_own_bars():
    names = ["2", "0", "1"]
    before = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=names)
    figure = draw_drift(
        check_drift(before, before.assign(**{"1": before["1"] + 3}))
    ).figure
    (drifted,) = (bar for bar in figure.data if bar.name == "Drifted")
    assert (list(drifted.y), list(drifted.customdata)) == ([0], ["1"])
    assert sorted(figure.layout.yaxis.ticktext) == sorted(names)


def test_at_most_15_columns_are_drawn():
    figure = draw_drift(report(30)).figure
    assert sum(len(bar.x) for bar in figure.data) == 15


def test_the_text_names_the_largest_changes():
    assert "moved" in draw_drift(REPORT).alt.split(",")[0]


@pytest.mark.parametrize("name", ["c0", "plan", "since", "gap"])
def test_both_windows_are_drawn_on_the_same_cells(name):
    seen = REPORT.columns[name].distribution
    then, now = draw_distribution(seen).figure.data
    assert list(then.x) == list(now.x)
    assert sum(seen.before) == pytest.approx(sum(then.y[: len(seen.before)]))


def test_missing_values_are_said_where_there_are_any():
    columns = REPORT.columns
    assert "Missing" in draw_distribution(columns["gap"].distribution).reading
    assert "Missing" not in draw_distribution(columns["c0"].distribution).reading


def test_the_text_says_where_the_shares_part_most():
    alt = draw_distribution(REPORT.columns["moved"].distribution).alt
    assert alt.startswith("moved: ")
    assert "of rows in training" in alt


def test_a_hostile_name_is_never_markup():
    hostile = report(name=HOSTILE)
    for chart in (
        draw_drift(hostile),
        draw_distribution(hostile.columns[HOSTILE].distribution),
    ):
        assert "<script" not in chart.figure.to_json()
