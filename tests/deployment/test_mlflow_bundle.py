"""The bundle for MLflow: its files, and (slow) MLflow itself reading and serving it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.deployment import build_bundle, push_version, tracking_server
from core.deployment.callers import free_port
from core.deployment.mlflow_bundle import MLFLOW
from tests.fitted import fit_model

LOAD = """
import json, sys, warnings
import mlflow, pandas as pd
told = json.load(open("examples.json"))
model = mlflow.pyfunc.load_model(".")
table = pd.DataFrame(told["rows"])
whole = model.predict(table)
fewer = model.predict(table.drop(columns=table.columns[0]))
assert "core" not in sys.modules
print(json.dumps([whole["prediction"].tolist(), len(fewer)]))
"""

LOAD_PUSHED = """
import json
import mlflow, pandas as pd
from mlflow import MlflowClient
uri = "models:/churn@champion"
told = json.load(open(mlflow.artifacts.download_artifacts(uri) + "/examples.json"))
model = mlflow.pyfunc.load_model(uri)
table = pd.DataFrame(told["rows"])
found = model.predict(table)
gaps = [
    abs(answer["probabilities"]["yes"] - share)
    for answer, share in zip(told["answers"], found["probability of yes"])
]
# Columns of any type: whole numbers with gaps, booleans with gaps, moments.
odd = table.astype(object)
odd.loc[0, ["age", "member", "since"]] = None
odd["since"] = pd.to_datetime(odd["since"])
assert len(model.predict(odd)) == len(odd)
print(json.dumps({
    "labels": found["prediction"].tolist(),
    "expected": [answer["prediction"] for answer in told["answers"]],
    "largest": max(gaps),
    "tags": MlflowClient().get_model_version("churn", "1").tags,
}))
"""


@pytest.fixture
def folder(save, tmp_path) -> Path:
    bundle = build_bundle(save(), "mlflow", tmp_path / "out")
    assert bundle.offered, bundle.reason
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extractall(tmp_path / "model")
    return tmp_path / "model"


def test_it_names_a_loader_of_its_own_and_every_column(folder):
    told = json.loads((folder / "MLmodel").read_bytes())
    function = told["flavors"]["python_function"]
    assert (folder / f"{function['loader_module']}.py").is_file()
    assert (folder / function["data"] / "model.json").is_file()
    names = [item["name"] for item in json.loads(told["signature"]["inputs"])]
    assert names == list(fit_model().schema.names)
    assert "mlflow==" in (folder / "requirements.txt").read_text("utf-8")


def test_the_loader_gives_a_table_without_mlflow(folder):
    code = (
        "import json, pandas as pd, model_loader; "
        "told = json.load(open('examples.json')); "
        "model = model_loader._load_pyfunc('model'); "
        "found = model.predict(pd.DataFrame(told['rows'])); "
        "print(json.dumps(found.to_dict('list')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    answers = json.loads((folder / "examples.json").read_bytes())["answers"]
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["prediction"] == [answer["prediction"] for answer in answers]
    assert list(found)[1:] == ["probability of no", "probability of yes"]


@pytest.fixture(scope="session")
def mlflow_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with MLflow and without Rondo: RONDO_MLFLOW_PYTHON, or a new one."""
    if given := os.environ.get("RONDO_MLFLOW_PYTHON"):
        return given
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = str(place / "bin" / "python")
    install = [python, "-m", "pip", "install", "-q", f"mlflow=={MLFLOW}"]
    if subprocess.run(install, check=False).returncode:
        pytest.skip("MLflow cannot be installed here")
    return python


@pytest.mark.slow
def test_mlflow_loads_it(folder, mlflow_python):
    done = subprocess.run(
        [mlflow_python, "-c", LOAD], cwd=folder, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads((folder / "examples.json").read_bytes())["answers"]
    labels, n_rows = json.loads(done.stdout.splitlines()[-1])
    assert labels == [answer["prediction"] for answer in answers]
    assert n_rows == len(answers)


@pytest.mark.slow
def test_mlflow_serves_it(folder, mlflow_python):
    port = free_port()
    mlflow = str(Path(mlflow_python).with_name("mlflow"))
    command = [mlflow, "models", "serve", "-m", ".", "--env-manager", "local",
               "-p", str(port)]  # fmt: skip
    path = f"{Path(mlflow_python).parent}:{os.environ['PATH']}"
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, "PATH": path})
    try:
        rows = json.loads((folder / "examples.json").read_bytes())["rows"][:2]
        columns = list(rows[0])
        data = [list(row.values()) for row in rows]
        split = {"columns": columns, "data": data}
        wait_until_up(port)
        first = ask(port, {"dataframe_split": split})
        assert len(first) == 2
        assert first == ask(port, {"dataframe_records": rows})
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def tracking_uri(mlflow_python, tmp_path) -> Iterator[str]:
    """Run a real tracking server, alone with its own database and files."""
    place, port = Path(mlflow_python).parent, free_port()
    command = [
        place / "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db",
        "--artifacts-destination", str(tmp_path / "artifacts"),
    ]  # fmt: skip
    environment = {
        **os.environ, "PATH": f"{place}:{os.environ['PATH']}",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }  # fmt: skip
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, start_new_session=True
    ) as server:
        try:
            wait_until_up(port, "/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)


@pytest.mark.slow
def test_a_real_server_registers_it_and_the_full_client_loads_it(
    save, tmp_path, mlflow_python, tracking_uri
):
    bundle = build_bundle(save(), "mlflow", tmp_path / "out")
    server = tracking_server({"MLFLOW_TRACKING_URI": tracking_uri})
    assert server is not None
    first = push_version(server, bundle.path, ("churn", 1), alias="champion")
    again = push_version(server, bundle.path, ("churn", 1))
    assert (first.version, again.version, again.was_there) == ("1", "1", True)
    done = subprocess.run(
        [mlflow_python, "-c", LOAD_PUSHED], cwd=tmp_path, capture_output=True,
        text=True, check=False,
        env={**os.environ, "MLFLOW_TRACKING_URI": tracking_uri},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["labels"] == told["expected"]
    assert told["largest"] < 1e-12
    assert told["tags"]["rondo.version"] == "1"


def ask(port: int, body: Any) -> list[Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kind = {"Content-Type": "application/json"}
    connection.request("POST", "/invocations", json.dumps(body), kind)
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    assert reply.status == 200, text
    found: list[Any] = json.loads(text)["predictions"]
    return found


def wait_until_up(port: int, path: str = "/ping") -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
        finally:
            connection.close()
    raise AssertionError("MLflow's server did not come up")
