import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from core.errors import ModelingError
from core.modeling.scoring import (
    METRICS,
    find_metric,
    gain_and_error,
    metrics_for,
    score_interval,
)
from core.modeling.thresholds import tune_threshold

scores = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])),
    min_size=2,
    max_size=60,
).filter(lambda rows: len({truth for truth, _ in rows}) == 2)


def _two(rows: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    y = np.array([float(truth) for truth, _ in rows])
    positive = np.array([score for _, score in rows])
    return y, np.column_stack([1 - positive, positive])


@settings(max_examples=25)
@given(scores)
def test_ranking_metrics_agree_with_scikit_learn_also_on_ties(rows) -> None:
    y, output = _two(rows)
    assert METRICS["roc_auc"].score(y, output) == pytest.approx(
        oracle.roc_auc_score(y, output[:, 1])
    )
    assert METRICS["pr_auc"].score(y, output) == pytest.approx(
        oracle.average_precision_score(y, output[:, 1])
    )


@settings(max_examples=25)
@given(scores)
def test_class_metrics_agree_with_scikit_learn(rows) -> None:
    y, output = _two(rows)
    named = (output[:, 1] >= 0.5).astype(float)
    assert METRICS["accuracy"].score(y, output) == pytest.approx(
        oracle.accuracy_score(y, named)
    )
    assert METRICS["balanced_accuracy"].score(y, output) == pytest.approx(
        oracle.balanced_accuracy_score(y, named)
    )
    assert METRICS["f1"].score(y, output) == pytest.approx(
        oracle.f1_score(y, named, zero_division=0)
    )
    assert METRICS["brier"].score(y, output) == pytest.approx(
        oracle.brier_score_loss(y, output[:, 1])
    )


def test_metrics_of_many_classes_and_numbers_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 200).astype(float)
    output = rng.dirichlet(np.ones(4), 200)
    assert METRICS["log_loss"].score(y, output) == pytest.approx(
        oracle.log_loss(y, output)
    )
    assert METRICS["f1_macro"].score(y, output) == pytest.approx(
        oracle.f1_score(y, output.argmax(axis=1), average="macro")
    )
    truth, guess = rng.normal(size=200), rng.normal(size=200)
    assert METRICS["rmse"].score(truth, guess) == pytest.approx(
        oracle.root_mean_squared_error(truth, guess)
    )
    assert METRICS["mae"].score(truth, guess) == pytest.approx(
        oracle.mean_absolute_error(truth, guess)
    )
    assert METRICS["r2"].score(truth, guess) == pytest.approx(
        oracle.r2_score(truth, guess)
    )


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_weight_of_two_counts_a_row_twice(name: str) -> None:
    rng = np.random.default_rng(1)
    metric = METRICS[name]
    if "regression" in metric.tasks:
        y, output = rng.normal(size=40), rng.normal(size=40)
    else:
        y, output = rng.integers(0, 2, 40).astype(float), rng.dirichlet([1, 1], 40)
    weight = np.where(np.arange(40) < 10, 2.0, 1.0)
    doubled = np.concatenate([np.arange(40), np.arange(10)])
    assert metric.score(y, output, weight=weight) == pytest.approx(
        metric.score(y[doubled], output[doubled])
    )


@pytest.mark.parametrize("name", ["roc_auc", "accuracy", "log_loss"])
def test_the_interval_of_a_score_covers_the_truth_in_about_95_of_100_draws(
    name: str,
) -> None:
    rng, metric, n_draws = np.random.default_rng(2), METRICS[name], 120

    def draw(n_rows: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.integers(0, 2, n_rows).astype(float)
        chance = 1 / (1 + np.exp(-rng.normal(1.2 * y - 0.6, 1)))
        return y, np.column_stack([1 - chance, chance])

    truth = metric.score(*draw(200_000))
    intervals = [
        score_interval(metric, *draw(250), random_state=i) for i in range(n_draws)
    ]
    covered = np.mean([low <= truth <= high for low, high in intervals])
    assert 0.89 <= covered <= 1.0


def test_a_perfect_ranking_of_few_rows_has_an_interval_below_one() -> None:
    y = np.array([0.0] * 10 + [1.0] * 10)
    low, high = score_interval(METRICS["roc_auc"], y, np.column_stack([1 - y, y]))
    assert 0.5 < low < 1.0
    assert high <= 1.0


def test_the_gain_over_itself_is_nothing_for_sure() -> None:
    y = np.array([0.0, 1.0, 0.0, 1.0])
    output = np.column_stack([1 - y * 0.6, y * 0.6])
    assert gain_and_error(METRICS["log_loss"], y, output, output) == (0.0, 0.0)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_each_task_has_a_default_metric_that_fits_it(task) -> None:
    assert find_metric(None, task) == metrics_for(task)[0]
    assert task in find_metric(None, task).tasks


def test_a_metric_that_does_not_fit_is_refused_with_those_that_do() -> None:
    with pytest.raises(ModelingError) as caught:
        find_metric("roc_auc", "regression")
    assert "rmse" in caught.value.hint


@settings(max_examples=25)
@given(scores, st.sampled_from([0.5, 1.0, 2.0]))
def test_f_beta_agrees_with_scikit_learn(rows, beta) -> None:
    y, output = _two(rows)
    named = (output[:, 1] >= 0.5).astype(float)
    metric = find_metric("f_beta", "binary", {"beta": beta})
    assert metric.score(y, output) == pytest.approx(
        oracle.fbeta_score(y, named, beta=beta, zero_division=0)
    )


def test_pinball_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    y, guess, weight = rng.normal(size=(3, 50))
    metric = find_metric("pinball", "regression", {"alpha": 0.2})
    assert metric.score(y, guess, weight=weight**2) == pytest.approx(
        oracle.mean_pinball_loss(y, guess, alpha=0.2, sample_weight=weight**2)
    )


def test_dearer_misses_lower_the_threshold_and_a_title_names_the_costs() -> None:
    rng = np.random.default_rng(0)
    share = rng.random(2_000)
    y = (rng.random(2_000) < share).astype(float)
    output = np.column_stack([1 - share, share])
    found = {
        miss: tune_threshold(
            find_metric("cost", "binary", {"false_negative": miss}), y, output
        )
        for miss in (1.0, 4.0)
    }
    assert found[1.0] == pytest.approx(0.5, abs=0.08)
    assert found[4.0] == pytest.approx(0.2, abs=0.08)
    title = find_metric("cost", "binary", {"false_negative": 4.0}).title
    assert title == "Mean cost (false positive 1, false negative 4)"


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("f_beta", {"gamma": 1.0}, "no parameter"),
        ("f_beta", {"beta": -1.0}, "cannot be"),
        ("roc_auc", {"beta": 1.0}, "no parameter"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(name, options, words) -> None:
    with pytest.raises(ModelingError, match=words):
        find_metric(name, "binary", options)
