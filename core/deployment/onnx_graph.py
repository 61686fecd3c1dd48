"""The estimators of a model as one ONNX graph, in single or double precision.

It is written from the same arrays as the other bundles, node by node, so that what a
converter makes of an estimator need not be trusted. Columns go in, or rows that are
encoded already; numbers or calibrated probabilities come out.

References
----------
ONNX operators, https://onnx.ai/onnx/operators: TreeEnsemble of ai.onnx.ml, version 5.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
from onnx import TensorProto

from core.deployment.onnx_encoder import encoded, whole_columns
from core.deployment.onnx_trees import tree_attributes
from core.deployment.onnx_writer import GraphWriter, Number
from core.errors import DeploymentError

_LEAST_SHARE: Final = 1e-6
_MOST_NUMBERED: Final = {np.float32: 2**24, np.float64: 2**53}

_PRECISIONS: Final[Mapping[str, Number]] = {"float": np.float32, "double": np.float64}


def write_graph(
    described: Mapping[str, Any],
    widths: Sequence[int],
    precision: Literal["float", "double"],
) -> bytes:
    """Return a model as an ONNX file.

    Parameters
    ----------
    described : mapping
        As `describe_version` returns it, with arrays.
    widths : sequence of int
        Columns that each encoder makes.
    precision : {"float", "double"}
        Of what is calculated, and of what comes out.

    Returns
    -------
    bytes
        Inputs are the columns themselves where `whole_columns` says so: double with
        NaN for missing, or text with "" for missing, each of shape (n_rows, 1). Else
        "X0", "X1", … of shape (n_rows, width), float32. "output" is of shape
        (n_rows, n_classes), calibrated, or (n_rows, 1).
    """
    writer = GraphWriter(_PRECISIONS[precision])
    n_outputs = 1 if described["classes"] is None else len(described["classes"])
    total = sum(member["weight"] for member in described["members"])
    parts = []
    if whole_columns(described):
        matrices = encoded(writer, described["encoders"][: len(widths)])
    else:
        matrices = [
            writer.take(f"X{i}", TensorProto.FLOAT, width)
            for i, width in enumerate(widths)
        ]
    inputs = [writer.cast(matrix, writer.precision) for matrix in matrices]
    for member in described["members"]:
        found = _estimator(
            writer, member["estimator"], inputs[member["encoder"]], n_outputs
        )
        weight = writer.constant([member["weight"] / total])
        parts.append(writer.add("Mul", found, weight))
    output = writer.add("Sum", *parts)
    if described["calibration"]:
        output = _calibrated(writer, output, described["calibration"])
    return writer.model(output, n_outputs)


def _estimator(
    writer: GraphWriter, estimator: Mapping[str, Any], X: str, n_outputs: int
) -> str:
    """Return the name of probabilities (n_rows, n_outputs), or numbers (n_rows, 1)."""
    found = _KINDS[estimator["kind"]](writer, estimator, X)
    codes = estimator.get("codes")
    if codes is None:
        return found
    places = writer.constant(np.eye(n_outputs)[codes])  # unseen classes get 0
    return writer.add("MatMul", found, places)


def _constant(writer: GraphWriter, estimator: Mapping[str, Any], X: str) -> str:
    value = np.atleast_2d(estimator["value"])
    n_rows = writer.add("Shape", X, start=0, end=1)
    width = writer.constant([value.shape[1]], np.int64)
    shape = writer.add("Concat", n_rows, width, axis=0)
    return writer.add("Expand", writer.constant(value), shape)


def _layer(writer: GraphWriter, layer: Mapping[str, Any], X: str) -> str:
    product = writer.add("MatMul", X, writer.constant(layer["weights"]))
    return writer.add("Add", product, writer.constant(layer["intercept"]))


def _linear(writer: GraphWriter, estimator: Mapping[str, Any], X: str) -> str:
    return _linked(writer, estimator["link"], _layer(writer, estimator, X))


def _network(writer: GraphWriter, estimator: Mapping[str, Any], X: str) -> str:
    *hidden, last = estimator["layers"]
    for layer in hidden:
        X = writer.add("Relu", _layer(writer, layer, X))
    return _linked(writer, estimator["link"], _layer(writer, last, X))


def _rescaled(writer: GraphWriter, estimator: Mapping[str, Any], X: str) -> str:
    inner = _estimator(writer, estimator["inner"], X, 1)
    moved = writer.add(
        "Add",
        writer.add("Mul", inner, writer.constant([estimator["scale"]])),
        writer.constant([estimator["offset"]]),
    )
    if not estimator["log"]:
        return moved
    return writer.add("Sub", writer.add("Exp", moved), writer.constant([1.0]))


def _boosting(writer: GraphWriter, estimator: Mapping[str, Any], X: str) -> str:
    """Add up leaves; with several classes the trees take turns.

    Each tree speaks for itself and the sum is double in either precision: hundreds of
    small steps after a large one would lose a digit.
    """
    n_groups, n_trees = len(estimator["start"]), len(estimator["roots"])
    own = np.arange(n_trees)
    told = tree_attributes(estimator, estimator["value"], own, writer.precision)
    said = writer.add("TreeEnsemble", X, n_targets=n_trees, **told)
    turns = writer.constant([-1, n_trees // n_groups, n_groups], np.int64)
    steps = writer.cast(writer.add("Reshape", said, turns), np.float64)
    along = writer.constant([1], np.int64)
    summed = writer.add("ReduceSum", steps, along, keepdims=0)
    start = writer.constant(estimator["start"], np.float64)
    score = writer.cast(writer.add("Add", summed, start), writer.precision)
    return _linked(writer, estimator["link"], score)


def _forest(writer: GraphWriter, estimator: Mapping[str, Any], X: str) -> str:
    """Average what the trees say.

    A leaf of ONNX speaks for one class only, so each tree tells the number of its
    leaf, and what the leaves say is looked up behind it.
    """
    value, n_trees = estimator["value"], len(estimator["roots"])
    numbers = np.arange(len(value), dtype=np.float64)
    if len(value) > _MOST_NUMBERED[writer.precision]:
        raise DeploymentError(
            f"Its trees have {len(value):,} nodes, too many to number in single "
            "precision.",
            hint="Take the bundle in double precision.",
        )
    told = tree_attributes(estimator, numbers, np.arange(n_trees), writer.precision)
    reached = writer.add("TreeEnsemble", X, n_targets=n_trees, **told)
    nodes = writer.add("Cast", reached, to=TensorProto.INT64)
    said = writer.add("Gather", writer.constant(value), nodes, axis=0)
    return writer.add("ReduceMean", said, writer.constant([1], np.int64), keepdims=0)


def _linked(writer: GraphWriter, link: str, score: str) -> str:
    if link == "identity":
        return score
    if link == "softmax":
        return writer.add("Softmax", score, axis=1)
    if link == "rest":
        # Logarithms of sigmoids: the sigmoids themselves may all vanish.
        logarithm = writer.add("Neg", writer.add("Softplus", writer.add("Neg", score)))
        return writer.add("Softmax", logarithm, axis=1)
    return _with_rest(writer, writer.add("Sigmoid", score))


def _with_rest(writer: GraphWriter, positive: str) -> str:
    one = writer.add("CastLike", writer.constant([1.0]), positive)
    rest = writer.add("Sub", one, positive)
    return writer.add("Concat", rest, positive, axis=1)


def _to_one(writer: GraphWriter, shares: str) -> str:
    along = writer.constant([1], np.int64)
    return writer.add("Div", shares, writer.add("ReduceSum", shares, along))


def _calibrated(writer: GraphWriter, output: str, curves: Sequence[Any]) -> str:
    """Bring probabilities through their curves, always in double precision."""
    wide = writer.cast(output, np.float64)
    classes = [1] if len(curves) == 1 else range(len(curves))
    moved = []
    for code, curve in zip(classes, curves, strict=True):
        share = writer.add("Gather", wide, writer.constant([code], np.int64), axis=1)
        moved.append(_on_curve(writer, share, *map(np.asarray, curve)))
    if len(curves) == 1:
        return writer.cast(_with_rest(writer, moved[0]), writer.precision)
    least = writer.constant([_LEAST_SHARE], np.float64)
    table = writer.add("Max", writer.add("Concat", *moved, axis=1), least)
    return writer.cast(_to_one(writer, table), writer.precision)


def _on_curve(writer: GraphWriter, share: str, xs: Any, ys: Any) -> str:
    """Interpolate: count the points below, then go along the line from the last."""
    wide = np.float64
    ends = [writer.constant(xs[i], wide) for i in (0, -1)]
    inside = writer.add("Clip", share, *ends)
    reached = writer.add("GreaterOrEqual", inside, writer.constant(xs, wide))
    count = writer.add(
        "ReduceSum", writer.add("Cast", reached, to=TensorProto.INT64),
        writer.constant([1], np.int64),
    )  # fmt: skip
    before = writer.add("Sub", count, writer.constant([1], np.int64))
    place = writer.add("Min", before, writer.constant([len(xs) - 2], np.int64))
    step = np.diff(xs)
    slope = np.diff(ys) / np.where(step > 0, step, 1.0)
    rise, start, height = (
        writer.add("Gather", writer.constant(values, wide), place)
        for values in (slope, xs, ys)
    )
    way = writer.add("Mul", rise, writer.add("Sub", inside, start))
    return writer.add("Add", height, way)


_KINDS: Final = {
    "constant": _constant,
    "linear": _linear,
    "network": _network,
    "rescaled": _rescaled,
    "boosting": _boosting,
    "forest": _forest,
}
