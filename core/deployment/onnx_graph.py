"""The estimators of a model as one ONNX graph, in single or double precision.

It is written from the same arrays as the other bundles, node by node, so that what a
converter makes of an estimator need not be trusted. Encoded rows go in, one matrix for
each encoder; numbers or calibrated probabilities come out.

References
----------
ONNX operators, https://onnx.ai/onnx/operators: TreeEnsemble of ai.onnx.ml, version 5.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.deployment.onnx_trees import tree_attributes
from core.errors import DeploymentError

OPSETS: Final = {"": 18, "ai.onnx.ml": 5}
_IR_VERSION: Final = 10
_TYPES: Final = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}
_LEAST_SHARE: Final = 1e-6
_MOST_NUMBERED: Final = {np.float32: 2**24, np.float64: 2**53}

Number = type[np.float32] | type[np.float64]
_PRECISIONS: Final[Mapping[str, Number]] = {"float": np.float32, "double": np.float64}


class GraphWriter:
    """Collects the nodes of a graph that calculates in one precision.

    Attributes
    ----------
    precision : type
        numpy's float32 or float64.

    Examples
    --------
    >>> writer = GraphWriter(np.float32)
    >>> writer.add("Add", "x", writer.constant([1.0]))
    'v2'
    """

    def __init__(self, precision: Number) -> None:
        self.precision = precision
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; return the name of what it puts out."""
        found = self._new_name()
        domain = "ai.onnx.ml" if operator == "TreeEnsemble" else ""
        self._nodes.append(
            helper.make_node(operator, inputs, [found], domain=domain, **attributes)
        )
        return found

    def constant(self, values: Any, kind: Any = None) -> str:
        """Add a constant, in the graph's precision unless another type is named."""
        name = self._new_name()
        array = np.asarray(values, dtype=kind or self.precision)
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, value: str, kind: Number) -> str:
        """Add a change of type."""
        return self.add("Cast", value, to=_TYPES[kind])

    def model(self, widths: Sequence[int], output: str, n_outputs: int) -> bytes:
        """Return the whole graph as a file.

        Parameters
        ----------
        widths : sequence of int
            Columns of each encoded matrix.
        output : str
            Name of what comes out.
        n_outputs : int
            Its columns.
        """
        self._nodes.append(helper.make_node("Identity", [output], ["output"]))
        inputs = [
            helper.make_tensor_value_info(f"X{i}", TensorProto.FLOAT, ["rows", width])
            for i, width in enumerate(widths)
        ]
        kind = _TYPES[self.precision]
        told = helper.make_tensor_value_info("output", kind, ["rows", n_outputs])
        graph = helper.make_graph(self._nodes, "model", inputs, [told], self._constants)
        opsets = [
            helper.make_opsetid(domain, number) for domain, number in OPSETS.items()
        ]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="rondo"
        )
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())

    def _new_name(self) -> str:
        return f"v{len(self._nodes) + len(self._constants) + 1}"


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
        Inputs "X0", "X1", … of shape (n_rows, width), float32; "output" of shape
        (n_rows, n_classes), calibrated, or (n_rows, 1).
    """
    writer = GraphWriter(_PRECISIONS[precision])
    n_outputs = 1 if described["classes"] is None else len(described["classes"])
    total = sum(member["weight"] for member in described["members"])
    parts = []
    inputs = [writer.cast(f"X{i}", writer.precision) for i in range(len(widths))]
    for member in described["members"]:
        found = _estimator(
            writer, member["estimator"], inputs[member["encoder"]], n_outputs
        )
        weight = writer.constant([member["weight"] / total])
        parts.append(writer.add("Mul", found, weight))
    output = writer.add("Sum", *parts)
    if described["calibration"]:
        output = _calibrated(writer, output, described["calibration"])
    return writer.model(widths, output, n_outputs)


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
