import pytest

from core.plots.prediction import (
    draw_class_probabilities,
    draw_interval,
    draw_probability,
)

HOSTILE = "<script>alert(1)</script> $x$"


def test_the_bar_is_as_long_as_the_probability_and_the_line_at_the_threshold():
    figure = draw_probability(0.62, 0.4, "yes").figure
    assert figure.data[0].x == (0.62,)
    assert figure.layout.shapes[1].x0 == 0.4


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.4, "above it"), (0.39, "below it"), (1.0, "100.0%"), (0.9999, "over 99.9%")],
)
def test_the_alternative_text_says_on_which_side_it_lies(probability, words):
    assert words in draw_probability(probability, 0.4, "yes").alt


def test_classes_are_drawn_from_the_likeliest_and_at_most_ten():
    chart = draw_class_probabilities({f"c{i}": i / 66 for i in range(12)})
    drawn = chart.figure.data[0].x
    assert len(drawn) == 10
    assert list(drawn) == sorted(drawn, reverse=True)
    assert "c11" in chart.alt
    assert "c0 " not in chart.alt


def test_classes_whose_names_begin_alike_keep_their_own_bars():
    names = {"x" * 60 + "a": 0.7, "x" * 60 + "b": 0.3}
    figure = draw_class_probabilities(names).figure
    assert figure.data[0].y == ("0", "1")


def test_an_interval_lies_within_the_axis_even_when_it_misses_the_prediction():
    low, high = draw_interval(20.0, (10.0, 15.0), "price").figure.layout.xaxis.range
    assert low < 10
    assert high > 20


def test_an_interval_without_width_can_be_drawn():
    low, high = draw_interval(0.0, (0.0, 0.0), "price").figure.layout.xaxis.range
    assert low < 0 < high


@pytest.mark.parametrize(
    "chart",
    [
        draw_probability(0.5, 0.5, HOSTILE),
        draw_class_probabilities({HOSTILE: 1.0}),
        draw_interval(1.0, (0.0, 2.0), HOSTILE),
    ],
)
def test_a_hostile_name_is_never_markup(chart):
    assert "<script" not in chart.figure.to_json() + chart.reading
    assert HOSTILE in chart.alt


def test_a_hostile_class_is_written_as_it_is():
    figure = draw_class_probabilities({HOSTILE: 1.0}).figure
    assert figure.layout.yaxis.ticktext[0].startswith("&lt;script>")


def test_no_chart_sets_background_or_font_colours():
    for chart in (draw_probability(0.5, 0.5, "a"), draw_interval(1, (0, 2), "a")):
        layout = chart.figure.layout
        assert layout.paper_bgcolor is None
        assert layout.plot_bgcolor is None
        assert layout.font.color is None
