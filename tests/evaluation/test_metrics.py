"""The numbers agree with scikit-learn, and say so when they are not defined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from core.evaluation.class_metrics import measure_classes
from core.evaluation.held_out import HeldOut
from core.evaluation.metrics import MEASURES, measure_all, measures_for

ORACLES = {
    "roc_auc": lambda h: oracle.roc_auc_score(h.y, h.score),
    "pr_auc": lambda h: oracle.average_precision_score(h.y, h.score),
    "log_loss": lambda h: oracle.log_loss(h.y, h.output, labels=range(len(h.classes))),
    "accuracy": lambda h: oracle.accuracy_score(h.codes, h.predicted),
    "balanced_accuracy": lambda h: oracle.balanced_accuracy_score(h.codes, h.predicted),
    "precision": lambda h: oracle.precision_score(h.codes, h.predicted),
    "recall": lambda h: oracle.recall_score(h.codes, h.predicted),
    "specificity": lambda h: oracle.recall_score(h.codes, h.predicted, pos_label=0),
    "f1": lambda h: oracle.f1_score(h.codes, h.predicted),
    "precision_macro": lambda h: oracle.precision_score(
        h.codes, h.predicted, average="macro"
    ),
    "f1_macro": lambda h: oracle.f1_score(h.codes, h.predicted, average="macro"),
    "mcc": lambda h: oracle.matthews_corrcoef(h.codes, h.predicted),
    "roc_auc_macro": lambda h: oracle.roc_auc_score(
        h.codes, h.output, multi_class="ovr"
    ),
    "rmse": lambda h: oracle.root_mean_squared_error(h.y, h.output),
    "mae": lambda h: oracle.mean_absolute_error(h.y, h.output),
    "median_ae": lambda h: oracle.median_absolute_error(h.y, h.output),
    "r2": lambda h: oracle.r2_score(h.y, h.output),
    "mape": lambda h: oracle.mean_absolute_percentage_error(h.y, h.output),
}


def brier_of(held):
    truth = np.eye(len(held.classes))[held.codes]
    gap = ((held.output - truth) ** 2).sum(axis=1).mean()
    return gap / 2 if held.task == "binary" else gap


def draw(task, n_rows=200, seed=0):
    rng = np.random.default_rng(seed)
    if task == "regression":
        y = rng.normal(10, 2, n_rows)
        return HeldOut(task, y, y + rng.normal(size=n_rows))
    k = 2 if task == "binary" else 4
    y = rng.integers(0, k, n_rows).astype(float)
    scores = rng.random((n_rows, k)) + 0.7 * np.eye(k)[y.astype(int)]
    scores = np.round(scores, 1)  # ties
    output = scores / scores.sum(axis=1, keepdims=True)
    return HeldOut(task, y, output, tuple("abcd"[:k]), 0.45)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("seed", range(3))
def test_every_number_agrees_with_scikit_learn(task, seed):
    held = draw(task, seed=seed)
    found = measure_all(held)
    assert set(found) == {measure.name for measure in measures_for(task)}
    for name, value in found.items():
        expected = brier_of(held) if name == "brier" else ORACLES[name](held)
        assert value.value == pytest.approx(expected), name


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_interval_holds_its_value_and_names_its_method(task):
    for value in measure_all(draw(task)).values():
        assert value.low < value.value < value.high, value.name
        assert value.method


@pytest.mark.parametrize("name", [m for m in MEASURES if m != "median_ae"])
def test_influence_values_predict_what_leaving_a_row_out_does(name):
    held = draw(MEASURES[name].tasks[-1], 300)
    found = MEASURES[name].compute(held)
    assert found.influence.mean() == pytest.approx(0, abs=1e-9)
    for row in (0, 17, 123):
        left = held.take(np.delete(np.arange(300), row))
        change = found.value - MEASURES[name].compute(left).value
        predicted = found.influence[row] / 299
        assert change == pytest.approx(predicted, abs=0.02 * abs(found.value) / 10)


def test_a_single_class_leaves_out_what_needs_two():
    held = HeldOut("binary", np.ones(20), np.tile([0.3, 0.7], (20, 1)), ("n", "y"))
    found = measure_all(held)
    assert not {"roc_auc", "mcc", "specificity"} & set(found)
    assert found["accuracy"].value == 1.0


def test_a_relative_error_needs_true_values_other_than_zero():
    held = HeldOut("regression", np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    assert "mape" not in measure_all(held)


def test_r2_needs_a_target_that_varies():
    held = HeldOut("regression", np.ones(5), np.arange(5.0))
    assert "r2" not in measure_all(held)


def test_r2_is_sure_of_itself_far_from_zero():
    rng = np.random.default_rng(0)
    y = 1e8 + rng.normal(size=200)
    found = measure_all(HeldOut("regression", y, y + 0.5 * rng.normal(size=200)))
    assert 0.6 < found["r2"].low < found["r2"].high < 0.9


def test_one_row_has_values_and_no_intervals():
    held = HeldOut("regression", np.array([3.0]), np.array([2.0]))
    assert measure_all(held)["mae"].low is None


def test_each_class_is_judged_under_its_own_name():
    held = HeldOut(
        "multiclass",
        np.array([0.0, 0.0, 1.0, 2.0]),
        np.eye(3)[[0, 1, 1, 1]],
        ("a", "b", "c"),
    )
    a, b, c = measure_classes(held)
    assert (a.label, a.n_rows, a.recall.value, a.precision.value) == ("a", 2, 0.5, 1.0)
    assert b.precision.value == pytest.approx(1 / 3)
    assert (c.precision, c.recall.value) == (None, 0.0)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=4, max_size=60))
def test_no_answer_breaks_a_number(rows):
    y = np.array([float(flag) for flag, _ in rows])
    p = np.array([score / 5 for _, score in rows])
    held = HeldOut("binary", y, np.column_stack([1 - p, p]), ("n", "y"))
    for value in measure_all(held).values():
        assert np.isfinite([value.value, value.low, value.high]).all()
        assert value.low <= value.value + 1e-9
        assert value.high >= value.value - 1e-9
