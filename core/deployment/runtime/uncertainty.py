"""Intervals around numbers, and sets of classes, that hold the truth often enough."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Floats, Matrix
from .estimators import read_output

_LARGEST = float(np.finfo(np.float32).max)
_TIE = 1e-9
"""Scores nearer than this to the limit are equal to it but for rounding."""


def half_widths(
    rule: Mapping[str, Any], matrices: Sequence[Matrix], output: Floats
) -> Floats:
    """Return half the width of the interval around each number.

    Parameters
    ----------
    rule : mapping
        "reach", and "difficulty": a small model of how large the error of a row is.
    matrices : sequence of ndarray
        What each encoder made of the rows.
    output : ndarray of shape (n_rows,)

    Examples
    --------
    >>> half_widths({"reach": 2.0, "difficulty": None}, [], np.zeros(2)).tolist()
    [2.0, 2.0]
    """
    difficulty = rule["difficulty"]
    if difficulty is None:
        return np.full(len(output), rule["reach"])
    narrow = np.clip(output, -_LARGEST, _LARGEST).astype(np.float32)
    X = np.column_stack([matrices[difficulty["encoder"]], narrow])
    expected = read_output(difficulty["estimator"], X, 1)
    return np.asarray(rule["reach"] * np.maximum(expected, difficulty["floor"]))


def label_sets(
    rule: Mapping[str, Any], output: Floats, tie: float = 0.0
) -> NDArray[np.bool_]:
    """Return which classes stay possible, shape (n_rows, n_classes).

    Parameters
    ----------
    rule : mapping
        "limit" of the score up to which a class belongs to the set, and its "kind".
    output : ndarray of shape (n_rows, n_classes)
    tie : float, default=0.0
        Scores nearer than this to the limit are equal to it.

    Examples
    --------
    >>> label_sets({"kind": "small", "limit": 0.5}, np.array([[0.7, 0.3]])).tolist()
    [[True, False]]
    """
    scores = 1.0 - output if rule["kind"] == "small" else _adaptive(output)
    inside = scores <= rule["limit"] + max(tie, _TIE)
    inside[np.arange(len(output)), output.argmax(axis=1)] = True
    return np.asarray(inside)


def _adaptive(output: Floats) -> Floats:
    """Score a class by the likelier ones before it, and a random part of its own."""
    order = np.argsort(-output, axis=1, kind="stable")
    ranked = np.take_along_axis(output, order, axis=1)
    above = np.cumsum(ranked, axis=1) - ranked
    mixed = (output * np.arange(1, output.shape[1] + 1) * 12_345.6789).sum(axis=1)
    chance = np.abs(np.sin(mixed) * 43_758.5453) % 1.0
    found = np.empty_like(output)
    np.put_along_axis(found, order, above + chance[:, None] * ranked, axis=1)
    return found
