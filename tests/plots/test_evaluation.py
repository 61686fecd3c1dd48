"""Charts of evaluations draw what the records hold, and say it in words."""

import numpy as np
import pytest

from core.evaluation import Confusion, Importance, ImportanceBasis, evaluate
from core.evaluation.curves import calibration_of, score_curve
from core.evaluation.held_out import HeldOut
from core.evaluation.residuals import cloud, residuals
from core.plots.evaluation import (
    draw_calibration,
    draw_confusion,
    draw_importance,
    draw_precision_recall,
    draw_roc,
)
from core.plots.residuals import (
    draw_predicted_actual,
    draw_residual_histogram,
    draw_residuals,
)
from core.plots.theme import MAX_POINTS
from tests.fitted import TARGETS, customers, fit_model

HOSTILE = "<script>alert(1)</script> $x$ [a](b)"


def curve(n_rows=400, label="yes"):
    rng = np.random.default_rng(0)
    positive = (rng.random(n_rows) < 0.3).astype(float)
    return score_curve(positive, (rng.random(n_rows) + positive) / 2, label)


@pytest.mark.parametrize("task", list(TARGETS))
def test_every_part_of_an_evaluation_has_a_chart_with_words(task):
    found = evaluate(fit_model(task), customers(200, random_state=1))
    charts = [draw_importance(found.importance, found.importance_basis)]
    if task == "regression":
        charts += [
            draw_predicted_actual(found.predicted_actual, found.target),
            draw_residuals(found.residuals, found.target),
            draw_residual_histogram(found.residuals),
        ]
    else:
        charts += [
            draw_confusion(found.confusion),
            draw_roc(found.curves, found.threshold),
            draw_precision_recall(found.curves, found.threshold),
            draw_calibration(found.calibration),
        ]
    for chart in charts:
        assert chart.alt.endswith(".")
        assert chart.reading.endswith(".")
        assert chart.figure.data


def test_the_roc_curve_runs_from_corner_to_corner():
    line = draw_roc([curve()]).figure.data[0]
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)


def test_the_threshold_in_force_is_marked_on_both_curves():
    found = curve()
    position = found.nearest(0.6)
    roc = draw_roc([found], 0.6).figure.data[1]
    assert roc.y[0] == found.recall[position]
    pr = draw_precision_recall([found], 0.6).figure.data[-1]
    assert pr.y[0] == found.precision[position]


def test_several_classes_have_a_curve_each_and_no_threshold():
    figure = draw_roc([curve(label="a"), curve(label="b")], 0.5).figure
    assert [trace.name for trace in figure.data] == ["a", "b", "Guessing"]


def test_confusion_shades_by_the_share_of_the_true_class():
    heat = draw_confusion(Confusion(("n", "y"), ((9, 1), (1, 1)))).figure.data[0]
    np.testing.assert_allclose(heat.z, [[0.9, 0.1], [0.5, 0.5]])


def test_a_class_without_rows_is_drawn_empty():
    heat = draw_confusion(Confusion(("n", "y"), ((0, 0), (1, 1)))).figure.data[0]
    assert list(heat.z[0]) == [0, 0]


def test_many_classes_name_the_commonest_mistake():
    counts = np.eye(9, dtype=int) * 5
    counts[2, 7] = 4
    rows = tuple(tuple(row) for row in counts.tolist())
    chart = draw_confusion(Confusion(tuple("abcdefghi"), rows))
    assert "c taken for h, 4 times" in chart.alt
    assert "45 are right" in chart.alt


def test_names_from_outside_are_shown_literally():
    basis = ImportanceBasis("mae", HOSTILE, 10, 1, 0)
    charts = [
        draw_importance([Importance(HOSTILE, 1.0, 0.5, 1.5)], basis),
        draw_confusion(Confusion((HOSTILE, "b"), ((1, 0), (0, 1)))),
        draw_roc([curve(label=HOSTILE)]),
        draw_predicted_actual(cloud(np.ones(2), np.ones(2)), HOSTILE),
    ]
    for chart in charts:
        assert "<script" not in chart.figure.to_json().replace("\\u003c", "<")


def test_the_longest_bars_are_drawn_and_the_rest_is_mentioned():
    ranked = [Importance(f"c{i}", 1 / (i + 1), 0, 1) for i in range(30)]
    chart = draw_importance(ranked, ImportanceBasis("mae", "MAE", 10, 1, 0))
    assert len(chart.figure.data[0].x) == 20
    assert "10 least important" in chart.reading


def test_clouds_stay_drawable_whatever_the_number_of_rows():
    rng = np.random.default_rng(0)
    y = rng.normal(size=5_000)
    found = residuals(HeldOut("regression", y, y + rng.normal(size=5_000)))
    dots = draw_residuals(found, "price").figure.data[0]
    assert len(dots.x) <= MAX_POINTS
    assert max(dots.marker.size) == 16


def test_a_constant_prediction_is_drawn_without_a_correlation():
    chart = draw_predicted_actual(cloud(np.ones(3), np.arange(3.0)), "y")
    assert "correlation" not in chart.alt


def test_calibration_bars_never_point_the_wrong_way():
    found = calibration_of(np.zeros(30), np.linspace(0, 0.3, 30), "yes")
    bars = draw_calibration(found).figure.data[0].error_y
    assert min(bars.array) >= 0
    assert min(bars.arrayminus) >= 0
