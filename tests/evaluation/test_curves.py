"""Curves: few points, true ones; and probabilities held against what happened."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from core.evaluation.confusion import OTHERS, confusion
from core.evaluation.curves import (
    MOST_POINTS,
    Calibration,
    ScoreCurve,
    calibration_of,
    score_curve,
    score_curves,
)
from core.evaluation.held_out import HeldOut
from core.evaluation.residuals import Cloud, cloud, residuals


def scored(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    positive = (rng.random(n_rows) < 0.3).astype(float)
    return positive, rng.normal(size=n_rows) + positive


def test_a_short_curve_has_the_points_of_scikit_learn():
    positive, score = scored(60)
    curve = score_curve(positive, score, "yes")
    fpr, tpr, threshold = roc_curve(positive, score, drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, fpr)
    np.testing.assert_allclose(curve.recall, tpr)
    np.testing.assert_allclose(curve.threshold[1:], threshold[1:])


def test_a_long_curve_keeps_few_points_and_its_area():
    positive, score = scored(30_000)
    curve = score_curve(positive, score, "yes")
    assert len(curve.threshold) <= MOST_POINTS
    area = np.trapezoid(curve.recall, curve.false_positive_rate)
    assert area == pytest.approx(curve.roc_area, abs=1e-3)
    assert (curve.true_positives[-1], curve.false_positives[-1]) == (
        curve.n_positive,
        curve.n_negative,
    )


def test_the_deciding_threshold_has_its_exact_point():
    positive, score = scored(30_000)
    curve = score_curve(positive, score, "yes", keep=0.731)
    position = curve.nearest(0.731)
    assert curve.true_positives[position] == (positive[score >= 0.731]).sum()


def test_a_curve_survives_json():
    curve = score_curve(*scored(50), "yes")
    written = json.dumps(curve.to_dict(), allow_nan=False)
    assert ScoreCurve.from_dict(json.loads(written)) == curve


def test_rows_of_one_class_have_no_curve():
    held = HeldOut("binary", np.ones(5), np.tile([0.4, 0.6], (5, 1)), ("n", "y"))
    assert score_curves(held) == ()


def test_each_class_has_its_curve_at_most_ten():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 15, 600).astype(float)
    output = rng.dirichlet(np.ones(15), 600)
    curves = score_curves(HeldOut("multiclass", y, output, tuple(range(15))))
    assert len(curves) == 10


def promises(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.random(n_rows)
    return (rng.random(n_rows) < p).astype(float), p


def test_honest_probabilities_are_seldom_called_off():
    found = [calibration_of(*promises(500, seed), "yes") for seed in range(60)]
    assert sum(f.p_value < 0.01 for f in found) <= 3


def test_exaggerated_probabilities_are_off():
    happened, p = promises(3_000)
    found = calibration_of(happened, np.where(p > 0.5, 0.99, 0.01), "yes")
    assert found.p_value < 1e-6
    assert found.distance > 0.2
    assert sum(found.n_rows) == 3_000


def test_a_calibration_survives_json():
    found = calibration_of(*promises(50), "yes")
    assert Calibration.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_confusion_folds_rare_classes_and_keeps_every_row():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 30, 500).astype(float)
    output = rng.dirichlet(np.ones(30), 500)
    found = confusion(HeldOut("multiclass", y, output, tuple(range(30))))
    assert len(found.labels) == 20
    assert found.labels[-1] == OTHERS
    assert sum(map(sum, found.counts)) == 500


def test_points_become_cells_above_two_thousand_rows():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 2_001))
    found = cloud(x, y)
    assert found.binned
    assert sum(found.n_rows) == 2_001
    assert len(found.x) <= 1_600
    assert not cloud(x[:2_000], y[:2_000]).binned


def test_residuals_are_actual_minus_predicted():
    held = HeldOut("regression", np.array([5.0, 1.0]), np.array([3.0, 1.0]))
    found = residuals(held)
    assert found.cloud == Cloud((3.0, 1.0), (2.0, 0.0), (1, 1), binned=False)
    assert found.largest_share == 1.0


@pytest.mark.parametrize("n_rows", [1, 3, 25])
def test_residuals_of_few_rows_are_summed_up_too(n_rows):
    held = HeldOut("regression", np.arange(n_rows * 1.0), np.zeros(n_rows))
    assert sum(residuals(held).counts) == n_rows
