"""The chart of a learning curve shows every fit, and what lies beyond the rows."""

from core.evaluation.learning import LearningCurve, SizePoint, look_ahead
from core.plots.learning import draw_learning

POINTS = tuple(
    SizePoint(n, (0.9 - 4 / n, 0.9 - 4.2 / n)) for n in (50, 100, 200, 320, 400)
)
CURVE = LearningCurve("A", "roc_auc", "ROC AUC", True, 1.0, 90, POINTS)


def test_every_fit_is_a_dot_and_the_law_goes_ten_times_as_far():
    chart = draw_learning(CURVE, look_ahead(CURVE))
    by_name = {trace.name: trace for trace in chart.figure.data}
    assert len(by_name["One fit"].x) == 10
    assert by_name["Power law"].x[-1] == 4_000
    assert chart.figure.layout.xaxis.ticktext[-1] == "4,000"
    assert "400 rows 0.890" in chart.alt


def test_without_a_law_the_fits_are_drawn_alone():
    chart = draw_learning(CURVE, None)
    assert [trace.name for trace in chart.figure.data] == ["One fit"]
