"""Contributions: they add up, are credited rightly, and say how exact they are."""

from dataclasses import replace

import lightgbm
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from core.data import describe_schema
from core.errors import EvaluationError
from core.evaluation.explaining import Explainer
from core.evaluation.explaining.as_booster import booster_of
from core.evaluation.explaining.trees import odds_contributions, tree_contributions
from core.modeling.calibration import Calibration
from core.modeling.encoder import FrameEncoder
from core.modeling.estimators import Blend, RescaledRegressor
from core.modeling.model import Model
from tests.fitted import TARGETS, customers, fit_model

FRAME = customers()


def explainer(task: str = "binary", *, blended: bool = False) -> Explainer:
    return Explainer(fit_model(task, blended=blended), FRAME)


EXPLAINERS = {
    (task, blended): explainer(task, blended=blended)
    for task in TARGETS
    for blended in (False, True)
}


def regression(estimator: object, frame: pd.DataFrame, y: np.ndarray) -> Model:
    """Return a model of one estimator on the frame's own numbers."""
    schema = describe_schema(frame)
    pipeline = make_pipeline(FrameEncoder(schema, "tree"), estimator).fit(frame, y)
    return Model("m", "f", "regression", "y", "rmse", schema, pipeline)


def numbers(n_rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(rng.normal(size=(n_rows, 4)).round(3), columns=list("abcd"))


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(EXPLAINERS)),
    st.integers(18, 95) | st.none(),
    st.floats(-1e6, 1e6) | st.none(),
    st.sampled_from(["basic", "plus", "pro", "never seen", None]),
)
def test_contributions_add_up_to_the_answer(kind, age, spend, plan):
    record = {"age": age, "spend": spend, "plan": plan, "member": True}
    found = EXPLAINERS[kind].explain([record])[0]
    total = found.base + sum(item.effect for item in found.items)
    assert total == pytest.approx(found.output, rel=1e-9, abs=1e-9)
    assert {item.column for item in found.items} == set(
        EXPLAINERS[kind].model.schema.names
    )


@pytest.mark.parametrize("kind", sorted(EXPLAINERS), ids=str)
def test_the_answer_explained_is_the_answer_given(kind):
    explains = EXPLAINERS[kind]
    rows = FRAME.head(3)
    answers = explains.model.output(rows)
    for found, answer in zip(explains.explain(rows), answers, strict=True):
        if found.label is None:
            assert found.answer == pytest.approx(answer)
        else:
            code = explains.model.classes_.tolist().index(found.label)
            assert found.answer == pytest.approx(answer[code])


def test_the_same_row_is_always_explained_alike():
    one, two = explainer().explain(FRAME.head(1)), explainer().explain(FRAME.head(1))
    assert one == two


def test_a_sum_is_taken_apart_into_its_terms():
    frame = numbers()
    y = frame.to_numpy() @ [3.0, -2.0, 1.0, 0.0]
    found = Explainer(regression(Ridge(alpha=1e-9), frame, y), frame)
    row = pd.DataFrame({"a": [2.0], "b": [1.0], "c": [0.0], "d": [5.0]})
    effects = {i.column: (i.effect, i.error) for i in found.explain(row)[0].items}
    for name, weight in zip("abcd", [3.0, -2.0, 1.0, 0.0], strict=True):
        effect, error = effects[name]
        expected = weight * (row[name][0] - frame[name].mean())
        assert effect == pytest.approx(expected, abs=max(2 * error, 1e-6))


def test_a_product_is_credited_evenly_to_its_factors():
    frame = numbers(2_000)
    y = (frame["a"] * frame["b"]).to_numpy()
    inner = lightgbm.LGBMRegressor(n_estimators=200, verbosity=-1, n_jobs=1)
    found = Explainer(regression(inner, frame, y), frame)
    row = pd.DataFrame({"a": [1.5], "b": [1.5], "c": [0.0], "d": [0.0]})
    effects = {i.column: i.effect for i in found.explain(row)[0].items}
    assert effects["a"] == pytest.approx(effects["b"], rel=0.35)
    assert min(effects["a"], effects["b"]) > 5 * abs(effects["c"])


def boosted(frame: pd.DataFrame, y: np.ndarray) -> lightgbm.LGBMRegressor:
    inner = lightgbm.LGBMRegressor(n_estimators=20, verbosity=-1, n_jobs=1)
    return inner.fit(frame.to_numpy(np.float32), y)


