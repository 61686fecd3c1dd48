"""The MLflow bundle: a model folder that MLflow loads and serves, without Rondo."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any, Final

from core.data.schema import ColumnSchema
from core.deployment.core_files import (
    Answers,
    Files,
    Rows,
    carried,
    core_files,
    python_version,
)
from core.deployment.embedded import readme
from core.deployment.locked import locked, requirements_text
from core.deployment.tracking import DIGEST, OnProgress, Pushed, push_model
from core.deployment.tracking_calls import Caller
from core.registry import ModelVersion
from core.registry.json_values import json_bytes
from core.storage.types import now

MLFLOW: Final = "3.17.2"
"""The release that was tried; an unpinned one resolves to years ago beside pandas 3."""
_LOADER: Final = "model_loader"
_README: Final = """
## With MLflow

    python -c "import mlflow; print(mlflow.pyfunc.load_model('.'))"
    mlflow models serve -m . --env-manager local -p 5001

To keep it in a tracking server (`MLFLOW_TRACKING_URI` names it; Rondo has a button):

```python
import mlflow

with mlflow.start_run() as run:
    mlflow.log_artifacts(".", "model")
mlflow.register_model(f"runs:/{{run.info.run_id}}/model", "{name}")
```
"""


def mlflow_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return a folder that is a model of MLflow, and a bundle like the others."""
    python = python_version()
    libraries = {"mlflow": MLFLOW, **_pinned()}
    conda = {
        "name": "model",
        "channels": ["conda-forge"],
        "dependencies": [
            f"python={python}",
            "pip",
            {"pip": [f"{name}=={number}" for name, number in libraries.items()]},
        ],
    }
    environment = {"python": python, "dependencies": ["-r requirements.txt"]}
    name = f"{version.project}-{version.number}"
    return {
        **core_files(version, rows, answers),
        "model_loader.py": carried("model_loader.py"),
        "MLmodel": json_bytes(_described(version, python)),
        "conda.yaml": json_bytes(conda),
        "python_env.yaml": json_bytes(environment),
        "requirements.txt": requirements_text(libraries).encode(),
        "README.md": (readme(version) + _README.format(name=name)).encode(),
    }


def push_version(
    server: Caller,
    bundle: Path,
    version: tuple[str, int],
    *,
    alias: str | None = None,
    on_progress: OnProgress | None = None,
) -> Pushed:
    """Register a version's MLflow bundle with a tracking server.

    Parameters
    ----------
    server : Caller
        See `tracking_server`.
    bundle : Path
        The ZIP file; it was tried when it was built.
    version : tuple of (str, int)
        Project and number; the project names the registered model.
    alias : str, default=None
    on_progress : callable(share, message), default=None

    Raises
    ------
    DeploymentError
        The server does not take it; see `push_model`.
    """
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    # What answers; the rest names the moment at which it was written.
    inner = b"".join(files[f"model/{name}"] for name in ("model.json", "arrays.npz"))
    project, number = version
    tags = {
        "rondo.project": project,
        "rondo.version": str(number),
        DIGEST: hashlib.sha256(inner).hexdigest(),
    }
    return push_model(
        server, project, files, tags=tags, alias=alias, on_progress=on_progress
    )


def _pinned() -> dict[str, str]:
    """Return the libraries to lock; MLflow limits itself what these bring along."""
    found = locked(["numpy", "pandas"])
    return {name: found[name] for name in ("numpy", "pandas")}


def _described(version: ModelVersion, python: str) -> dict[str, Any]:
    """Return the contents of MLmodel; JSON is YAML too."""
    function = {
        "loader_module": _LOADER,
        "data": "model",
        "code": ".",
        "python_version": python,
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
    }
    inputs = [_input(column) for column in version.schema]
    return {
        "flavors": {"python_function": function},
        "utc_time_created": now().strftime("%Y-%m-%d %H:%M:%S.%f"),
        "mlflow_version": MLFLOW,
        "signature": {
            "inputs": json.dumps(inputs),
            "outputs": json.dumps(_outputs(version)),
            "params": None,
        },
    }


def _input(column: ColumnSchema) -> dict[str, Any]:
    """Name a column of any type.

    MLflow would refuse whole numbers for numbers and what is missing for a boolean;
    the model reads values itself, and says what it could not read.
    """
    return {"name": column.name, "type": "any", "required": False}


def _outputs(version: ModelVersion) -> list[dict[str, Any]]:
    classes = version.model.classes_
    if classes is None:
        names = ["prediction"]
        return [{"name": name, "type": "double", "required": True} for name in names]
    kinds = {bool: "boolean", int: "long", float: "double"}
    kind = kinds.get(type(classes.tolist()[0]), "string")
    shares = [
        {"name": f"probability of {label}", "type": "double", "required": True}
        for label in classes.tolist()
    ]
    return [{"name": "prediction", "type": kind, "required": True}, *shares]
