"""Two models on the same rows: the sign, the certainty and the refusals."""

import json

import numpy as np
import pytest

from core.errors import EvaluationError
from core.evaluation import Comparison, compare
from core.evaluation.comparison import compare_rows
from core.evaluation.held_out import HeldOut
from tests.fitted import customers, fit_model

ROWS = customers(200, random_state=1)


def numbers(noise, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=300)
    return HeldOut("regression", y, y + noise * rng.normal(size=300))


def test_the_better_model_is_called_better_from_either_side():
    good, bad = numbers(0.1), numbers(1.0)
    assert {d.outcome for d in compare_rows(good, bad).values()} == {"better"}
    assert {d.outcome for d in compare_rows(bad, good).values()} == {"worse"}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_model_is_not_better_than_itself(task):
    found = compare(fit_model(task), fit_model(task), ROWS)
    assert found.differences
    for difference in found.differences.values():
        assert (difference.difference, difference.outcome) == (0.0, "not proven")


def test_pairing_makes_a_small_steady_gain_certain():
    y = np.random.default_rng(0).normal(size=400)
    error = np.random.default_rng(1).normal(size=400)
    one = HeldOut("regression", y, y + error)
    two = HeldOut("regression", y, y + 1.05 * error)
    assert compare_rows(one, two)["mae"].outcome == "better"


def test_models_that_agree_on_every_row_seen_may_still_differ():
    y = np.repeat([0.0, 1.0], 25)
    p = np.where(np.arange(50) % 5 == 0, 1 - y, y) * 0.6 + 0.2
    one = HeldOut("binary", y, np.column_stack([1 - p, p]), ("n", "y"))
    two = one.with_output(one.output * 0.9 + 0.05)
    found = compare_rows(one, two)["accuracy"]
    assert found.difference == 0
    assert found.low < -0.02 < 0.02 < found.high


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_comparison_survives_json(task):
    found = compare(fit_model(task), fit_model(task, blended=True), ROWS)
    again = Comparison.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    for difference in again.differences.values():
        assert difference.low <= difference.difference <= difference.high


def test_models_of_different_tasks_are_refused():
    with pytest.raises(EvaluationError):
        compare(fit_model("binary"), fit_model("multiclass"), ROWS, "churn")


def test_the_same_probabilities_with_another_threshold_differ_with_an_interval():
    rng = np.random.default_rng(0)
    score = rng.random(400)
    y = (rng.random(400) < score).astype(float)
    output = np.column_stack([1 - score, score])
    one = HeldOut("binary", y, output, ("no", "yes"), 0.5)
    two = HeldOut("binary", y, output, ("no", "yes"), 0.8)
    found = compare_rows(one, two)
    recall = found["recall"]
    assert recall.low < recall.difference < recall.high
    assert recall.outcome == "better"
    assert (found["roc_auc"].low, found["roc_auc"].high) == (0.0, 0.0)
