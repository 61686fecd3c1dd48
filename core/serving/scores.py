"""Answers by column, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.serving.answer import Label


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
