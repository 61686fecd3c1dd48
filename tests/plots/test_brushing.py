import numpy as np
import pandas as pd
import pytest

from core.data import profile
from core.data.crossing import cross
from core.plots.brushing import draw_crossing, with_chosen_bars
from core.plots.data import draw_associations, draw_distribution

HOSTILE = "<b>a</b> $x$"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    words = rng.choice([HOSTILE, "b", "c"], 200)
    return pd.DataFrame({"word": words, HOSTILE: rng.normal(size=200)})


def test_chosen_bars_are_marked_and_the_chart_given_is_not_changed(table):
    chart = draw_distribution(profile(table)["word"])
    marked = with_chosen_bars(chart, [1])
    assert marked.figure.data[0].selectedpoints == (1,)
    assert chart.figure.data[0].selectedpoints is None


def test_every_cell_has_a_point_to_click_in_the_order_of_rows(table):
    report = profile(table)
    found = cross(table, report["word"], report[HOSTILE])
    chart = draw_crossing(found, (1, 2))
    points = chart.figure.data[1]
    n_columns = len(found.columns)
    assert len(points.x) == len(found.rows) * n_columns
    assert (points.x[n_columns], points.y[n_columns]) == (0, 1)
    assert points.selectedpoints == (n_columns + 2,)


def test_cells_of_associations_can_be_clicked_too(table):
    chart = draw_associations(profile(table).associations)
    assert len(chart.figure.data[1].x) == 4


def test_names_in_crossed_charts_are_escaped(table):
    report = profile(table)
    chart = draw_crossing(cross(table, report["word"], report[HOSTILE]))
    shown = [*chart.figure.layout.yaxis.ticktext, *chart.figure.data[1].customdata]
    assert any("&lt;b>a" in name for name in shown)
    assert not any("<b>a" in name for name in shown)
