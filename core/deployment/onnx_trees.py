"""Flat trees as ONNX has them: inner nodes and leaves in lists of their own."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper

_SUM = 1
_LEFT_IF_NOT_ABOVE = 0


def tree_attributes(
    trees: Mapping[str, Any],
    value: NDArray[np.float64],
    targets: NDArray[np.int64],
    precision: Any,
) -> dict[str, Any]:
    """Return the attributes of a TreeEnsemble that adds up what leaves say.

    Parameters
    ----------
    trees : mapping
        "roots", "feature", "threshold", "left", "right" and "missing_left": one tree
        behind the other; a leaf leads to itself.
    value : ndarray of shape (n_nodes,)
        What each leaf says.
    targets : ndarray of shape (n_trees,)
        The output that each tree adds to.
    precision : type
        Of thresholds and values: numpy's float32 or float64.

    Examples
    --------
    >>> one = {"roots": np.array([0]), "feature": np.array([2, 0, 0]),
    ...        "threshold": np.array([0.5, 0, 0]), "left": np.array([1, 1, 2]),
    ...        "right": np.array([2, 1, 2]), "missing_left": np.array([1, 0, 0])}
    >>> told = tree_attributes(one, np.array([0, 3, 4.0]), np.array([0]), np.float64)
    >>> told["nodes_trueleafs"], told["nodes_falsenodeids"], told["leaf_targetids"]
    ([1], [1], [0, 0])
    """
    parts = _with_inner_roots(trees)
    own = np.arange(len(parts["left"]))
    leaf = parts["left"] == own
    number = np.where(leaf, np.cumsum(leaf) - 1, np.cumsum(~leaf) - 1)
    left, right = parts["left"][~leaf], parts["right"][~leaf]
    tree = np.searchsorted(trees["roots"], np.flatnonzero(leaf), side="right") - 1
    threshold = _not_above(parts["threshold"][~leaf], precision)
    modes = np.full(len(left), _LEFT_IF_NOT_ABOVE, dtype=np.uint8)
    return {
        "aggregate_function": _SUM,
        "tree_roots": number[parts["roots"]].tolist(),
        "nodes_featureids": parts["feature"][~leaf].tolist(),
        "nodes_splits": numpy_helper.from_array(threshold),
        "nodes_modes": numpy_helper.from_array(modes),
        "nodes_truenodeids": number[left].tolist(),
        "nodes_falsenodeids": number[right].tolist(),
        "nodes_trueleafs": leaf[left].astype(int).tolist(),
        "nodes_falseleafs": leaf[right].astype(int).tolist(),
        "nodes_missing_value_tracks_true": (
            parts["missing_left"][~leaf].astype(int).tolist()
        ),
        "leaf_targetids": targets[tree].tolist(),
        "leaf_weights": numpy_helper.from_array(
            value[np.flatnonzero(leaf)].astype(precision)
        ),
    }


def _with_inner_roots(trees: Mapping[str, Any]) -> dict[str, Any]:
    """Put a node above each tree that is a leaf alone: ONNX roots are never leaves."""
    roots = trees["roots"]
    alone = np.flatnonzero(trees["left"][roots] == roots)
    size = len(trees["left"])
    leaves, added = roots[alone], np.zeros(len(alone), dtype=np.int64)
    new_roots = roots.copy()
    new_roots[alone] = size + np.arange(len(alone))
    behind = {
        "feature": added, "threshold": added.astype(float), "left": leaves,
        "right": leaves, "missing_left": added.astype(bool),
    }  # fmt: skip
    joined = {
        name: np.concatenate([trees[name], more]) for name, more in behind.items()
    }
    return {"roots": new_roots, **joined}


def _not_above(threshold: NDArray[np.float64], precision: Any) -> Any:
    """Round down: no single-precision value then changes its side."""
    with np.errstate(over="ignore"):
        narrow = threshold.astype(precision)
    lower = np.nextafter(narrow, np.array(-np.inf, dtype=precision))
    return np.where(narrow > threshold, lower, narrow)
