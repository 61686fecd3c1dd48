import pickle
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.tree import DecisionTreeRegressor

from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.flat_trees import float32_below
from core.modeling.lean_boosters import LeanBooster
from core.modeling.packing import pack, unpack
from tests.fitted import fit_model


def _table(n_rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 5)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] > 0) + (X[:, 2] > 1)
    X[::7, 3] = np.nan
    return X, y.astype(float)


@pytest.mark.parametrize("name", ["random_forest", "extra_trees"])
@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_forest_answers_the_same_after_it_was_packed(name: str, task: str) -> None:
    X, y = _table()
    n_outputs = 1 if task == "regression" else 3
    data = FitData(X[:200], y[:200], X[200:], y[200:], task, n_outputs, 0.3)
    fitted = FAMILIES[name].fit(data, FAMILIES[name].fixed[0], 0, Watch(20)).estimator
    content = pack(fitted)
    again = unpack(content)
    nasty = np.vstack([X, np.full((1, 5), np.nan), np.zeros((1, 5))]).astype(np.float32)
    read = "predict" if task == "regression" else "predict_proba"
    np.testing.assert_array_equal(
        getattr(fitted, read)(nasty), getattr(again, read)(nasty)
    )
    assert len(content) < len(pickle.dumps(fitted, protocol=5)) / 6


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_boosting_answers_and_explains_the_same_after_it_was_packed(task: str) -> None:
    pytest.importorskip("lightgbm")
    X, y = _table()
    y = y if task == "multiclass" else (y > 0).astype(float)
    n_outputs = {"binary": 2, "multiclass": 3, "regression": 1}[task]
    data = FitData(X[:200], y[:200], X[200:], y[200:], task, n_outputs, 0.3)
    family = FAMILIES["lightgbm"]
    fitted = family.fit(data, family.fixed[1], 0, Watch(20)).estimator
    content = pack(fitted)
    again = unpack(content)
    nasty = np.vstack([X, np.full((1, 5), np.nan), np.full((1, 5), 1e30)])
    for how in ({"raw_score": True}, {"pred_contrib": True}, {"pred_leaf": True}):
        here, there = (e.booster_.predict(nasty, **how) for e in (fitted, again))
        np.testing.assert_array_equal(here, there)
    assert len(pack(again)) == pytest.approx(len(content), rel=0.01)
    assert len(content) < len(zlib.compress(pickle.dumps(fitted, protocol=5), 3)) / 2


def test_a_booster_with_categories_is_packed_by_its_own_text() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    X, _ = _table()
    X[:, 4] = np.arange(len(X)) % 7
    kind = lightgbm.LGBMClassifier(n_estimators=5, verbosity=-1, n_jobs=1)
    fitted = kind.fit(X, X[:, 4] % 3, categorical_feature=[4])
    assert LeanBooster.read(fitted.booster_.model_to_string()) is None
    again = unpack(pack(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_trees_of_a_single_leaf_are_kept_however_often_they_are_read() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    X, y = _table(40)
    kind = lightgbm.LGBMRegressor(
        n_estimators=3, min_child_samples=30, verbosity=-1, n_jobs=1
    )
    fitted = kind.fit(X, y)
    lean = LeanBooster.read(fitted.booster_.model_to_string())
    assert lean is not None
    assert (lean.n_leaves.tolist(), lean.count.tolist()) == ([1], [40])
    twice = unpack(pack(unpack(pack(fitted))))
    np.testing.assert_array_equal(twice.predict(X), fitted.predict(X))


def test_a_tree_whose_leaves_were_not_rounded_keeps_them_exactly() -> None:
    X, y = _table(60)
    tree = DecisionTreeRegressor().fit(X, y / 3)
    np.testing.assert_array_equal(tree.predict(X), unpack(pack(tree)).predict(X))


def test_a_packed_tree_can_be_packed_again_and_shown() -> None:
    X, y = _table(60)
    forest = ExtraTreesClassifier(3, random_state=0).fit(X, y)
    twice = unpack(pack(unpack(pack(forest))))
    np.testing.assert_array_equal(forest.apply(X), twice.apply(X))
    assert twice.estimators_[0].get_depth() == forest.estimators_[0].get_depth()


@settings(max_examples=25)
@given(
    st.floats(-(2.0**99), 2.0**99),
    st.floats(-(2.0**99), 2.0**99, width=32) | st.sampled_from([0.0, -0.0]),
)
def test_a_rounded_threshold_decides_every_float32_alike(threshold, value) -> None:
    (rounded,) = float32_below(np.array([threshold]))
    assert (np.float32(value) <= rounded) == (value <= threshold)
    (own,) = float32_below(np.array([value]))
    assert float(own) == value


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_models_of_earlier_versions_can_still_be_read(task) -> None:
    model = fit_model(task, blended=True)
    plain = dict(vars(model))
    old = object.__new__(type(model))
    old.__setstate__(plain)
    assert old.pipeline is model.pipeline
    again = pickle.loads(pickle.dumps(replace(model), protocol=5))  # noqa: S301
    assert again.name == model.name
