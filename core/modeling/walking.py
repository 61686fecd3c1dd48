"""The loop of a row through many trees, compiled the first time that it is imported.

Walked through one after the other, trees wait for memory at every step. Here 64 take
one step each in turn: the processor fetches the next node of one while it looks at the
others. A node is one number of 64 bits, so that most of them stay in the cache.
"""

from collections.abc import Callable
from typing import Any, Final

import numba
import numpy as np

from core.modeling.tree_nodes import EDGE_BITS, NODE_BITS, SPECK

_LANES: Final = 64
"""Trees in turn; with 32 and with 256 it takes as long."""
_NODE_MASK: Final = np.uint64((1 << NODE_BITS) - 1)
_EDGE_MASK: Final = np.uint64((1 << EDGE_BITS) - 1)
_EDGE_SHIFT: Final = np.uint64(NODE_BITS)
_FEATURE_SHIFT: Final = np.uint64(NODE_BITS + EDGE_BITS)
_RIGHT: Final = np.uint64((1 << EDGE_BITS) - 1)
_LEFT: Final = np.uint64(0)


def _compiled(loop: Callable[..., Any]) -> Callable[..., Any]:
    try:
        return numba.njit(nogil=True, cache=True)(loop)
    except RuntimeError:  # there is no folder that machine code can be kept in
        return numba.njit(nogil=True)(loop)


@_compiled
def _place(row: Any, edges: Any, firsts: Any, places: Any) -> bool:
    """Find each number among its feature's thresholds; False of a row with specks."""
    for feature in range(len(row)):
        value = row[feature]
        if np.isnan(value):
            places[2 * feature], places[2 * feature + 1] = _RIGHT, _LEFT
            continue
        if value != 0 and abs(value) <= SPECK:
            return False
        low, high = firsts[feature], firsts[feature + 1]
        while low < high:
            middle = (low + high) >> 1
            if edges[middle] < value:
                low = middle + 1
            else:
                high = middle
        place = np.uint64(low - firsts[feature])
        places[2 * feature] = places[2 * feature + 1] = place
    places[2 * len(row)] = _LEFT  # where leaves look, to stay where they are
    return True


@_compiled
def _to_leaves(places: Any, nodes: Any, at: Any) -> None:
    """Take steps in all trees in turn until none gets further."""
    moved = True
    while moved:
        moved = False
        for lane in range(len(at)):
            node = nodes[at[lane]]
            edge = (node >> _EDGE_SHIFT) & _EDGE_MASK
            goes_right = places[node >> _FEATURE_SHIFT] > edge
            following = (node & _NODE_MASK) + np.uint64(goes_right)
            moved |= following != at[lane]
            at[lane] = following


@_compiled
def walk(  # noqa: PLR0913, PLR0917 compiled code takes arrays
    row: Any, edges: Any, firsts: Any, nodes: Any, values: Any, targets: Any, sums: Any
) -> bool:
    """Add to the sums what each tree says of a row, tree after tree.

    Parameters
    ----------
    row : ndarray of shape (n_features,), float32
    edges, firsts, nodes, values : ndarrays
        Of `TreeNodes`.
    targets : ndarray of shape (n_trees,), int64
        To which sum each tree's first value is added.
    sums : ndarray, float64
        Changed.

    Returns
    -------
    bool
        False of a row with specks; then nothing was added.
    """
    places = np.empty(2 * len(row) + 1, dtype=np.uint64)
    if not _place(row, edges, firsts, places):
        return False
    for first in range(0, len(targets), _LANES):
        at = np.arange(first, min(first + _LANES, len(targets))).astype(np.uint64)
        _to_leaves(places, nodes, at)
        for lane in range(len(at)):
            for number in range(values.shape[1]):
                sums[targets[first + lane] + number] += values[at[lane], number]
    return True
