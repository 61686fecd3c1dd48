"""A version folder is a model of MLflow, wherever MLflow and Rondo stand together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.deployment.mlflow_bundle import MLFLOW
from core.registry import save_version
from tests.fitted import TARGETS, customers, fit_model

ROOT = Path(__file__).parents[2]
LOAD = """
import json, sys
import mlflow, pandas as pd
model = mlflow.pyfunc.load_model("churn/1")
rows = pd.read_json("rows.json")
print(json.dumps([
    model.predict(rows).tolist(),
    mlflow.sklearn.load_model("churn/1").predict(rows).tolist(),
]))
"""


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with both: RONDO_WITH_MLFLOW_PYTHON, or a new one."""
    if given := os.environ.get("RONDO_WITH_MLFLOW_PYTHON"):
        return given
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    found = str(place / "bin" / "python")
    wanted = ["-r", str(ROOT / "requirements.txt"), f"mlflow=={MLFLOW}"]
    install = [found, "-m", "pip", "install", "-q", *wanted]
    if subprocess.run(install, check=False).returncode:
        pytest.skip("MLflow cannot be installed here")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_mlflow_opens_a_version_folder_and_takes_columns_of_any_type(
    tmp_path, python, task
):
    model = fit_model(task)
    save_version(model, tmp_path / "churn" / "1", key_path=tmp_path / "key")
    rows = customers().drop(columns=list(TARGETS.values())).head(20).astype(object)
    rows.loc[3, ["age", "member", "since"]] = None  # a gap in whole numbers, too
    (tmp_path / "rows.json").write_text(
        rows.to_json(orient="records", date_format="iso"), "utf-8"
    )
    done = subprocess.run(
        [python, "-c", LOAD], cwd=tmp_path, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = model.predict(rows).tolist()
    for found in json.loads(done.stdout.splitlines()[-1]):
        assert found == (expected if task == "binary" else pytest.approx(expected))
