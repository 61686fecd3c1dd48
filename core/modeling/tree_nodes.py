"""Trees of several models as one table of nodes, for the compiled walk.

The idea to compare places among a feature's thresholds instead of numbers is that of
histogram boosting; children stand side by side, so that a node names only the left one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.modeling.flat_trees import FlatTree
from core.modeling.metrics import Floats

SPECK: Final = np.float32(1e-35)
"""LightGBM reads smaller numbers as 0."""
NODE_BITS: Final = 25
EDGE_BITS: Final = 23
_FEATURE_BITS: Final = 16
MOST_BYTES: Final = 100_000_000
"""Of all trees of a table; while they are lined up it takes six times as much."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TreeNodes:
    """Trees as arrays; a level of all of them stands before the next one.

    Attributes
    ----------
    edges : ndarray of float
        The thresholds of each feature, sorted, one feature after the other.
    firsts : ndarray of shape (n_features + 1,), int
        Where each feature's thresholds begin.
    nodes : ndarray of shape (n_nodes,), uint64
        The roots first. From the lowest bit: the left child, beside which the right one
        stands; the place of the threshold, 0 for leaves; twice the feature, and one
        more where missing values go left. A leaf is its own left child, and looks
        where every row has place 0, which is left.
    values : ndarray of shape (n_nodes, n_values)
        What leaves say.
    """

    edges: Floats
    firsts: Ints
    nodes: NDArray[np.uint64]
    values: Floats

    @classmethod
    def of(
        cls, trees: Sequence[FlatTree], offsets: Sequence[int], n_features: int
    ) -> "TreeNodes":
        """Line trees up.

        Parameters
        ----------
        trees : sequence of FlatTree
            All with as many values.
        offsets : sequence of int
            What is added to the numbers of each tree's features.
        n_features : int
            Of a row.

        Raises
        ------
        NotImplementedError
            They are too large together, or know too many features.
        """
        sizes = [len(tree.left) for tree in trees]
        n_bytes = sum(sizes) * 8 * (1 + trees[0].value.shape[1])
        if n_bytes > MOST_BYTES or 2 * n_features >= 1 << _FEATURE_BITS:
            raise NotImplementedError
        left, right, feature, threshold, missing_left, values = (
            np.concatenate([getattr(tree, name) for tree in trees])
            for name in (
                "left", "right", "feature", "threshold", "missing_left", "value",
            )
        )  # fmt: skip
        roots = np.cumsum([0, *sizes[:-1]])
        inner = left >= 0
        begin = np.repeat(roots, sizes)
        left, right = left + begin, right + begin
        feature = feature + np.repeat(np.asarray(offsets), sizes)
        edges, firsts, place = _places(feature, threshold, inner, n_features)
        number, child = _numbered(left, right, inner, roots)
        asks = np.where(inner, 2 * feature + missing_left, 2 * n_features)
        packed = child | place << NODE_BITS | asks << (NODE_BITS + EDGE_BITS)
        order = np.argsort(number)
        nodes = packed[order].view(np.uint64)
        return cls(edges, firsts, nodes, np.ascontiguousarray(values[order]))


def _places(
    feature: Ints, threshold: Floats, inner: NDArray[np.bool_], n_features: int
) -> tuple[Floats, Ints, Ints]:
    """Return the thresholds of each feature, where they begin, and each node's."""
    order = np.lexsort((threshold, feature))
    order = order[inner[order]]
    of, edge = feature[order], threshold[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (of[1:] != of[:-1]) | (edge[1:] != edge[:-1])
    firsts = np.searchsorted(of[is_first], np.arange(n_features + 1))
    place = np.zeros(len(feature), dtype=np.int64)
    place[order] = np.cumsum(is_first) - 1 - firsts[of]
    return edge[is_first], firsts, place


def _numbered(
    left: Ints, right: Ints, inner: NDArray[np.bool_], roots: Ints
) -> tuple[Ints, Ints]:
    """Return each node's new number, level by level, and that of its left child."""
    number = np.zeros(len(left), dtype=np.int64)
    number[roots] = np.arange(len(roots))
    free, level = len(roots), roots
    while len(level := level[inner[level]]):
        number[left[level]] = free + 2 * np.arange(len(level))
        number[right[level]] = number[left[level]] + 1
        free += 2 * len(level)
        level = np.stack([left[level], right[level]], axis=1).ravel()
    return number, np.where(inner, number[left], number)
