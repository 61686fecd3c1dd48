"""Estimators as arrays: a matrix in, probabilities or numbers out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Floats, Matrix

_MOST_CELLS = 2_000_000


def read_output(estimator: Mapping[str, Any], X: Matrix, n_outputs: int) -> Floats:
    """Return probabilities (n_rows, n_outputs), or numbers (n_rows,).

    Parameters
    ----------
    estimator : mapping
        Its "kind" names the function that answers; "codes", where given, are the
        classes that it saw in training: the others get probability 0.
    X : ndarray of shape (n_rows, n_features_out)
    n_outputs : int
        Number of classes, or 1 for numbers.

    Examples
    --------
    >>> constant = {"kind": "constant", "value": np.array([0.25, 0.75])}
    >>> read_output(constant, np.zeros((1, 2), dtype=np.float32), 2).tolist()
    [[0.25, 0.75]]
    """
    found = np.asarray(_KINDS[estimator["kind"]](estimator, X), dtype=np.float64)
    if n_outputs == 1:
        return found.reshape(len(X))
    if estimator.get("codes") is None:
        return found
    spread = np.zeros((len(X), n_outputs))
    spread[:, estimator["codes"]] = found
    return spread


def _constant(estimator: Mapping[str, Any], X: Matrix) -> Any:
    return np.tile(estimator["value"], (len(X), 1))


def _fitted(estimator: Mapping[str, Any], X: Matrix) -> Any:
    """Ask an estimator of scikit-learn itself."""
    fitted = estimator["fitted"]
    return fitted.predict_proba(X) if estimator["shares"] else fitted.predict(X)


def _linear(estimator: Mapping[str, Any], X: Matrix) -> Any:
    scores = X @ estimator["weights"] + estimator["intercept"]
    return _LINKS[estimator["link"]](scores)


def _network(estimator: Mapping[str, Any], X: Matrix) -> Any:
    """Run the layers of a small network, with max(0, x) between them."""
    values: Any = X
    last = len(estimator["layers"]) - 1
    for number, layer in enumerate(estimator["layers"]):
        values = values @ layer["weights"] + layer["intercept"]
        if number < last:
            values = np.maximum(values, 0)
    return _LINKS[estimator["link"]](values)


def _rescaled(estimator: Mapping[str, Any], X: Matrix) -> Any:
    inner = read_output(estimator["inner"], X, 1)
    values = inner * estimator["scale"] + estimator["offset"]
    with np.errstate(over="ignore"):
        return np.expm1(values) if estimator["log"] else values


def _boosting(estimator: Mapping[str, Any], X: Matrix) -> Any:
    """Add up the leaves of all trees; with several classes they take turns."""
    n_groups = len(estimator["start"])
    scores = np.empty((len(X), n_groups))
    for rows, nodes in _leaves(estimator, X):
        reached = estimator["value"][nodes]
        turns = reached.reshape(len(nodes), -1, n_groups)
        scores[rows] = turns.sum(axis=1) + estimator["start"]
    return _LINKS[estimator["link"]](scores)


def _forest(estimator: Mapping[str, Any], X: Matrix) -> Floats:
    """Average what the trees say."""
    means = np.zeros((len(X), estimator["value"].shape[1]))
    for rows, nodes in _leaves(estimator, X):
        for tree in range(nodes.shape[1]):
            means[rows] += estimator["value"][nodes[:, tree]]
    return means / len(estimator["roots"])


def _leaves(trees: Mapping[str, Any], X: Matrix) -> Any:
    """Yield blocks of rows with the leaf that each reaches in each tree.

    A leaf leads to itself on both sides, so all rows can go on until the last one
    has arrived.
    """
    roots, wide = trees["roots"], X.astype(np.float64)
    n_at_once = max(1, _MOST_CELLS // max(1, len(roots)))
    for begin in range(0, len(X), n_at_once):
        rows = slice(begin, begin + n_at_once)
        yield rows, _walk(trees, wide[rows], roots)


def _walk(
    trees: Mapping[str, Any], X: Floats, roots: NDArray[np.int32]
) -> NDArray[np.int32]:
    nodes = np.tile(roots, (len(X), 1))
    row = np.arange(len(X))[:, None]
    while True:
        value = X[row, trees["feature"][nodes]]
        left = value <= trees["threshold"][nodes]
        missing = np.isnan(value)
        if missing.any():
            left = np.where(missing, trees["missing_left"][nodes], left)
        following = np.where(left, trees["left"][nodes], trees["right"][nodes])
        if (following == nodes).all():
            return nodes
        nodes = following


def _identity(scores: Any) -> Any:
    return scores


def _sigmoid(scores: Any) -> Any:
    score = scores.reshape(len(scores))
    with np.errstate(over="ignore"):
        positive = 1 / (1 + np.exp(-score))
    return np.column_stack([1 - positive, positive])


def _softmax(scores: Any) -> Any:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _one_against_rest(scores: Any) -> Any:
    """Return sigmoids of several classes, brought to a sum of 1."""
    with np.errstate(over="ignore"):
        shares = 1 / (1 + np.exp(-scores))
    return shares / shares.sum(axis=1, keepdims=True)


_LINKS = {
    "identity": _identity,
    "rest": _one_against_rest,
    "sigmoid": _sigmoid,
    "softmax": _softmax,
}
_KINDS = {
    "constant": _constant,
    "fitted": _fitted,
    "linear": _linear,
    "network": _network,
    "rescaled": _rescaled,
    "boosting": _boosting,
    "forest": _forest,
}
