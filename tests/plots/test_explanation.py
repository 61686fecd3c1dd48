"""Charts that explain."""

import numpy as np

from core.evaluation.explaining import Contribution, RowExplanation
from core.plots.explanation import MOST_BARS, draw_contributions

HOSTILE = "<script>alert(1)</script>$x$"


def found(n_items: int = 14, column: str = "c") -> RowExplanation:
    effects = np.linspace(0.1, -0.05, n_items)
    items = tuple(
        Contribution(f"{column}{i}", i, float(effect), 0.01)
        for i, effect in enumerate(effects)
    )
    total = 0.3 + float(effects.sum())
    return RowExplanation("binary", "left", "yes", 0.3, total, items, "sampled", 40)


def test_the_bars_lead_from_the_average_to_the_answer():
    explained = found()
    bars = draw_contributions(explained).figure.data
    steps = {
        y: (b, x)
        for bar in bars
        for y, b, x in zip(bar.y, bar.base, bar.x, strict=True)
    }
    assert len(steps) == MOST_BARS + 1
    assert steps[0][0] == explained.base
    for place in range(1, len(steps)):
        assert np.isclose(steps[place][0], sum(steps[place - 1]))
    assert np.isclose(sum(steps[len(steps) - 1]), explained.output)


def test_names_are_shown_literally():
    chart = draw_contributions(found(2, HOSTILE))
    shown = [*chart.figure.layout.yaxis.ticktext]
    shown += [told for bar in chart.figure.data for told in bar.customdata]
    assert all("<script" not in text for text in shown)


def test_the_reading_tells_the_error():
    assert "1.0 points (95%)" in draw_contributions(found()).reading
