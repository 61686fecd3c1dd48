import numpy as np
import pandas as pd
import pytest

from core.data import profile, split
from core.plots.data import (
    draw_associations,
    draw_distribution,
    draw_relation,
    draw_target_along,
)
from core.plots.split import draw_split

HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    return pd.DataFrame(
        {
            HOSTILE: x,
            "count": rng.integers(0, 5, 400),
            "plan": rng.choice(["<b>a</b>", "b"], 400),
            "since": pd.date_range("2024-01-01", periods=400),
            "y": np.where(x > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def report(table):
    return profile(table, "y")


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def test_bars_count_every_row(report):
    for column in report.columns:
        figure = draw_distribution(column, "y").figure
        assert sum(sum(bars.y) for bars in figure.data) == report.n_rows


def test_classes_are_stacked_under_the_name_of_the_target(report):
    figure = draw_distribution(report["count"], "y").figure
    assert figure.layout.barmode == "stack"
    assert {bars.name for bars in figure.data} == {"yes", "no"}


def test_two_classes_show_the_share_of_one(report):
    figure = draw_target_along(report["count"], "y").figure
    line = figure.data[-1]
    histogram = report["count"].histogram
    shown = histogram.by_class[line.name]
    assert line.y[0] == pytest.approx(shown[0] / histogram.counts[0])


def test_a_number_to_predict_shows_its_mean(table):
    inputs = table.drop(columns="y")
    column = profile(inputs, "count", task="regression")["plan"]
    (line,) = draw_target_along(column, "count").figure.data
    assert list(line.y) == list(column.histogram.target_mean)


def test_the_best_column_stands_on_top(report):
    figure = draw_relation(report.relation).figure
    assert figure.layout.yaxis.autorange is None  # upwards, whatever the theme says
    assert figure.data[0].x[0] == max(figure.data[0].x)
    assert figure.data[0].y[0] == max(figure.data[0].y)


def test_the_heat_map_ends_with_the_target(report):
    figure = draw_associations(report.associations, "y", most=3).figure
    assert figure.layout.xaxis.ticktext[-1] == "y"
    assert len(figure.data[0].z) == 3


def test_the_sets_are_drawn_side_by_side(table):
    report = split(table, "y").diagnose(table, "y")
    figure = draw_split(report, "y").figure
    assert list(figure.data[0].y) == ["Train", "Validation", "Test"]


def test_names_are_shown_literally(table, report):
    charts = [
        *(draw_distribution(column, "y") for column in report.columns),
        *(draw_target_along(report[name], "y") for name in (HOSTILE, "plan")),
        draw_relation(report.relation),
        draw_associations(report.associations, "y"),
    ]
    for chart in charts:
        assert not any(
            "<script" in s or "<b>" in s for s in _strings(chart.figure.to_dict())
        )
        assert chart.alt
        assert chart.reading.endswith(".")


def test_a_column_of_nothing_is_drawn_empty():
    report = profile(pd.DataFrame({"a": [None, None], "b": [1, 2]}))
    assert draw_distribution(report["a"]).figure.data[0].y == ()
    assert draw_relation(()).figure.data
