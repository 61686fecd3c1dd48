"""Files that let MLflow's tools read a version folder; MLflow itself is not needed.

The model file is plain pickle, which MLflow's scikit-learn flavour opens wherever
this release of Rondo can be imported.
"""

import json
import platform
from datetime import datetime
from typing import Any

from core.modeling.model import Model
from core.registry.environment import Environment
from core.registry.json_values import json_bytes


def mlflow_files(
    model: Model, environment: Environment, created_at: datetime
) -> dict[str, bytes]:
    """Return the contents of MLmodel, conda.yaml and python_env.yaml, by file name.

    All three are written as JSON, which every YAML reader takes.
    """
    python = platform.python_version()
    libraries = environment["libraries"]
    packages = [f"{name}=={number}" for name, number in libraries.items()]
    pyfunc = {
        "loader_module": "mlflow.sklearn",
        "model_path": "model.pkl",
        "predict_fn": "predict",
        "python_version": python,
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
    }
    sklearn = {
        "pickled_model": "model.pkl",
        "serialization_format": "pickle",
        "sklearn_version": libraries.get("scikit-learn"),
        "code": None,
    }
    described = {
        "flavors": {"python_function": pyfunc, "sklearn": sklearn},
        "utc_time_created": created_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "signature": _signature(model),
    }
    conda = {
        "name": "rondo",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", "pip", {"pip": packages}],
    }
    virtualenv = {"python": python, "dependencies": ["-r requirements.txt"]}
    return {
        "MLmodel": json_bytes(described),
        "conda.yaml": json_bytes(conda),
        "python_env.yaml": json_bytes(virtualenv),
    }


def _signature(model: Model) -> dict[str, Any]:
    """Name the columns, of any type.

    MLflow would refuse whole numbers where it was told numbers, and what is missing
    in a column of whole numbers or booleans; the model reads values itself.
    """
    inputs = [
        {"name": column.name, "type": "any", "required": False}
        for column in model.schema
    ]
    label = "double" if model.classes_ is None else _label_type(model.classes_.tolist())
    return {
        "inputs": json.dumps(inputs),
        "outputs": json.dumps([{"type": label, "required": True}]),
        "params": None,
    }


def _label_type(classes: list[Any]) -> str:
    names = {bool: "boolean", int: "long", float: "double"}
    return names.get(type(classes[0]), "string")
