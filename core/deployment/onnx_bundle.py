"""The ONNX bundle: estimators as one graph, behind an encoder that needs numpy."""

import importlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from core.deployment.core_files import Answers, Files, Rows, core_files
from core.deployment.embedded import readme
from core.deployment.extras import need
from core.deployment.model_files import Part, describe_version, model_files
from core.errors import DeploymentError
from core.registry import ModelVersion

Precision = Literal["float", "double"]

ONNX_NEEDS: Final = ("onnxruntime",)
_TIE: Final = 2e-6
"""What single precision cannot tell apart, near a threshold or a limit."""
_README: Final = """
## The graph

`model/model.onnx` holds the model in {precision} precision: for ONNX Runtime in C++,
C#, Java, JavaScript, on phones and on small devices.

{inputs}

Out comes `output`: {output}.
"""
_COLUMNS: Final = """It takes the columns themselves, each of shape (rows, 1):

{listed}

A missing number is NaN, a missing word is an empty text; true is 1, false is 0."""
_MATRICES: Final = """It takes rows that are encoded already: {listed} (float32), as
`model_runtime.columns.encode` makes them from `model/model.json`. Dates, sentences and
rows that a recipe cleans are read by the Python here, not by the graph."""


def float_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return the files of the bundle in single precision.

    Raises
    ------
    DeploymentError
        The model cannot be written in it.
    """
    return _files(version, rows, answers, "float")


def double_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return the files of the bundle in double precision.

    Raises
    ------
    DeploymentError
        The model cannot be written as a graph.
    """
    return _files(version, rows, answers, "double")


def _files(
    version: ModelVersion, rows: Rows, answers: Answers, precision: Precision
) -> Files:
    need("onnx", *ONNX_NEEDS)
    described = describe_version(version)
    if precision == "float":
        _refuse_adaptive(described)
    widths = _widths(version, described)
    writer = importlib.import_module("core.deployment.onnx_graph")
    graph: bytes = writer.write_graph(described, widths, precision)
    told = {
        **described,
        "members": [
            {name: item for name, item in member.items() if name != "estimator"}
            for member in described["members"]
        ],
        "calibration": [],
        "tie": _TIE if precision == "float" else 0.0,
        "graph": {"part": "graph"},
    }
    model = model_files(told, {"graph": Part("model.onnx", graph, "graph")})
    files = core_files(version, rows, answers, model=model, needs=ONNX_NEEDS)
    about = _README.format(
        precision="single" if precision == "float" else "double",
        inputs=_taken(described, widths),
        output=_said(described),
    )
    return {**files, "README.md": (readme(version, ONNX_NEEDS) + about).encode()}


def _widths(version: ModelVersion, described: Mapping[str, Any]) -> list[int]:
    """Return how many columns each member's encoder makes, in the encoders' order."""
    widths = {
        member["encoder"]: len(pipeline[0].get_feature_names_out())
        for member, (_, pipeline) in zip(
            described["members"], version.model.members, strict=True
        )
    }
    return [widths[place] for place in sorted(widths)]


def _taken(described: Mapping[str, Any], widths: Sequence[int]) -> str:
    encoder = importlib.import_module("core.deployment.onnx_encoder")
    if not encoder.whole_columns(described):
        listed = (f"`X{i}` of {width} columns" for i, width in enumerate(widths))
        return _MATRICES.format(listed=", ".join(listed))
    kinds: dict[str, str] = {}
    for each in described["encoders"][: len(widths)]:
        kinds.update(dict.fromkeys(each["numbers"]["names"], "double"))
        kinds.update(dict.fromkeys((c["name"] for c in each["columns"]), "string"))
    lines = (f"    {json.dumps(name)}: {kind}" for name, kind in kinds.items())
    return _COLUMNS.format(listed="\n".join(lines))


def _said(described: Mapping[str, Any]) -> str:
    if described["classes"] is None:
        return "the predicted number"
    return "the probability of each class, in the order of `classes` in `model.json`"


def _refuse_adaptive(described: Mapping[str, Any]) -> None:
    """Adaptive sets draw by the last digits of probabilities."""
    if (described["uncertainty"] or {}).get("kind") == "adaptive":
        raise DeploymentError(
            "Its adaptive sets of classes come out otherwise in single precision.",
            hint="Take the bundle in double precision.",
        )