def test_boosted_trees_for_numbers_are_exact():
    frame = numbers()
    y = frame["a"].to_numpy() ** 2 + frame["b"].to_numpy()
    found = Explainer(regression(boosted(frame, y), frame, y), frame)
    explained = found.explain(frame.head(5))
    assert {item.method for item in explained} == {"exact"}
    assert all(part.error == 0 for item in explained for part in item.items)
    expected = found.model.output(frame.head(5))
    for item, answer in zip(explained, expected, strict=True):
        total = item.base + sum(part.effect for part in item.items)
        assert total == pytest.approx(answer, abs=1e-6)


def test_a_blend_is_exact_in_its_trees_and_sampled_in_the_rest():
    frame = numbers()
    y = np.exp(frame["a"].to_numpy())
    trees = regression(boosted(frame, y), frame, y)
    line = regression(Ridge(), frame, y)
    blend = Blend([trees.pipeline, line.pipeline], [3.0, 1.0], 1)
    model = Model("m", "f", "regression", "y", "rmse", trees.schema, blend)
    found = Explainer(model, frame).explain(frame.head(2))
    assert found[0].method == "exact and sampled"
    for item, answer in zip(found, model.output(frame.head(2)), strict=True):
        total = item.base + sum(part.effect for part in item.items)
        assert total == pytest.approx(answer, abs=1e-6)


def test_trees_on_a_logarithm_are_not_called_exact():
    frame = numbers()
    y = np.exp(frame["a"].to_numpy())
    outer = RescaledRegressor(None, log=True)
    outer.estimator = boosted(frame, outer.forward(y))
    encoder = FrameEncoder(describe_schema(frame)).fit(frame)
    model = regression(Ridge(), frame, y)
    model.pipeline.steps[:] = [("encoder", encoder), ("estimator", outer)]
    found = Explainer(model, frame).explain(frame.head(1))[0]
    assert found.method == "sampled"
    total = found.base + sum(item.effect for item in found.items)
    assert total == pytest.approx(model.output(frame.head(1))[0], abs=1e-9)


def classifier(
    n_classes: int, *, calibration: Calibration | None = None, n_models: int = 1
) -> Model:
    """Return boosted trees of LightGBM for classes, or a blend of two such models."""
    frame = numbers()
    place = frame["a"] * frame["b"] + frame["c"]
    y = np.asarray(pd.qcut(place, n_classes, labels=False))
    schema = describe_schema(frame)
    pipelines = [
        make_pipeline(
            FrameEncoder(schema, "tree"),
            lightgbm.LGBMClassifier(n_estimators=9 + i, verbosity=-1, n_jobs=1),
        ).fit(frame, y)
        for i in range(n_models)
    ]
    pipeline = Blend(pipelines, [1.0, 2.0], n_classes) if n_models > 1 else pipelines[0]
    task = "binary" if n_classes == 2 else "multiclass"
    classes = np.array(list("xyz")[:n_classes], dtype=object)
    return Model(
        "m", "lightgbm", task, "y", "log_loss", schema, pipeline, classes,
        calibration=calibration,
    )  # fmt: skip


HALVED = Calibration("sigmoid", ((np.array([0.0, 1.0]), np.array([0.0, 0.5])),))


@pytest.mark.parametrize("label", ["x", "y"])
@pytest.mark.parametrize("calibration", [None, HALVED], ids=["as it is", "calibrated"])
def test_boosted_trees_of_two_classes_are_exact_in_log_odds(label, calibration):
    model, rows = classifier(2, calibration=calibration), numbers().head(4)
    raw = model.pipeline[-1].predict(model.pipeline[0].transform(rows), raw_score=True)
    sign = 1 if label == "y" else -1
    explained = Explainer(model, numbers()).explain(rows, label)
    for found, score in zip(explained, raw, strict=True):
        assert (found.method, found.scale) == ("exact", "log-odds")
        total = found.base + sum(item.effect for item in found.items)
        assert total == pytest.approx(sign * score, abs=1e-9)
        assert found.output == pytest.approx(total)
        assert all(item.error == 0 for item in found.items)
    expected = model.output(rows)[:, "xy".index(label)]
    assert [found.answer for found in explained] == pytest.approx(expected)


def test_boosted_trees_of_three_classes_are_sampled_in_points():
    model, rows = classifier(3), numbers().head(2)
    for found, shares in zip(
        Explainer(model, numbers()).explain(rows, "y"), model.output(rows), strict=True
    ):
        assert (found.method, found.scale) == ("sampled", "answer")
        total = found.base + sum(item.effect for item in found.items)
        assert total == pytest.approx(shares[1], abs=1e-9)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.booleans())
