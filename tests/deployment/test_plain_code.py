"""Models as one function, in Python without packages and in JavaScript."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from core.data import Recipe, Step, Task, describe_schema
from core.deployment import build_bundle, plain_code
from core.modeling.calibration import Calibration
from core.modeling.encoder import FrameEncoder
from core.modeling.estimators import RescaledRegressor
from core.modeling.interval_learning import learn_intervals
from core.modeling.model import Model
from core.modeling.prediction_sets import learn_sets
from tests.fitted import TARGETS, customers, fit_model

needs_node = pytest.mark.skipif(
    plain_code.node() is None, reason="Node is not installed; JavaScript is not offered"
)


def linear(*, log: bool = False) -> Model:
    """Return a linear model of a number, perhaps of its logarithm."""
    plain, frame = fit_model("regression"), customers().fillna({"spend": 50.0})
    encoder = FrameEncoder(plain.schema, "linear").fit(frame)
    X = encoder.transform(frame).astype(np.float64)
    outer = RescaledRegressor(Ridge(), offset=0.5, scale=2.0, log=log)
    outer.estimator.fit(X, outer.forward(frame["spend"].abs().to_numpy()))
    return replace(plain, pipeline=make_pipeline(encoder, outer))


def calibrated(task: Task) -> Model:
    curve = (np.array([0.0, 0.4, 1.0]), np.array([0.1, 0.3, 0.9]))
    n_curves = 1 if task == "binary" else 3
    model = fit_model(task)
    return replace(model, calibration=Calibration("isotonic", (curve,) * n_curves))


def unsure(task: Task) -> Model:
    """Return a model with intervals that follow the row, or with sets."""
    model, frame = fit_model(task), customers(600, 4)
    X = frame.drop(columns=list(TARGETS.values()))
    output = model.output(X)
    if task == "regression":
        old = frame["age"].to_numpy() > 60
        y = frame["value"].fillna(0.0).to_numpy() * (1 + old)
        rule = learn_intervals(X, model.schema, y, output)
        assert rule.difficulty is not None
        return replace(model, uncertainty=rule)
    y = np.searchsorted(model.classes_.astype(str), frame[model.target].astype(str))
    return replace(model, uncertainty=learn_sets(y.astype(float), output))


MODELS = {
    "intervals that follow the row": lambda: unsure("regression"),
    "sets of two classes": lambda: unsure("binary"),
    "sets of three classes": lambda: unsure("multiclass"),
    "trees of two classes": lambda: fit_model("binary"),
    "a blend of three classes": lambda: fit_model("multiclass", blended=True),
    "trees of a number": lambda: fit_model("regression"),
    "linear": linear,
    "linear on a logarithm": lambda: linear(log=True),
    "two calibrated classes": lambda: calibrated("binary"),
    "three calibrated classes": lambda: calibrated("multiclass"),
}


@pytest.mark.filterwarnings("ignore:overflow encountered in expm1")
@pytest.mark.parametrize("name", MODELS)
def test_it_answers_as_the_version_does(save, tmp_path, name):
    version = save(MODELS[name]())
    bundle = build_bundle(version, "plain", tmp_path / "out")
    assert bundle.offered, bundle.reason
    assert bundle.parity is not None
    assert bundle.parity.n_real == 2_000
    embedded = build_bundle(version, "embedded", tmp_path / "out")
    assert embedded.offered, embedded.reason


@needs_node
def test_both_languages_are_tried(save, tmp_path):
    version = save()
    build_bundle(version, "plain", tmp_path / "out")
    archive = (tmp_path / "out" / "plain.zip").read_bytes()
    python, javascript = plain_code.run_plain(archive, version, [{}, {"age": 90}])[0]
    assert len(python) == len(javascript) == 2


def test_without_node_no_javascript_is_offered(save, tmp_path, monkeypatch):
    monkeypatch.setattr(plain_code, "node", lambda: None)
    bundle = build_bundle(save(), "plain", tmp_path / "out")
    with zipfile.ZipFile(bundle.path) as archive:
        assert "model.mjs" not in archive.namelist()
        assert "JavaScript" not in archive.read("README.md").decode()
    assert bundle.offered


def test_one_python_file_is_enough(save, tmp_path):
    bundle = build_bundle(save(), "plain", tmp_path / "out")
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extract("model.py", tmp_path / "alone")
        told = json.loads(archive.read("examples.json"))
    code = "import json, sys; sys.path.insert(0, '.'); from model import predict; "
    code += "print(json.dumps(predict(json.loads(sys.argv[1]))))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, json.dumps(told["rows"][0])],
        cwd=tmp_path / "alone", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["prediction"] == told["answers"][0]["prediction"]


def test_hostile_names_stay_data(save, tmp_path):
    hostile = '__proto__"); process.exit(3); </script>\u2028\\'
    frame = customers().rename(columns={"age": hostile})
    X = frame.drop(columns=list(TARGETS.values()))
    plain = fit_model()
    schema = describe_schema(X)
    encoder = FrameEncoder(schema).fit(X)
    boosted = plain.pipeline[-1].fit(encoder.transform(X), plain.classes_[[0, 1] * 60])
    model = replace(plain, schema=schema, pipeline=make_pipeline(encoder, boosted))
    bundle = build_bundle(save(model), "plain", tmp_path / "out")
    assert bundle.offered, bundle.reason


def network() -> Model:
    plain, frame = fit_model(), customers()
    encoder = FrameEncoder(plain.schema, "smooth").fit(frame)
    fitted = MLPClassifier((4,), max_iter=500).fit(
        encoder.transform(frame), [0, 1] * 60
    )
    return replace(plain, pipeline=make_pipeline(encoder, fitted))


def test_what_needs_a_library_is_refused_with_the_reason(save, tmp_path):
    recipe = Recipe((Step("clip", ("spend",), {"minimum": 0, "maximum": 60}),))
    bundle = build_bundle(save(None, recipe), "plain", tmp_path / "out")
    assert "cleaned by a recipe" in bundle.reason


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_network_is_refused(save, tmp_path):
    bundle = build_bundle(save(network()), "plain", tmp_path / "out")
    assert "neural network" in bundle.reason


def test_large_trees_are_refused(save, tmp_path, monkeypatch):
    monkeypatch.setattr(plain_code, "MOST_NODES", 3)
    bundle = build_bundle(save(), "plain", tmp_path / "out")
    assert "nodes, above 3" in bundle.reason
