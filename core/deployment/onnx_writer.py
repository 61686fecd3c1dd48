"""An ONNX graph as it grows: inputs, constants, nodes, and the file in the end."""

from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSETS: Final = {"": 18, "ai.onnx.ml": 5}
_IR_VERSION: Final = 10
_TYPES: Final = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}
_OF_LEARNING: Final = ("TreeEnsemble", "LabelEncoder")

Number = type[np.float32] | type[np.float64]


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
        self._inputs: list[onnx.ValueInfoProto] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; return the name of what it puts out."""
        found = self._new_name()
        domain = "ai.onnx.ml" if operator in _OF_LEARNING else ""
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

    def take(self, name: str, kind: int, width: int) -> str:
        """Add an input of any number of rows; return its name."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, ["rows", width]))
        return name

    def model(self, output: str, n_outputs: int) -> bytes:
        """Return the whole graph as a file.

        Parameters
        ----------
        output : str
            Name of what comes out.
        n_outputs : int
            Its columns.
        """
        self._nodes.append(helper.make_node("Identity", [output], ["output"]))
        kind = _TYPES[self.precision]
        told = helper.make_tensor_value_info("output", kind, ["rows", n_outputs])
        graph = helper.make_graph(
            self._nodes, "model", self._inputs, [told], self._constants
        )
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
