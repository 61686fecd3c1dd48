"""The estimators of a model as one ONNX graph; only here ONNX Runtime is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime

from .columns import Floats, Matrix

_ROWS_AT_ONCE = 500


class Graph:
    """Answers encoded rows; safe to use from several threads."""

    def __init__(self, payload: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            payload, options, providers=["CPUExecutionProvider"]
        )
        self._names = [item.name for item in self._session.get_inputs()]  # X0, X1, …

    def output(self, matrices: Sequence[Matrix]) -> Floats:
        """Return calibrated probabilities (n_rows, n_classes), or numbers (n_rows, 1).

        Parameters
        ----------
        matrices : sequence of ndarray of shape (n_rows, n_features_out)
            What each encoder made of the rows; at least one row.
        """
        blocks = []
        for begin in range(0, len(matrices[0]), _ROWS_AT_ONCE):
            rows = slice(begin, begin + _ROWS_AT_ONCE)
            given = {name: matrices[int(name[1:])][rows] for name in self._names}
            blocks.append(self._session.run(["output"], given)[0])
        return np.concatenate(blocks).astype(np.float64)


def read(payload: bytes, part: Mapping[str, Any]) -> Graph:
    """Return the graph of a file."""
    del part
    return Graph(payload)
