"""The served form: a model that answers one row in a fraction of the time.

The same encoders, and the estimators in their quick forms; the trees of all members
are walked through together.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from sklearn.pipeline import Pipeline

from core.modeling.estimators import Blend
from core.modeling.metrics import Floats
from core.modeling.one_row import RowEncoder
from core.modeling.quick_estimators import QuickEstimators

FEW_ROWS: Final = 8
"""So many are answered one by one rather than by the libraries."""


class ServedForm:
    """Answers one record as the pipeline does.

    Parameters
    ----------
    pipeline : Pipeline or Blend
        Fitted.
    n_outputs : int
        Number of classes, or 1.
    """

    def __init__(self, pipeline: Pipeline | Blend, n_outputs: int) -> None:
        parts, weights = [pipeline], [1.0]
        if isinstance(pipeline, Blend):
            parts, weights = pipeline.pipelines, list(pipeline.weights)
        encoders = [part[0] for part in parts]
        once = list({id(encoder): encoder for encoder in encoders}.values())
        self._encoders = [RowEncoder(encoder) for encoder in once]
        self._estimators = QuickEstimators(
            [part[-1] for part in parts],
            [[id(e) for e in once].index(id(encoder)) for encoder in encoders],
            [len(encoder.get_feature_names_out()) for encoder in once],
            n_outputs,
        )
        self._weights = weights
        self._weight = sum(weights)
        self._n_outputs = n_outputs

    @property
    def n_slow(self) -> int:
        """Number of members that their library answers."""
        return len(self._estimators.slow)

    def output(self, raw: Mapping[str, Any]) -> Floats:
        """Return the output for one record of plain columns.

        Parameters
        ----------
        raw : mapping of str to sequences of one value
            As `FrameEncoder.encode` takes them.

        Returns
        -------
        ndarray of shape (1, n_classes), or (1,) for regression
        """
        rows = [encoder.encode(raw) for encoder in self._encoders]
        # In the order and with the operations of `Blend`, so that sums round alike;
        # plain floats, because arrays of two numbers take longer.
        total = [0.0] * self._n_outputs
        for weight, answer in zip(
            self._weights, self._estimators.of(rows), strict=True
        ):
            total = [t + weight * a for t, a in zip(total, answer, strict=True)]
        output = np.array([value / self._weight for value in total])
        return output if self._n_outputs == 1 else output.reshape(1, -1)

    def outputs(self, raw: Mapping[str, Any], n_rows: int) -> Floats:
        """Return the output for a few records, one after the other."""
        rows = [{name: raw[name][i : i + 1] for name in raw} for i in range(n_rows)]
        return np.concatenate([self.output(row) for row in rows])
