"""CatBoost's trees in LightGBM's form say what CatBoost says."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import catboost
import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.packing import pack
from core.modeling.symmetric_trees import SymmetricTrees

N_COLUMNS = 3
ROOT = Path(__file__).resolve().parents[2]


def _rows(n_rows: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, N_COLUMNS)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


def _target(X: np.ndarray, n_classes: int) -> np.ndarray:
    signal = np.nan_to_num(X).sum(axis=1) + 40 * np.isnan(X[:, 0])
    if n_classes == 1:
        return 1_000 + signal
    return np.digitize(signal, np.linspace(-1, 1, n_classes - 1)).astype(float)


@cache  # for all examples of a property
def _fitted(n_classes: int) -> tuple[dict, catboost.CatBoost]:
    X = _rows(300)
    loss = {1: "RMSE", 2: "Logloss"}.get(n_classes, "MultiClass")
    model = catboost.CatBoost(
        {
            "loss_function": loss, "iterations": 12, "depth": 5, "thread_count": 1,
            "allow_writing_files": False, "logging_level": "Silent",
        }
    )  # fmt: skip
    model.fit(X, _target(X, n_classes))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        return json.loads(path.read_text()), model


@pytest.mark.parametrize("n_classes", [1, 2, 4])
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), low=st.floats(-1e30, 1e30), gap=st.booleans())
def test_any_row_gets_the_sums_of_catboost(n_classes, seed, low, gap) -> None:
    told, model = _fitted(n_classes)
    trees = SymmetricTrees.read(told)
    text = trees.as_booster(N_COLUMNS).text()
    rng, X = np.random.default_rng(seed), _rows(40, seed)
    borders = [
        b for tree in trees.trees for b in zip(tree.feature, tree.border, strict=True)
    ]
    for row, place in zip(X, rng.integers(0, len(borders), len(X)), strict=True):
        feature, border = borders[place]  # on a border, and just beside it
        near = np.float32(border)
        row[feature] = rng.choice([near, np.nextafter(near, np.float32(np.inf))])
    X[0] = np.nan if gap else np.float32(low)
    X[1] = [np.inf, -np.inf, 0.0]
    kept = lightgbm.Booster(model_str=text).predict(X, raw_score=True)
    said = model.predict(X, prediction_type="RawFormulaVal")
    np.testing.assert_allclose(kept, said, rtol=1e-9, atol=1e-9)


def _told(borders: list[tuple[int, float]], values: list[float]) -> dict:
    splits = [
        {"border": border, "float_feature_index": feature, "split_type": "FloatFeature"}
        for feature, border in borders
    ]
    tree = {"leaf_values": values, "leaf_weights": [3] * len(values), "splits": splits}
    return {
        "scale_and_bias": [1, [0.5]],
        "features_info": {"float_features": [{"nan_value_treatment": "AsIs"}]},
        "oblivious_trees": [tree],
        "model_info": {"params": {"loss_function": {"type": "RMSE"}}},
    }


def test_branches_that_no_row_can_reach_are_left_out() -> None:
    told = _told([(0, 5.0), (0, 3.0)], [1.0, -9.0, 2.0, 3.0])  # above 5, not above 3
    lean = SymmetricTrees.read(told).as_booster(1)
    assert lean.n_leaves.tolist() == [3]
    booster = lightgbm.Booster(model_str=lean.text())
    assert booster.predict([[2.0], [4.0], [6.0]]).tolist() == [1.5, 2.5, 3.5]


def test_a_tree_without_a_question_is_one_leaf() -> None:
    lean = SymmetricTrees.read(_told([], [1.0])).as_booster(1)
    booster = lightgbm.Booster(model_str=lean.text())
    assert booster.predict([[2.0], [np.nan]]).tolist() == [1.5, 1.5]


def test_branches_that_say_the_same_are_one_leaf() -> None:
    told = _told([(0, 5.0), (1, 3.0)], [1.0, 7.0, 1.0, 8.0])
    assert SymmetricTrees.read(told).as_booster(2).n_leaves.tolist() == [3]
    told = _told([(0, 5.0), (1, 3.0)], [1.0] * 4)
    assert SymmetricTrees.read(told).as_booster(2).n_leaves.tolist() == [1]


@pytest.mark.parametrize(
    ("place", "value"),
    [("splits", "OneHotFeature"), ("features_info", "AsTrue")],
)
def test_what_cannot_be_kept_is_refused(place, value) -> None:
    told = _told([(0, 5.0)], [1.0, 2.0])
    if place == "splits":
        told["oblivious_trees"][0]["splits"][0]["split_type"] = value
    else:
        told["features_info"]["float_features"][0]["nan_value_treatment"] = value
    with pytest.raises(ValueError, match="not known here"):
        SymmetricTrees.read(told)


def _data(n_classes: int) -> FitData:
    X, task = _rows(400), {1: "regression", 2: "binary"}.get(n_classes, "multiclass")
    y = _target(X, n_classes)
    return FitData(X[:300], y[:300], X[300:], y[300:], task, n_classes)


@pytest.mark.parametrize("n_classes", [1, 2])
def test_the_contributions_of_its_columns_add_up_to_the_answer(n_classes) -> None:
    family, data = FAMILIES["catboost"], _data(n_classes)
    booster = family.fit(data, {"depth": 8}, 0, Watch(30)).estimator.booster_
    parts = booster.predict(data.X_valid, pred_contrib=True)
    assert np.isfinite(parts).all()
    whole = booster.predict(data.X_valid, raw_score=True)
    np.testing.assert_allclose(parts.sum(axis=1), whole, rtol=1e-6)


def test_a_fitted_model_answers_where_catboost_is_not_installed(tmp_path) -> None:
    family, data = FAMILIES["catboost"], _data(1)
    estimator = family.fit(data, family.fixed[0], 0, Watch(30)).estimator
    (tmp_path / "model").write_bytes(pack(estimator))
    np.save(tmp_path / "rows.npy", data.X_valid)
    script = (
        "import sys; sys.modules['catboost'] = None; import numpy as np; "
        "from pathlib import Path; from core.modeling.packing import unpack; "
        f"folder = Path({str(tmp_path)!r}); "
        "model = unpack((folder / 'model').read_bytes()); "
        "np.save(folder / 'said.npy', model.predict(np.load(folder / 'rows.npy')))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
    said = np.load(tmp_path / "said.npy")
    np.testing.assert_array_equal(said, estimator.predict(data.X_valid))
