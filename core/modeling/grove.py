"""All trees of a model as one: a single row finds its leaves in one compiled call.

scikit-learn and LightGBM spend hundreds of microseconds around the few that a row
needs to walk through the trees. Here all trees become branches of one scikit-learn
tree, whose upper nodes send copy number i of the row to tree number i.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.tree._tree import Tree

from core.modeling.flat_trees import FlatTree
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix

MOST_NODES: Final = 2_000_000
_EMPTY: Final = Tree(1, np.array([1], dtype=np.intp), 1)
_NODE: Final = _EMPTY.__getstate__()["nodes"].dtype


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
