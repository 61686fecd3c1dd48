"""A version as plain files: JSON for tables and words, one file of arrays."""

import hashlib
import io
import json
from typing import Any

import numpy as np

from core.data.schema import ColumnSchema
from core.deployment.encoders import Encoders
from core.deployment.estimators import describe_estimator
from core.deployment.runtime.predictor import FORMAT
from core.deployment.uncertainty import describe_uncertainty
from core.modeling.model import Model
from core.registry import ModelVersion
from core.serving.warnings import ColumnWatch


def model_files(version: ModelVersion) -> dict[str, bytes]:
    """Return the files that `runtime.load` reads, by name.

    Parameters
    ----------
    version : ModelVersion

    Returns
    -------
    dict of str to bytes
        "model.json" and "arrays.npz".

    Raises
    ------
    DeploymentError
        A part of the model cannot be written as plain values.
    """
    arrays: dict[str, Any] = {}
    described = _without_arrays(describe_version(version), arrays)
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    payload = packed.getvalue()
    described["arrays_sha256"] = hashlib.sha256(payload).hexdigest()
    text = json.dumps(described, indent=1, ensure_ascii=False, allow_nan=False)
    return {"model.json": text.encode(), "arrays.npz": payload}


def describe_version(version: ModelVersion) -> dict[str, Any]:
    """Return a version as plain values, and arrays."""
    model = version.model
    encoders, members = _members(model)
    uncertainty = describe_uncertainty(model, encoders)
    curves = () if model.calibration is None else model.calibration.curves
    return {
        "format": FORMAT,
        "name": f"{version.project}-{version.number}",
        "version": str(version.number),
        "project": version.project,
        "model": model.name,
        "task": model.task,
        "target": model.target,
        "classes": None if model.classes_ is None else model.classes_.tolist(),
        "threshold": model.threshold,
        "coverage": model.coverage,
        "uncertainty": uncertainty,
        "inputs": [_column(column) for column in version.schema],
        "columns": [_column(column) for column in model.schema],
        "cleaning": _digest(cleaning_script(version)),
        "encoders": encoders.described,
        "members": members,
        "calibration": [[np.asarray(end) for end in curve] for curve in curves],
    }


def cleaning_script(version: ModelVersion) -> bytes:
    """Return the cleaning that rows get before the model as a script; often none."""
    recipe = version.replay.recipe
    return recipe.to_script().encode() if recipe.steps else b""


def _digest(script: bytes) -> str | None:
    return hashlib.sha256(script).hexdigest() if script else None


def _members(model: Model) -> tuple[Encoders, list[dict[str, Any]]]:
    """Describe each member; those that share an encoder object share its tables."""
    encoders = Encoders()
    members = [
        {
            "weight": float(weight),
            "encoder": encoders.place(pipeline[0]),
            "estimator": describe_estimator(pipeline[-1], model.n_outputs),
        }
        for weight, pipeline in model.members
    ]
    return encoders, members


def _column(column: ColumnSchema) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "levels": sorted(ColumnWatch.of(column).levels),
    }


def _without_arrays(value: Any, arrays: dict[str, Any]) -> Any:
    """Replace each array by its name among the arrays."""
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        return {str(key): _without_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_arrays(item, arrays) for item in value]
    return value
