"""Trees of three libraries in one form: flat arrays, whoever reads them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.modeling.metrics import Floats


@dataclass(frozen=True, eq=False)
class FlatTree:
    """One tree as arrays over its nodes, the root first.

    Attributes
    ----------
    left, right : ndarray of int
        Children; -1 for leaves.
    feature : ndarray of int
    threshold : ndarray of float
        A row goes left when its value is not above it.
    missing_left : ndarray of bool
    value : ndarray of shape (n_nodes, n_values)
        What a leaf says.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    value: Floats


def forest_trees(estimator: Any) -> list[FlatTree]:
    """Return the trees of a random forest, or of extra trees."""
    return [
        FlatTree(
            tree.children_left, tree.children_right, tree.feature, tree.threshold,
            tree.missing_go_to_left.astype(bool), tree.value[:, 0, :],
        )
        for tree in (item.tree_ for item in estimator.estimators_)
    ]  # fmt: skip


def histogram_trees(estimator: Any) -> list[FlatTree]:
    """Return the trees of scikit-learn's histogram boosting, class after class.

    Raises
    ------
    ValueError
        They split on categories.
    """
    found = []
    for turn in estimator._predictors:
        for nodes in (predictor.nodes for predictor in turn):
            leaf = nodes["is_leaf"].astype(bool)
            if nodes["is_categorical"][~leaf].any():
                raise ValueError("Categories in trees are not known here.")
            left, right = (
                np.where(leaf, -1, nodes[side].astype(np.int64))
                for side in ("left", "right")
            )
            found.append(
                FlatTree(
                    left,
                    right,
                    nodes["feature_idx"],
                    nodes["num_threshold"],
                    nodes["missing_go_to_left"].astype(bool),
                    nodes["value"][:, None],
                )
            )
    return found


def float32_below(threshold: Floats) -> NDArray[np.float32]:
    """Return the largest float32 that is not above each threshold.

    For a float32 number, "at most the threshold" means the same for both.

    Examples
    --------
    >>> float(float32_below(np.array([0.1]))[0]) <= 0.1
    True
    """
    narrow = threshold.astype(np.float32)
    above = narrow.astype(np.float64) > threshold
    lower = np.nextafter(narrow, np.float32(-np.inf))
    return np.where(above, lower, narrow).astype(np.float32)
