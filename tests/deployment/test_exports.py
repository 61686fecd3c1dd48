"""Bundles with libraries of their own: ONNX in two precisions, and skops."""

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import skops.io
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from core.data import coerce, describe_schema
from core.deployment import build_bundle, extras
from core.deployment.estimators import describe_estimator
from core.deployment.onnx_graph import write_graph
from core.deployment.runtime.estimators import read_output
from core.deployment.runtime.fitted import read
from core.deployment.runtime.graph import Graph
from core.deployment.skops_bundle import FittedParts
from core.errors import DeploymentError
from core.modeling.calibration import Calibration
from core.modeling.encoder import FrameEncoder
from core.modeling.estimators import RescaledRegressor
from core.modeling.model import Model
from core.modeling.prediction_sets import learn_sets
from tests.deployment.families import CASES, fitted, told
from tests.fitted import fit_model

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
EXPORTS = ["onnx", "onnx-double", "skops"]


def encoded(model: Model) -> Any:
    """Return rows as the model's encoder makes them; the last ones are empty."""
    records = [*told().to_dict("records"), {}, {}, {}]
    return model.pipeline[0].transform(coerce(records, model.schema))


def graph_of(model: Model, precision: Any, curves: Any = ()) -> Graph:
    estimator = describe_estimator(model.pipeline[-1], model.n_outputs)
    described = {
        "classes": None if model.classes_ is None else list(model.classes_),
        "members": [{"weight": 1.0, "encoder": 0, "estimator": estimator}],
        "calibration": curves,
        "cleaning": "",
        "encoders": [],
    }
    return Graph(write_graph(described, [encoded(model).shape[1]], precision))


def largest(found: Any, expected: Any) -> float:
    expected = np.asarray(expected).reshape(found.shape)
    return float((np.abs(found - expected) / np.maximum(1, np.abs(expected))).max())


@pytest.mark.parametrize("precision", ["float", "double"])
@pytest.mark.parametrize(("task", "name"), CASES)
def test_the_graph_of_every_family_says_what_the_arrays_say(task, name, precision):
    model = fitted(task, name)
    X = encoded(model)
    estimator = describe_estimator(model.pipeline[-1], model.n_outputs)
    expected = read_output(estimator, X, model.n_outputs)
    found = graph_of(model, precision).output([X], {})
    assert largest(found, expected) < 1e-5


@pytest.mark.parametrize(("task", "name"), CASES)
def test_estimators_of_every_family_come_back_from_a_file_that_runs_no_code(task, name):
    model = fitted(task, name)
    X, estimator = encoded(model), model.pipeline[-1]
    fit_parts = FittedParts({})
    described = fit_parts.describe(estimator, model.n_outputs)
    (part,) = fit_parts.parts.values()
    back = {**described, "fitted": read(part.payload, part.told())}
    expected = read_output(
        describe_estimator(estimator, model.n_outputs), X, model.n_outputs
    )
    assert largest(read_output(back, X, model.n_outputs), expected) < 1e-5


def test_a_logarithmic_target_and_unseen_classes_keep_their_places():
    model = fitted("regression", "lightgbm")
    scaled = RescaledRegressor(model.pipeline[-1], offset=0.5, scale=0.01, log=True)
    model.pipeline.steps[-1] = ("scaled", scaled)
    expected = scaled.predict(encoded(model))
    assert (
        largest(graph_of(model, "double").output([encoded(model)], {}), expected)
        < 1e-12
    )

    few = fitted("binary", "linear")
    wider = replace(few, classes_=np.array(["no", "other", "yes"]))
    few.pipeline[-1].classes_ = np.array([0.0, 2.0])
    shares = graph_of(wider, "double").output([encoded(few)], {})
    assert shares.shape[1] == 3
    assert not shares[:, 1].any()


def test_trees_that_are_one_leaf_and_trees_that_are_deep_are_the_same_in_a_graph():
    model = fitted("regression", "forest")
    X = encoded(model)
    for y in (np.full(len(X), 7.0), np.arange(len(X)) ** 1.5):
        forest = RandomForestRegressor(3, bootstrap=False, max_features=1).fit(X, y)
        model.pipeline.steps[-1] = ("forest", forest)
        found = graph_of(model, "float").output([X], {})
        assert largest(found, forest.predict(X)) < 1e-6


def test_curves_of_calibration_are_part_of_the_graph():
    model = fitted("binary", "forest")
    xs, ys = np.array([0.0, 0.4, 0.4000001, 1.0]), np.array([0.1, 0.2, 0.7, 0.9])
    expected = Calibration("isotonic", ((xs, ys),)).apply(
        read_output(describe_estimator(model.pipeline[-1], 2), encoded(model), 2)
    )
    found = graph_of(model, "double", [[xs, ys]]).output([encoded(model)], {})
    assert largest(found, expected) < 1e-9

    many = fitted("multiclass", "linear")
    curves = tuple((xs, ys / (i + 1)) for i in range(3))
    output = read_output(describe_estimator(many.pipeline[-1], 3), encoded(many), 3)
    found = graph_of(many, "double", [list(c) for c in curves]).output(
        [encoded(many)], {}
    )
    assert largest(found, Calibration("isotonic", curves).apply(output)) < 1e-5


