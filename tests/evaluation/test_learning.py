"""Learning curves: the law is found again, and the answer follows the curve."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EvaluationError
from core.evaluation.learning import (
    LearningCurve,
    SizePoint,
    fit_power_law,
    look_ahead,
    sizes_of,
)
from core.evaluation.learning_fits import leading_part, learn, rows_to_learn
from core.modeling import TrainingPlan
from core.modeling.entry import Entry
from tests.fitted import customers, fit_model

SIZES = (100, 200, 400, 800, 1_600)


def curve_of(error, noise=0.001, higher_is_better=True):
    rng = np.random.default_rng(0)
    points = []
    for n in SIZES:
        errors = error(n) + noise * rng.normal(size=4)
        scores = 1 - errors if higher_is_better else errors
        points.append(SizePoint(n, tuple(scores.tolist())))
    best = 1.0 if higher_is_better else 0.0
    return LearningCurve("A", "m", "M", higher_is_better, best, 500, tuple(points))


@pytest.mark.parametrize("higher_is_better", [True, False])
def test_a_curve_that_still_rises_says_yes_and_how_many(higher_is_better):
    ahead = look_ahead(
        curve_of(lambda n: 2 / n**0.5, higher_is_better=higher_is_better)
    )
    assert ahead.answer == "yes"
    assert ahead.gain_low <= ahead.gain <= ahead.gain_high
    assert ahead.n_needed == pytest.approx(1_600 / 0.9**2, rel=0.15)
    assert ahead.n_needed_low <= ahead.n_needed


def test_a_curve_that_is_flat_says_hardly_and_no_number():
    ahead = look_ahead(curve_of(lambda n: 0.2 + 5 / n**1.5))
    assert ahead.answer == "hardly"
    assert ahead.n_needed is None


def test_a_noisy_curve_is_not_sure():
    ahead = look_ahead(curve_of(lambda n: 0.2 + 0.4 / n**0.5, noise=0.02))
    assert ahead.answer == "not sure"


def test_few_sizes_say_nothing():
    whole = curve_of(lambda n: 2 / n**0.5)
    few = LearningCurve(**{**vars(whole), "points": whole.points[:3]})
    assert look_ahead(few) is None


@given(st.floats(0, 0.3), st.floats(0.5, 5), st.floats(0.2, 1.5))
@settings(max_examples=25)
def test_a_law_without_noise_is_met_at_every_size(floor, scale, rate):
    sizes = np.array(SIZES, dtype=float)
    errors = floor + scale * sizes**-rate
    a, b, c = fit_power_law(sizes, errors, np.ones(5))
    assert np.abs(a + b * sizes**-c - errors).max() < 0.05 * errors.max()
    assert min(a, b) >= 0


def test_the_record_survives_being_kept():
    curve = curve_of(lambda n: 2 / n**0.5)
    assert LearningCurve.from_dict(curve.to_dict()) == curve


def test_sizes_grow_to_all_rows():
    assert sizes_of(1_600) == [100, 200, 400, 800, 1280, 1600]
    assert sizes_of(260)[-1] == 260


def test_a_candidate_is_fitted_on_growing_parts():
    frame = customers(400)
    rows = rows_to_learn(frame[["age", "spend", "plan", "churn"]], None)
    assert len(rows.validation) == 80
    told = []
    curve = learn(
        rows,
        TrainingPlan(target="churn", task="binary", budget_s=10, n_jobs=1),
        fit_model(),
        Entry("Linear model", "linear", 1, {"penalty": 1.0}),
        lambda share, said: told.append((share, said)),
    )
    assert curve.points[-1].n_rows == 320
    assert [len(point.scores) for point in curve.points] == [4, 4, 4, 2]
    assert curve.n_valid == 80
    assert curve.points[-1].mean < 0.7  # log loss
    shares = [share for share, _ in told]
    assert shares == sorted(shares)


def test_few_rows_and_forgotten_candidates_are_refused_with_a_next_step():
    with pytest.raises(EvaluationError, match="too few") as few:
        rows_to_learn(customers(120), None)
    assert few.value.hint
    with pytest.raises(EvaluationError, match="not known any more"):
        leading_part("gone", [])


def test_of_an_ensemble_the_weightiest_part_is_followed():
    entries = [
        Entry("A", "linear", 1).to_dict(),
        Entry("B", "lightgbm", 2).to_dict(),
        Entry("E", "ensemble", 9, {"members": {"A": 0.3, "B": 0.7}}).to_dict(),
    ]
    assert leading_part("E", entries).candidate == "B"
