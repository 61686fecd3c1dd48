r"""Other servers with the same fitted pipeline, each in an environment of its own.

    python -m venv PEERS/mlflow && PEERS/mlflow/bin/pip install "mlflow==3.17.2" \
        lightgbm pydantic-settings
    python -m venv PEERS/bentoml && PEERS/bentoml/bin/pip install bentoml \
        scikit-learn==1.9.1 pandas lightgbm pydantic-settings sqlalchemy pyarrow
    python -m benchmarks.serving --peers PEERS

The pipeline is the one that Rondo pickled, so Rondo's folder is on their path; MLflow
gets the version's folder as it stands. Neither of them keeps what it answers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BENTO = """
import os, pickle
import bentoml
import pandas as pd

@bentoml.service(workers=1)
class Rows:
    def __init__(self) -> None:
        with open(os.environ["MODEL"], "rb") as file:
            self.model = pickle.load(file)

    @bentoml.api
    def predict(self, rows: list[dict]) -> list:
        return self.model.predict_proba(pd.DataFrame(rows)).tolist()
"""


@dataclass(frozen=True)
class Peer:
    """How a server is started and asked."""

    name: str
    command: list[str]
    path: str
    ready: str
    body: bytes


def peers(
    folder: Path, version: Path, rows: bytes, home: Path, port: int
) -> Iterator[Peer]:
    """Yield the servers whose environments are in a folder.

    Parameters
    ----------
    folder : Path
        With the environments ``mlflow`` and ``bentoml``, or one of them.
    version : Path
        Folder of a saved version.
    rows : bytes
        A list of one record, as JSON.
    home : Path
        Where scripts may be written.
    port : int
    """
    records = json.loads(rows)
    paths = f"PYTHONPATH={Path.cwd()}:{home}"
    mlflow, bento = (folder / name / "bin" / name for name in ("mlflow", "bentoml"))
    if mlflow.exists():
        served = [str(mlflow), "models", "serve", "-m", str(version), "-p", str(port)]
        served += ["--env-manager", "local", "--workers", "1"]
        yield Peer(
            "mlflow models serve",
            ["env", paths, f"PATH={mlflow.parent}:/usr/bin:/bin", *served],
            "/invocations",
            "/ping",
            json.dumps({"dataframe_records": records}).encode(),
        )
    if bento.exists():
        (home / "rows_service.py").write_text(BENTO)
        served = [str(bento), "serve", "rows_service:Rows", "--port", str(port)]
        named = [f"MODEL={version / 'model.pkl'}", "BENTOML_DO_NOT_TRACK=True"]
        yield Peer(
            "BentoML",
            ["env", paths, f"PATH={bento.parent}:/usr/bin:/bin", *named, *served],
            "/predict",
            "/readyz",
            json.dumps({"rows": records}).encode(),
        )
