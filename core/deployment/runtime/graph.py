"""The estimators of a model as one ONNX graph; only here ONNX Runtime is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime

from .cells import Columns
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
        self._names = [item.name for item in self._session.get_inputs()]

    def output(self, matrices: Sequence[Matrix], columns: Columns) -> Floats:
        """Return calibrated probabilities (n_rows, n_classes), or numbers (n_rows, 1).

        Parameters
        ----------
        matrices : sequence of ndarray of shape (n_rows, n_features_out)
            What each encoder made of the rows; at least one row.
        columns : dict of str to values of shape (n_rows,)
            The same rows, for graphs that encode them themselves.
        """
        known = {f"X{i}": X for i, X in enumerate(matrices)}
        given = {
            name: known[name] if name in known else _tensor(columns[name])
            for name in self._names
        }
        blocks = []
        for begin in range(0, len(matrices[0]), _ROWS_AT_ONCE):
            rows = slice(begin, begin + _ROWS_AT_ONCE)
            block = {name: values[rows] for name, values in given.items()}
            blocks.append(self._session.run(["output"], block)[0])
        return np.concatenate(blocks).astype(np.float64)


def _tensor(values: Any) -> Any:
    """Return a column as ONNX takes it: numbers, or words with "" for missing."""
    if not isinstance(values, list):
        return values.reshape(-1, 1)
    found = np.empty((len(values), 1), dtype=object)
    found[:, 0] = ["" if word is None else _sound(word) for word in values]
    return found


def _sound(word: str) -> str:
    """Return a word without halves of characters, which ONNX Runtime refuses."""
    return word.encode("utf-8", "replace").decode("utf-8")


def read(payload: bytes, part: Mapping[str, Any]) -> Graph:
    """Return the graph of a file."""
    del part
    return Graph(payload)