@pytest.mark.parametrize("kind", EXPORTS)
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_calibrated_blend_is_offered_after_it_ran_without_rondo(
    save, tmp_path, kind, task
):
    model = fit_model(task, blended=True)
    if task == "binary":
        curve = (np.array([0.0, 0.5, 1.0]), np.array([0.3, 0.35, 0.4]))
        model = replace(
            model, calibration=Calibration("sigmoid", (curve,)), threshold=0.34
        )
    bundle = build_bundle(save(model), kind, tmp_path / "out")
    assert bundle.offered, bundle.reason
    assert bundle.parity is not None
    assert bundle.parity.n_real == 2_000
    assert bundle.parity.largest < 1e-5
    with zipfile.ZipFile(bundle.path) as archive:
        names = archive.namelist()
        needed = archive.read("requirements.txt").decode()
    assert ("model/model.onnx" in names) == (kind != "skops")
    assert ("model/estimator-0.skops" in names) == (kind == "skops")
    assert ("scikit-learn==" in needed) == (kind == "skops")
    assert not any(name.endswith((".pkl", ".joblib")) for name in names)


@pytest.mark.parametrize("precision", ["onnx", "onnx-double"])
@pytest.mark.parametrize("name", ["lightgbm", "linear", "network"])
def test_a_graph_takes_the_columns_themselves_where_no_dates_or_texts_are(
    save, tmp_path, name, precision
):
    model = without(fitted("binary", name), "since", "said")
    bundle = build_bundle(save(model), precision, tmp_path / "out")
    assert bundle.offered, bundle.reason
    with zipfile.ZipFile(bundle.path) as archive:
        graph = archive.read("model/model.onnx")
        readme = archive.read("README.md").decode()
    session = onnxruntime.InferenceSession(graph)
    kinds = {item.name: item.type for item in session.get_inputs()}
    assert kinds == {
        "age": "tensor(double)", "spend": "tensor(double)",
        "member": "tensor(double)", "plan": "tensor(string)",
    }  # fmt: skip
    assert '    "plan": string\n' in readme


def without(model: Model, *names: str) -> Model:
    """Return a model of fewer columns, fitted anew."""
    frame = told()
    kept = [name for name in model.schema.names if name not in names]
    schema = describe_schema(frame[kept])
    encoder = FrameEncoder(schema, model.pipeline[0].style).fit(frame[kept])
    y = (frame[model.target] == "yes").to_numpy().astype(float)
    estimator = clone(model.pipeline[-1]).fit(encoder.transform(frame[kept]), y)
    return replace(model, schema=schema, pipeline=make_pipeline(encoder, estimator))


def test_rows_just_at_the_threshold_keep_their_label_in_single_precision(
    save, tmp_path
):
    model = fitted("binary", "forest")  # shares of 5 trees: many rows at 0.8
    version = save(replace(model, threshold=0.8))
    bundle = build_bundle(version, "onnx", tmp_path / "out")
    assert bundle.offered, bundle.reason


def test_adaptive_sets_need_double_precision(save, tmp_path):
    model = fit_model("multiclass")
    output = model.output(told())
    rule = learn_sets(output.argmax(axis=1).astype(float), output)
    version = save(replace(model, uncertainty=replace(rule, kind="adaptive")))
    single = build_bundle(version, "onnx", tmp_path / "out")
    assert "adaptive sets" in single.reason
    double = build_bundle(version, "onnx-double", tmp_path / "out")
    assert double.offered, double.reason


@pytest.mark.parametrize("kind", EXPORTS)
def test_nearest_neighbours_are_refused_because_they_hold_the_rows(
    save, tmp_path, kind
):
    model = fitted("regression", "linear")
    near = KNeighborsRegressor().fit(encoded(model), np.arange(123.0))
    model.pipeline.steps[-1] = ("near", near)
    bundle = build_bundle(save(model), kind, tmp_path / "out")
    assert "training rows" in bundle.reason


@pytest.mark.parametrize("kind", EXPORTS)
def test_what_is_not_installed_is_named_with_the_way_to_install_it(
    save, tmp_path, kind, monkeypatch
):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    bundle = build_bundle(save(), kind, tmp_path / "out")
    assert "not installed here" in bundle.reason
    assert "requirements-export.txt" in bundle.reason


def test_types_that_are_not_on_the_list_are_neither_written_nor_read():
    shell = FunctionTransformer(os.system)
    with pytest.raises(DeploymentError, match="not on the list"):
        FittedParts({}).describe(shell, 1)
    with pytest.raises(ValueError, match=r"posix.system, which is not trusted"):
        read(skops.io.dumps(shell), {"libraries": {}})


def test_another_release_of_scikit_learn_is_refused_with_a_sentence():
    payload = skops.io.dumps(fit_model().pipeline[-1])
    with pytest.raises(ValueError, match=r"written with scikit-learn 1\.2\.0, and he"):
        read(payload, {"libraries": {"scikit-learn": "1.2.0"}})


@pytest.mark.parametrize(
    ("kind", "file"), [("onnx", "model.onnx"), ("skops", "estimator-0.skops")]
)
def test_a_changed_file_is_refused_before_it_is_read(save, tmp_path, kind, file):
    bundle = build_bundle(save(), kind, tmp_path / "out")
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extractall(tmp_path / "unpacked")
    path = Path(tmp_path / "unpacked" / "model" / file)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = subprocess.run(
        [sys.executable, "selftest.py"], cwd=tmp_path / "unpacked", check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "is not the file that was written" in done.stderr
