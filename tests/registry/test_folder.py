import json
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import RegistryError, StorageError
from core.registry import ModelVersion, load_version, save_version
from core.registry.environment import describe_environment
from core.registry.manifest import signing_key, write_manifest
from core.registry.version import MAX_REFERENCE_ROWS
from core.settings import Settings
from tests.fitted import TARGETS, customers, fit_model

EVALUATION = {
    "n_rows": 30,
    "metrics": {
        "log_loss": {
            "title": "Log loss", "value": 0.4, "low": 0.3, "high": float("nan"),
        }
    },
}  # fmt: skip


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.models / "churn" / "1"


@pytest.fixture
def version(folder: Path) -> ModelVersion:
    return save_version(
        fit_model(),
        folder,
        reference=customers(),
        evaluation=EVALUATION,
        lineage={"dataset": "abc", "rows": 120},
        note="The *first* one",
    )


@pytest.mark.parametrize("task", list(TARGETS))
@pytest.mark.parametrize("blended", [False, True], ids=["one model", "blend"])
def test_what_is_loaded_answers_bit_for_bit_as_what_was_saved(folder, task, blended):
    model, rows = fit_model(task, blended=blended), customers(random_state=1)
    save_version(model, folder)
    loaded = load_version(folder)
    np.testing.assert_array_equal(loaded.model.output(rows), model.output(rows))
    assert (loaded.task, loaded.target) == (task, TARGETS[task])
    assert loaded.threshold == model.threshold


def test_a_version_brings_everything_that_explains_it(version, folder):
    again = load_version(folder)
    assert again.label == "churn/1"
    assert again.lineage == {"dataset": "abc", "rows": 120}
    assert again.evaluation["metrics"]["log_loss"]["high"] is None
    assert again.note == "The *first* one"
    assert again.schema == version.model.schema
    assert again.created_at.tzinfo is not None
    pd.testing.assert_frame_equal(again.reference, customers())


def test_the_card_shows_names_from_outside_literally(version):
    assert r"The \*first\* one" in version.card
    assert "Log loss | 0.4 | 0.3 | -" in version.card


def test_of_many_training_rows_a_fixed_sample_is_kept_in_order(folder):
    rows = pd.DataFrame({"row": np.arange(MAX_REFERENCE_ROWS + 500)})
    kept = save_version(fit_model(), folder, reference=rows).reference["row"]
    assert len(kept) == MAX_REFERENCE_ROWS
    assert kept.is_monotonic_increasing


def test_a_version_without_reference_and_evaluation_says_so(folder):
    version = save_version(fit_model(), folder)
    assert version.reference is None
    assert version.evaluation is None
    assert "Not evaluated" in version.card


def test_a_version_is_never_written_over_another(version, folder):
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(RegistryError, match="exists already"):
        save_version(fit_model(seed=1), folder)
    assert (folder / "manifest.json").read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ["1"]


def test_a_model_that_cannot_be_saved_leaves_nothing_behind(folder):
    model = fit_model()
    object.__setattr__(model, "name", lambda: "no pickle takes this")
    with pytest.raises(RegistryError, match="cannot be saved"):
        save_version(model, folder)
    assert not folder.parent.exists()


def test_one_flipped_bit_in_any_file_is_refused_by_name(version, folder):
    for name in version.manifest.files:
        path = folder / name
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        with pytest.raises(RegistryError, match=f"{name} .* was changed"):
            load_version(folder)
        path.write_bytes(whole)
    assert load_version(folder).label == "churn/1"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        pytest.param("model.pkl", "model.pkl .* is missing", id="model"),
        pytest.param("manifest.sig", "no complete version", id="signature"),
        pytest.param("manifest.json", "no complete version", id="manifest"),
    ],
)
def test_a_half_written_folder_is_refused(version, folder, missing, told):
    (folder / missing).unlink()
    with pytest.raises(RegistryError, match=told):
        load_version(folder)


class Command:
    """What a crafted model file may hold: a command to run."""

    def __reduce__(self):
        return (os.mkdir, (os.environ["RONDO_HOME"] + "/owned",))


def test_a_crafted_model_file_does_not_run(version, folder, settings):
    (folder / "model.pkl").write_bytes(pickle.dumps(Command()))
    write_manifest(folder, b"the key of somebody else")
    with pytest.raises(RegistryError, match="not signed by this installation"):
        load_version(folder)
    assert not (settings.home / "owned").exists()


def test_other_versions_of_libraries_are_refused_by_name(version, folder, settings):
    recorded = json.loads((folder / "version.json").read_text())
    recorded["environment"]["libraries"]["scikit-learn"] = "0.24.2"
    (folder / "version.json").write_text(json.dumps(recorded))
    write_manifest(folder, signing_key(settings.home / "signing.key"))
    with pytest.raises(RegistryError, match=r"scikit-learn 0\.24\.2 \(here") as caught:
        load_version(folder)
    assert "Install scikit-learn 0.24.2" in caught.value.hint


def test_a_changed_reference_is_refused_when_it_is_read(folder):
    save_version(fit_model(), folder, reference=customers())
    version = load_version(folder)
    (folder / "reference.parquet").write_bytes(b"other")
    with pytest.raises(RegistryError, match=r"reference.parquet .* was changed"):
        _ = version.reference


def test_the_signing_key_is_for_its_owner_alone(version, settings):
    path = settings.home / "signing.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert signing_key(path) == signing_key(path)


def test_a_broken_signing_key_is_named(tmp_path):
    (tmp_path / "signing.key").write_text("not hexadecimal")
    with pytest.raises(RegistryError, match="does not hold a signing key"):
        signing_key(tmp_path / "signing.key")


def test_the_folder_describes_itself_to_mlflow(version, folder):
    described = json.loads((folder / "MLmodel").read_text())  # JSON is YAML, too
    assert described["flavors"]["sklearn"]["pickled_model"] == "model.pkl"
    inputs = json.loads(described["signature"]["inputs"])
    assert [(column["name"], column["type"]) for column in inputs] == [
        (name, "any") for name in ("age", "spend", "plan", "member", "since")
    ]
    opened = pickle.loads((folder / "model.pkl").read_bytes())  # noqa: S301
    assert opened.predict(customers()).shape == (120,)


def test_only_libraries_that_the_model_uses_are_recorded():
    assert "lightgbm" not in describe_environment(b"sklearn")["libraries"]
    assert "lightgbm" in describe_environment(b"lightgbm.sklearn")["libraries"]


def test_a_place_that_cannot_be_written_is_named(tmp_path, settings):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="could not be written"):
        save_version(fit_model(), tmp_path / "file" / "churn" / "1")


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        pytest.param(b"cgone.module\nModel\n.", "by this release", id="gone class"),
        pytest.param(pickle.dumps("text"), "not hold a model", id="no model"),
    ],
)
def test_our_own_file_that_holds_no_model_is_refused(
    version, folder, settings, payload, told
):
    (folder / "model.pkl").write_bytes(payload)
    write_manifest(folder, signing_key(settings.home / "signing.key"))
    with pytest.raises(RegistryError, match=told):
        load_version(folder)
