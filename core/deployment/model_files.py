"""A version as plain files: JSON for tables and words, one file of arrays."""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from core.data.schema import ColumnSchema
from core.deployment.encoders import Encoders
from core.deployment.estimators import Described, describe_estimator
from core.deployment.runtime.predictor import FORMAT
from core.deployment.uncertainty import describe_uncertainty
from core.modeling.model import Model
from core.registry import ModelVersion
from core.serving.warnings import ColumnWatch

Describe = Callable[[Any, int], Described]


@dataclass(frozen=True)
class Part:
    """A part of a model in a file of its own, beside the arrays.

    Attributes
    ----------
    file : str
    payload : bytes
    reader : {"graph", "fitted"}
        The module of the runtime that reads it.
    libraries : mapping of str to str
        Releases that it was written with, where they matter.
    """

    file: str
    payload: bytes = field(repr=False)
    reader: Literal["graph", "fitted"]
    libraries: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return what the runtime needs to read it, ready for JSON."""
        return {
            "file": self.file,
            "sha256": hashlib.sha256(self.payload).hexdigest(),
            "reader": self.reader,
            "libraries": dict(self.libraries),
        }


def model_files(
    described: Mapping[str, Any], parts: Mapping[str, Part] | None = None
) -> dict[str, bytes]:
    """Return the files that `runtime.load` reads, by name.

    Parameters
    ----------
    described : mapping
        A version as `describe_version` returns it.
    parts : mapping of str to Part, default=None
        What cannot be an array; `described` names each as ``{"part": name}``.

    Returns
    -------
    dict of str to bytes
        "model.json", "arrays.npz", and a file for each part.

    Examples
    --------
    >>> sorted(model_files({"name": "churn"}))
    ['arrays.npz', 'model.json']
    """
    arrays: dict[str, Any] = {}
    told = _without_arrays(dict(described), arrays)
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    payload = packed.getvalue()
    told["arrays_sha256"] = hashlib.sha256(payload).hexdigest()
    if parts:
        told["parts"] = {name: part.told() for name, part in parts.items()}
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    files = {part.file: part.payload for part in (parts or {}).values()}
    return {"model.json": text.encode(), "arrays.npz": payload, **files}


def describe_version(
    version: ModelVersion, describe: Describe = describe_estimator
) -> dict[str, Any]:
    """Return a version as plain values, and arrays.

    Parameters
    ----------
    version : ModelVersion
    describe : callable(estimator, n_outputs) -> dict, default=describe_estimator
        How the members' estimators are written.

    Raises
    ------
    DeploymentError
        A part of the model cannot be written as plain values.
    """
    model = version.model
    encoders, members = _members(model, describe)
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


def _members(model: Model, describe: Describe) -> tuple[Encoders, list[dict[str, Any]]]:
    """Describe each member; those that share an encoder object share its tables."""
    encoders = Encoders()
    members = [
        {
            "weight": float(weight),
            "encoder": encoders.place(pipeline[0]),
            "estimator": describe(pipeline[-1], model.n_outputs),
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
