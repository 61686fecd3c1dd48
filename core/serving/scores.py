"""Answers by column, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.modeling.estimators import Blend, read_output
from core.modeling.model import Model
from core.serving.answer import Label
from core.serving.cells import RawColumns


@dataclass(frozen=True, eq=False)
class Scores:
    """Answers to many rows, by column.

    Attributes
    ----------
    prediction : list of n_rows labels or numbers
    probability : ndarray of shape (n_rows,) or None
        Of the positive class (binary) or of the predicted one (multiclass).
    probabilities : ndarray of shape (n_rows, n_classes) or None
    half_widths : ndarray of shape (n_rows,) or None
        Of the interval around each number.
    sets : ndarray of bool, shape (n_rows, n_classes), or None
        Classes that stay possible.
    warnings : list of n_rows lists of str
    overridden : mapping of int to str
        Row to the name of the override that was answered instead of the model.
    model_predictions : mapping of int to label
        Row to what the model itself says, where it was overridden.
    """

    prediction: list[Label]
    probability: NDArray[np.float64] | None
    probabilities: NDArray[np.float64] | None
    half_widths: NDArray[np.float64] | None
    sets: NDArray[np.bool_] | None
    warnings: list[list[str]]
    overridden: Mapping[int, str] = field(default_factory=dict)
    model_predictions: Mapping[int, Label] = field(default_factory=dict)


def raw_output(model: Model, raw: RawColumns, n_rows: int) -> NDArray[np.float64]:
    """Return what `Model.output` returns, from plain columns.

    A single row goes through the model's served form, which agrees to 1e-6; more of
    them are equal bit for bit.

    Parameters
    ----------
    model : Model
    raw : dict of str to values of shape (n_rows,)
    n_rows : int

    Returns
    -------
    ndarray of shape (n_rows, n_classes), or (n_rows,) for regression
    """
    n_outputs = model.n_outputs
    if not n_rows:
        return np.empty((0,) if n_outputs == 1 else (0, n_outputs))
    if n_rows == 1:
        return model.calibrated(model.served_form.output(raw))
    if not isinstance(model.pipeline, Blend):
        encoder, estimator = model.pipeline[0], model.pipeline[-1]
        output = read_output(estimator, encoder.encode(raw, n_rows), n_outputs)
        return model.calibrated(output)
    encoded: dict[int, NDArray[np.float32]] = {}
    outputs = []
    weights = model.pipeline.weights
    for pipeline, weight in zip(model.pipeline.pipelines, weights, strict=True):
        encoder, estimator = pipeline[0], pipeline[-1]
        if id(encoder) not in encoded:
            encoded[id(encoder)] = encoder.encode(raw, n_rows)
        outputs.append(weight * read_output(estimator, encoded[id(encoder)], n_outputs))
    return model.calibrated(np.asarray(sum(outputs) / sum(weights), dtype=np.float64))
