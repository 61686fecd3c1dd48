from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data import Task
from core.errors import ModelingError
from core.modeling import Model, train
from tests.fitted import TARGETS, customers, fit_model

QUICK = {"n_jobs": 1, "budget_s": 3}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    plan = rng.choice(["a", "b", "c"], 200)
    age = rng.normal(40, 9, 200)
    return pd.DataFrame(
        {
            "age": age,
            "plan": plan,
            "left": np.where(age + 9 * (plan == "a") > 45, "yes", "no"),
            "cost": age * 2.0 + rng.normal(0, 1, 200),
        }
    )


@pytest.fixture(scope="module")
def model(rows: pd.DataFrame) -> Model:
    return train(
        rows.drop(columns="cost"), "left", families=["linear"], **QUICK
    ).champion


@pytest.fixture(scope="module")
def regressor(rows: pd.DataFrame) -> Model:
    return train(
        rows.drop(columns="left"), "cost", families=["linear"], **QUICK
    ).champion


def test_labels_come_back_as_they_were_given(model, rows) -> None:
    labels = model.predict(rows)
    assert set(labels) == {"yes", "no"}
    assert model.pos_label == "yes"
    probability = model.predict_proba(rows)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(labels == "yes", probability[:, 1] >= 0.5)


def test_missing_columns_unseen_categories_and_text_numbers_have_an_answer(
    model,
) -> None:
    answers = model.predict_proba(
        [{"age": "41", "plan": "never seen"}, {"age": None}, {"plan": "a", "x": 1}]
    )
    assert answers.shape == (3, 2)
    assert np.isfinite(answers).all()


def test_column_order_and_extra_columns_do_not_matter(model, rows) -> None:
    turned = rows[["cost", "plan", "age"]]
    np.testing.assert_array_equal(model.output(rows), model.output(turned))


def test_one_row_is_answered_as_in_the_table(model, rows) -> None:
    whole = model.output(rows)
    for row in (0, 50, 199):
        one = model.output(rows.iloc[[row]])
        np.testing.assert_allclose(one[0], whole[row], rtol=1e-6)


def test_no_rows_give_no_answers(model, regressor, rows) -> None:
    assert model.predict_proba(rows.iloc[:0]).shape == (0, 2)
    assert regressor.predict(rows.iloc[:0]).shape == (0,)


def test_the_threshold_decides_and_the_first_model_keeps_its_own(model, rows) -> None:
    strict = model.with_threshold(1.0)
    assert (strict.predict(rows) == "no").sum() >= (model.predict(rows) == "no").sum()
    assert (strict.threshold, model.threshold) == (1.0, 0.5)


def test_a_threshold_is_refused_where_it_means_nothing(model, regressor) -> None:
    with pytest.raises(ModelingError, match="no decision threshold"):
        regressor.with_threshold(0.3)
    with pytest.raises(ModelingError, match="not a probability"):
        model.with_threshold(1.5)


def test_a_model_of_numbers_has_no_probabilities(regressor, rows) -> None:
    with pytest.raises(ModelingError, match="predicts numbers"):
        regressor.predict_proba(rows)


def test_the_interval_of_a_number_covers_about_nine_rows_in_ten(regressor) -> None:
    rng = np.random.default_rng(9)
    age = rng.normal(40, 9, 2_000)
    later = pd.DataFrame({"age": age, "plan": rng.choice(["a", "b", "c"], 2_000)})
    truth = age * 2.0 + rng.normal(0, 1, 2_000)
    residual = np.abs(truth - regressor.predict(later))
    assert 0.84 < np.mean(residual <= regressor.interval_quantile) < 0.96


def test_members_are_pipelines_that_take_raw_columns(model, rows) -> None:
    weights = [weight for weight, _ in model.members]
    assert sum(weights) == pytest.approx(1)
    total = sum(w * pipeline.predict_proba(rows) for w, pipeline in model.members)
    found = model.predict_proba(rows)
    np.testing.assert_allclose(model.calibrated(total), found, atol=1e-9)


def test_numbers_as_classes_come_back_as_numbers() -> None:
    frame = pd.DataFrame({"x": range(90), "grade": [1, 2, 3] * 30})
    model = train(frame, "grade", families=["baseline"], **QUICK).champion
    assert model.predict(frame).dtype == np.int64
    assert model.classes_.tolist() == [1, 2, 3]
    assert model.pos_label is None


@pytest.mark.parametrize("blended", [False, True], ids=["one model", "blend"])
@pytest.mark.parametrize("task", list(TARGETS))
@pytest.mark.parametrize("n_rows", [1, 3, 8, 9, 40])
def test_records_are_answered_without_pandas_as_the_table_is(
    task: Task, n_rows: int, blended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, frame = fit_model(task, blended=blended), customers(random_state=4)
    rows = frame.drop(columns=list(TARGETS.values())).head(n_rows)
    expected, labels = found.output(rows), found.predict(rows).tolist()
    rows["since"] = rows["since"].dt.strftime("%Y-%m-%d")
    plain: list[Any] = rows.astype(object).where(rows.notna(), None).to_dict("records")

    def refuse(*_: Any) -> None:
        raise AssertionError("These records need no table.")

    with monkeypatch.context() as patch:
        patch.setattr("core.modeling.model.coerce", refuse)
        np.testing.assert_allclose(found.output(plain), expected, rtol=1e-6, atol=1e-6)
        said = found.predict(plain).tolist()
    assert said == (pytest.approx(labels) if task == "regression" else labels)


def test_records_that_need_casting_go_through_a_table() -> None:
    found = fit_model()
    exact = found.output([{"age": 41, "spend": 60.5, "member": True}])
    cast = found.output([{"age": "41", "spend": "60.5", "member": "yes"}])
    np.testing.assert_allclose(cast, exact, atol=1e-6)
