import numpy as np
import pytest

from core.modeling.estimators import read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Interrupted, Watch
from core.modeling.metrics import log_loss, rmse

TRAINED = [name for name in FAMILIES if name != "baseline"]


def _data(task: str, n_rows: int = 300) -> FitData:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 4)).astype(np.float32)
    signal = X[:, 0] + 0.5 * X[:, 1]
    if task == "regression":
        y, n_outputs = np.exp(signal.astype(float)), 1
    elif task == "binary":
        y, n_outputs = (signal > 0).astype(float), 2
    else:
        y, n_outputs = np.digitize(signal, [-0.7, 0.7]).astype(float), 3
    half = n_rows // 2
    return FitData(X[:half], y[:half], X[half:], y[half:], task, n_outputs, 0.3)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("name", TRAINED)
def test_each_family_learns_each_task_better_than_the_baseline(name, task) -> None:
    data, family = _data(task), FAMILIES[name]
    outputs = [
        read_output(
            kind.fit(data, kind.fixed[0], 0, Watch(20)).estimator,
            data.X_valid,
            data.n_outputs,
        )
        for kind in (family, FAMILIES["baseline"])
    ]
    loss = rmse if task == "regression" else log_loss
    found, baseline = (loss(data.y_valid, output) for output in outputs)
    assert found < baseline


@pytest.mark.parametrize("name", TRAINED)
def test_each_family_gives_the_same_answer_to_the_same_seed(name) -> None:
    data, family = _data("binary", 120), FAMILIES[name]
    first, second = (
        read_output(
            family.fit(data, family.fixed[0], 7, Watch(20)).estimator, data.X_valid, 2
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_every_setting_a_family_draws_can_be_fitted(name, task) -> None:
    family, rng = FAMILIES[name], np.random.default_rng(3)
    assert family.draw is not None
    params = family.draw(rng)
    fitted = family.fit(_data(task, 80), params, 0, Watch(10))
    assert fitted.estimator is not None


@pytest.mark.parametrize("name", [n for n in TRAINED if n != "linear"])
def test_a_fit_without_any_time_left_says_so(name) -> None:
    family = FAMILIES[name]
    with pytest.raises(Interrupted):
        family.fit(_data("binary"), family.fixed[0], 0, Watch(0))


@pytest.mark.parametrize("name", ["lightgbm", "catboost"])
def test_a_fit_that_is_asked_to_stop_ends_at_once(name) -> None:
    family = FAMILIES[name]
    with pytest.raises(Interrupted):
        family.fit(_data("binary"), family.fixed[0], 0, Watch(20, lambda: True))


@pytest.mark.parametrize(
    "name", ["lightgbm", "catboost", "histogram_boosting", "linear"]
)
def test_the_logarithm_of_a_skewed_target_is_turned_back(name) -> None:
    data, family = _data("regression"), FAMILIES[name]
    params = {**family.fixed[0], "log_target": True}
    fitted = family.fit(data, params, 0, Watch(20))
    found = read_output(fitted.estimator, data.X_valid, 1)
    assert rmse(data.y_valid, found) < data.y_valid.std()
    assert found.min() > -1


def test_a_class_that_only_validation_rows_have_gets_probability_zero() -> None:
    data = _data("multiclass")
    seen = data.y != 2
    short = FitData(
        data.X[seen], data.y[seen], data.X_valid, data.y_valid, "multiclass", 3
    )
    for name in (
        "lightgbm", "catboost", "histogram_boosting", "linear", "neural_network",
    ):  # fmt: skip
        family = FAMILIES[name]
        fitted = family.fit(short, family.fixed[0], 0, Watch(20))
        output = read_output(fitted.estimator, data.X_valid, 3)
        assert output.shape == (150, 3)
        assert not output[:, 2].any()


def test_every_family_says_what_it_is_in_a_sentence() -> None:
    for family in FAMILIES.values():
        assert family.title
        assert family.about.endswith(".")
