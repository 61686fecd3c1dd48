"""Bundles that answer as their version does, and those that are refused."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from core.data import Recipe, Step
from core.deployment import build_bundle, read_bundles
from core.deployment.guard import Guard
from core.deployment.trial_rows import nasty_rows, real_rows
from core.errors import DeploymentError
from core.modeling.calibration import Calibration
from core.modeling.encoder import FrameEncoder
from tests.deployment.families import CASES, fitted
from tests.fitted import customers, fit_model


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("task", "name"), CASES)
def test_every_family_answers_without_rondo_as_it_does_within(
    save, tmp_path, task, name
):
    bundle = build_bundle(save(fitted(task, name)), "embedded", tmp_path / "out")
    assert bundle.offered, bundle.reason
    assert bundle.parity is not None
    assert bundle.parity.n_real == 2_000
    assert bundle.parity.n_nasty > 50
    assert bundle.parity.largest < 1e-6


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_blend_keeps_its_weights_and_its_interval(save, tmp_path, task):
    version = save(fit_model(task, blended=True))
    build_bundle(version, "embedded", tmp_path / "out")
    answers = asked(unpacked(tmp_path), real_rows(version, 3))
    if task == "regression":
        low, high = answers[0]["interval"]
        assert high - low == pytest.approx(15.0)
    else:
        assert answers[0]["probability"] <= 1


def test_calibration_and_threshold_go_along(save, tmp_path):
    curve = (np.array([0.0, 0.5, 1.0]), np.array([0.3, 0.35, 0.4]))
    model = replace(fit_model(), calibration=Calibration("sigmoid", (curve,)))
    bundle = build_bundle(save(model), "embedded", tmp_path / "out")
    assert bundle.offered, bundle.reason
    shares = [a["probability"] for a in asked(unpacked(tmp_path), [{}, {"age": 90}])]
    assert all(0.3 <= share <= 0.4 for share in shares)


RECIPES = {
    "words": Recipe(
        (
            Step("trim_text", ("plan",), {"case": "lower"}),
            Step("merge_levels", ("plan",), {"mapping": {"pro": "plus"}}),
        )
    ),
    "numbers": Recipe(
        (
            Step("clip", ("spend",), {"minimum": 0, "maximum": 60}),
            Step("fill_missing", ("age",), {"value": "40"}),
            Step("blank_values", ("spend",), {"values": ["60"]}),
        )
    ),
}


@pytest.mark.parametrize("name", RECIPES)
def test_rows_are_cleaned_by_the_recipe_first(save, tmp_path, name):
    version = save(fit_model(blended=True), RECIPES[name])
    bundle = build_bundle(version, "embedded", tmp_path / "out")
    assert bundle.offered, bundle.reason
    assert (unpacked(tmp_path) / "model_runtime" / "clean.py").is_file()


def test_nearest_neighbours_are_refused_because_they_hold_the_rows(save, tmp_path):
    model = fit_model()
    frame = customers()[list(model.schema.names)]
    encoder = FrameEncoder(model.schema, "smooth")
    X = encoder.fit_transform(frame)
    near = KNeighborsClassifier().fit(X, np.arange(len(X)) % 2)
    version = save(replace(model, pipeline=make_pipeline(encoder, near)))
    bundle = build_bundle(version, "embedded", tmp_path / "out")
    assert not bundle.offered
    assert "training rows" in bundle.reason
    assert not bundle.path.exists()
    assert read_bundles(tmp_path / "out")["embedded"].reason == bundle.reason


def test_a_bundle_that_answers_otherwise_is_not_offered(save, tmp_path, monkeypatch):
    from core.deployment import kinds

    def bent(archive: bytes, *rest: Any) -> Any:
        answers, duration_s = run(archive, *rest)
        answers[7]["prediction"] = "another"
        return answers, duration_s

    run = kinds.run_bundle
    monkeypatch.setattr(kinds, "run_bundle", bent)
    bundle = build_bundle(save(), "embedded", tmp_path / "out")
    assert "1 of " in bundle.reason
    assert "another answer" in bundle.reason
    assert not bundle.path.exists()


def test_what_was_built_is_found_again(save, tmp_path):
    built = build_bundle(save(), "embedded", tmp_path / "out")
    assert read_bundles(tmp_path / "out") == {"embedded": built}
    built.path.unlink()
    assert read_bundles(tmp_path / "out") == {}


def test_there_is_no_bundle_of_an_unknown_kind(save, tmp_path):
    with pytest.raises(DeploymentError, match="no bundle called"):
        build_bundle(save(), "../../etc", tmp_path / "out")


def test_a_bundle_holds_no_pickle_and_names_every_file(save, tmp_path):
    bundle = build_bundle(save(), "embedded", tmp_path / "out")
    with zipfile.ZipFile(bundle.path) as archive:
        names = set(archive.namelist())
        listed = archive.read("SHA256SUMS").decode().splitlines()
        sources = [archive.read(n).decode() for n in names if n.endswith(".py")]
        packed = archive.read("model/arrays.npz")
    assert names - {"SHA256SUMS"} == {line.split("  ")[1] for line in listed}
    assert not any(name.endswith((".pkl", ".joblib")) for name in names)
    assert not any("import pickle" in source for source in sources)
    assert not any("core.deployment" in source for source in sources)
    np.load(io.BytesIO(packed), allow_pickle=False).close()


def test_predict_stays_under_150_lines(save, tmp_path):
    build_bundle(save(), "embedded", tmp_path / "out")
    source = (unpacked(tmp_path) / "predict.py").read_text("utf-8")
    assert len(source.splitlines()) < 150


def test_a_changed_file_of_weights_is_refused(save, tmp_path):
    build_bundle(save(), "embedded", tmp_path / "out")
    folder = unpacked(tmp_path)
    path = folder / "model" / "arrays.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = run(folder, "selftest.py")
    assert done.returncode != 0
    assert "is not the file that was written" in done.stderr


def test_a_csv_file_is_answered_line_by_line(save, tmp_path):
    build_bundle(save(), "embedded", tmp_path / "out")
    folder = unpacked(tmp_path)
    (folder / "rows.csv").write_text("age,plan\n41,basic\n,\nold,pro\n", "utf-8")
    assert run(folder, "predict.py", "rows.csv", "answers.csv").returncode == 0
    lines = (folder / "answers.csv").read_text("utf-8").splitlines()
    assert len(lines) == 4
    assert lines[0] == "prediction,probability,low,high,warnings"
    assert 'age is ""old""' in lines[3]


def test_strict_names_row_and_column(save, tmp_path):
    build_bundle(save(), "embedded", tmp_path / "out")
    folder = unpacked(tmp_path)
    code = "import predict; predict.predict([{}, {'age': 'old'}], strict=True)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "'old' in column 'age', row 1, is not a whole number" in done.stderr


def test_nasty_rows_touch_every_column(save):
    version = save()
    row = real_rows(version, 1)[0]
    rows = nasty_rows(version, row)
    for name in version.schema.names:
        values = [r.get(name, "absent") for r in rows]
        assert None in values
        assert "" in values
        assert "absent" in values
    json.dumps(rows, allow_nan=False)


def test_the_guard_lets_only_the_bundle_s_libraries_in():
    guard = Guard(("numpy",))
    guard.find_spec("numpy.linalg")
    guard.find_spec("json")
    with pytest.raises(ModuleNotFoundError, match="core is not among"):
        guard.find_spec("core.serving")


def unpacked(tmp_path: Path) -> Path:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "out" / "embedded.zip") as archive:
        archive.extractall(folder)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"]}, check=False,
    )  # fmt: skip


def asked(folder: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    (folder / "asked.json").write_text(json.dumps(rows), "utf-8")
    done = run(folder, "predict.py", "asked.json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
