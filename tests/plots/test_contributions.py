"""The chart of one answer."""

import numpy as np

from core.evaluation.explaining import Contribution, RowExplanation
from core.plots.contributions import MOST_BARS, draw_contributions

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


def odds(base: float, output: float, average: float, answer: float) -> RowExplanation:
    items = (Contribution("age", 50, output - base),)
    return RowExplanation(
        "binary", "left", "yes", base, output, items, "exact", 0, "log-odds",
        (average, answer),
    )  # fmt: skip


def test_log_odds_are_written_as_probabilities_and_factors():
    chart = draw_contributions(odds(-1.0, 1.0, 0.268941, 0.731059))
    assert "50%" in chart.figure.layout.xaxis.ticktext
    assert "odds \u00d7 7.4 by age = 50" in chart.alt
    assert "26.9% at average odds" in chart.alt
    assert "multiplies the odds" in chart.reading


def test_calibrated_log_odds_are_not_passed_off_as_probabilities():
    chart = draw_contributions(odds(-1.0, 1.0, 0.1, 0.4))
    assert chart.figure.layout.xaxis.ticktext is None
    assert chart.figure.layout.xaxis.title.text == "Log-odds of yes"
    assert "40.0% for this row" in chart.alt


def test_the_words_of_the_two_rules_stand_above_and_below_the_bars():
    chart = draw_contributions(found())
    above, below = sorted(note.y for note in chart.figure.layout.annotations)
    places = [y for bar in chart.figure.data for y in bar.y]
    assert above < min(places) - 0.5
    assert below > max(places) + 0.5