def test_scikit_learns_boosted_trees_are_taken_apart_as_they_answer(
    seed, n_trees, of_numbers
):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(150, 4)).astype(np.float32)
    X[rng.random(X.shape) < 0.15] = np.nan
    y = np.nan_to_num(X[:, 0]) * np.nan_to_num(X[:, 1]) + np.isnan(X[:, 2])
    kind = (
        HistGradientBoostingRegressor if of_numbers else HistGradientBoostingClassifier
    )
    fitted = kind(max_iter=n_trees, min_samples_leaf=5).fit(
        X, y if of_numbers else y > 0
    )
    expected = fitted.predict(X) if of_numbers else fitted.decision_function(X)
    take_apart = tree_contributions if of_numbers else odds_contributions
    effects, base = take_apart(fitted, X, booster_of(fitted))
    assert effects.sum(axis=1) + base == pytest.approx(expected, abs=1e-9)


def test_a_champion_of_scikit_learns_boosted_trees_is_exact():
    kinds = {"regression": "answer", "binary": "log-odds"}
    for task, scale in kinds.items():
        found = EXPLAINERS[task, False].explain(FRAME.head(1))[0]
        assert (found.method, found.scale) == ("exact", scale)


def test_a_blend_of_classifiers_is_sampled_in_points():
    found = Explainer(classifier(2, n_models=2), numbers()).explain(numbers().head(1))
    assert (found[0].method, found[0].scale) == ("sampled", "answer")


def test_exact_and_sampled_contributions_agree_on_what_matters_most():
    model, rows = classifier(2), numbers().head(20)
    blend = Blend([model.pipeline, model.pipeline], [1.0, 1.0], 2)
    exact, sampled = (
        Explainer(each, numbers()).explain(rows)
        for each in (model, replace(model, pipeline=blend))
    )
    same = [
        a.items[0].column == b.items[0].column
        for a, b in zip(exact, sampled, strict=True)
    ]
    assert np.mean(same) >= 0.8


def test_a_column_the_answer_does_not_hang_on_gets_nothing():
    frame = numbers()
    same = frame.assign(d=1.0)
    model = regression(Ridge(), same, frame["a"].to_numpy())
    found = Explainer(model, same).explain(same.head(1))[0]
    effect = next(i.effect for i in found.items if i.column == "d")
    assert effect == pytest.approx(0, abs=1e-6)


def test_more_answers_leave_less_error():
    model = fit_model("binary", blended=True)
    errors = [
        max(i.error for i in Explainer(model, FRAME, n_answers=n).explain(
            FRAME.head(1))[0].items)
        for n in (64, 512)
    ]  # fmt: skip
    assert errors[1] < errors[0]


def test_one_column_is_enough():
    frame = numbers()[["a"]]
    found = Explainer(regression(Ridge(), frame, frame["a"].to_numpy()), frame)
    explained = found.explain(frame.head(1))[0]
    assert explained.base + explained.items[0].effect == pytest.approx(explained.output)


def test_another_class_can_be_asked_about():
    explains = EXPLAINERS["multiclass", False]
    found = explains.explain(FRAME.head(1), "low")[0]
    assert found.label == "low"
    with pytest.raises(EvaluationError, match="knows no class 'other'"):
        explains.explain(FRAME.head(1), "other")


def test_nothing_can_be_explained_without_training_rows():
    with pytest.raises(EvaluationError, match="nothing to explain"):
        Explainer(fit_model(), FRAME.head(0))


def test_values_and_their_place_among_training_rows_are_told():
    record = {"age": 95, "spend": None, "plan": "pro", "since": "2024-03-01"}
    found = {
        i.column: i for i in EXPLAINERS["binary", False].explain([record])[0].items
    }
    assert found["age"].value == 95
    assert found["age"].rank > 0.95
    assert found["spend"].value is None
    assert found["spend"].rank is None
    assert found["since"].value == "2024-03-01"
    assert found["plan"].rank is None


def test_the_sentence_names_what_moves_the_answer_most():
    found = EXPLAINERS["binary", False].explain(FRAME.head(1))[0]
    assert found.sentence.startswith("The probability of yes is ")
    assert f"{found.items[0].column} is" in found.sentence
    assert "at average odds" in found.sentence
