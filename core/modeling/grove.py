"""All trees of a model as one: a single row finds its leaves in one compiled call.

scikit-learn and LightGBM spend hundreds of microseconds around the few that a row
needs to walk through the trees. Here all trees become branches of one scikit-learn
tree, whose upper nodes send copy number i of the row to tree number i.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.tree._tree import Tree

from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix

MOST_NODES: Final = 2_000_000
_EMPTY: Final = Tree(1, np.array([1], dtype=np.intp), 1)
_NODE: Final = _EMPTY.__getstate__()["nodes"].dtype


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


class Grove:
    """Many trees that one row walks through at once.

    Parameters
    ----------
    trees : sequence of FlatTree
    n_features : int
    """

    def __init__(self, trees: Sequence[FlatTree], n_features: int) -> None:
        n_trees = len(trees)
        sizes = [len(tree.left) for tree in trees]
        roots = (n_trees - 1 + np.concatenate([[0], np.cumsum(sizes)[:-1]])).astype(int)
        nodes = np.zeros(n_trees - 1 + sum(sizes), dtype=_NODE)
        _send(nodes, roots, n_features)
        self._values = np.zeros((len(nodes), trees[0].value.shape[1]))
        for tree, root, size in zip(trees, roots, sizes, strict=True):
            own = slice(root, root + size)
            leaf = tree.left < 0
            nodes["left_child"][own] = np.where(leaf, -1, tree.left + root)
            nodes["right_child"][own] = np.where(leaf, -1, tree.right + root)
            nodes["feature"][own] = np.where(leaf, -2, tree.feature)
            nodes["threshold"][own] = tree.threshold
            nodes["missing_go_to_left"][own] = tree.missing_left
            self._values[own] = tree.value
        self._tree = Tree(n_features + 1, np.array([1], dtype=np.intp), 1)
        state = {"max_depth": 1, "node_count": len(nodes), "nodes": nodes}
        self._tree.__setstate__({**state, "values": np.zeros((len(nodes), 1, 1))})
        self._numbers = np.arange(n_trees, dtype=np.float32)

    def leaves(self, row: Matrix) -> Floats:
        """Return what each tree says of one row, shape (n_trees, n_values)."""
        copies = np.empty((len(self._numbers), len(row) + 1), dtype=np.float32)
        copies[:, :-1] = row
        copies[:, -1] = self._numbers
        return np.asarray(self._values[self._tree.apply(copies)])


def _send(nodes: Any, roots: NDArray[np.int64], n_features: int) -> None:
    """Write the upper nodes: halves of the trees, halves of these, and so on."""
    free = 1
    waiting = [(0, 0, len(roots))] if len(roots) > 1 else []
    while waiting:
        node, first, end = waiting.pop()
        middle = (first + end) // 2
        nodes[node]["feature"], nodes[node]["threshold"] = n_features, middle - 0.5
        for side, start, stop in (
            ("left_child", first, middle),
            ("right_child", middle, end),
        ):
            if stop - start == 1:
                nodes[node][side] = roots[start]
                continue
            nodes[node][side] = free
            waiting.append((free, start, stop))
            free += 1


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
    """Return the trees of scikit-learn's histogram boosting, class after class."""
    found = []
    for turn in estimator._predictors:
        for nodes in (predictor.nodes for predictor in turn):
            leaf = nodes["is_leaf"].astype(bool)
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


def booster_trees(booster: Any) -> list[FlatTree]:
    """Return the trees of LightGBM, read from its own text."""
    parts = booster.model_to_string().split("\nTree=")[1:]
    return [_booster_tree(part) for part in parts]


def _booster_tree(text: str) -> FlatTree:
    lines = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    leaf_value = _floats(lines["leaf_value"])
    if len(leaf_value) == 1:
        alone = np.array([-1])
        no = np.zeros(1, dtype=bool)
        return FlatTree(alone, alone, alone, np.zeros(1), no, leaf_value[:, None])
    left, right, feature, decision = (
        _floats(lines[name]).astype(np.int64)
        for name in ("left_child", "right_child", "split_feature", "decision_type")
    )
    threshold, n_inner = _floats(lines["threshold"]), len(left)
    # Bit 1: missing values go left. Bits 2 and 3: which count as missing; if none do,
    # LightGBM reads them as 0.
    by_default, kind = (decision & 2) > 0, (decision >> 2) & 3
    if (decision & 1).any() or (kind == 1).any():
        raise ValueError("Categories and zeros as missing values are not known here.")
    missing_left = np.where(kind == 2, by_default, threshold >= 0)
    ends = np.full(len(leaf_value), -1)
    # A child below 0 is leaf number -child - 1; leaves stand behind the inner nodes.
    left, right = (
        np.where(side < 0, n_inner - side - 1, side) for side in (left, right)
    )
    return FlatTree(
        np.append(left, ends), np.append(right, ends), np.append(feature, ends),
        np.append(threshold, np.zeros(len(ends))),
        np.append(missing_left, ends > 0).astype(bool),
        np.append(np.zeros(n_inner), leaf_value)[:, None],
    )  # fmt: skip


def _floats(text: str) -> Floats:
    return np.array(text.split(), dtype=np.float64)
