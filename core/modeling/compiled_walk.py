"""The loop of a row through many trees, compiled when it is first asked for.

Walked through one after the other, trees wait for memory at every step. Here 64 take
one step each in turn: the processor fetches the next node of one while it looks at the
others. A node is one number of 64 bits, so that most of them stay in the cache.
"""

import pickle
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numba
import numpy as np

Walk = Callable[..., bool]

# Those of `tree_nodes`, written out: numba keeps machine code by this file's content.
_NODE_BITS: Final = 25
_EDGE_BITS: Final = 23
_SPECK: Final = np.float32(1e-35)

_LANES: Final = 64
"""Trees in turn; with 32 and with 256 it takes as long."""
_NODE_MASK: Final = np.uint64((1 << _NODE_BITS) - 1)
_EDGE_MASK: Final = np.uint64((1 << _EDGE_BITS) - 1)
_EDGE_SHIFT: Final = np.uint64(_NODE_BITS)
_FEATURE_SHIFT: Final = np.uint64(_NODE_BITS + _EDGE_BITS)
_RIGHT: Final = np.uint32((1 << _EDGE_BITS) - 1)
_LEFT: Final = np.uint32(0)
_NOT_KEPT: Final = (
    RuntimeError, OSError, EOFError, ValueError, TypeError, LookupError,
    AttributeError, ImportError, pickle.PickleError,
)  # fmt: skip
"""What reading or writing kept machine code fails with: no folder, a full disk, a file
that was cut off."""


def _walk(  # noqa: C901, PLR0913, PLR0917 compiled as one piece, from arrays
    row: Any, edges: Any, firsts: Any, nodes: Any, values: Any, targets: Any, sums: Any
) -> bool:
    """Add to the sums what each tree says of a row, tree after tree.

    Parameters
    ----------
    row : ndarray of shape (n_features,), float32
        Its length is not checked.
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
    places = np.empty(2 * len(row) + 1, dtype=np.uint32)
    places[2 * len(row)] = _LEFT  # where leaves look, to stay where they are
    for feature in range(len(row)):
        value = row[feature]
        if np.isnan(value):
            places[2 * feature], places[2 * feature + 1] = _RIGHT, _LEFT
            continue
        if value != 0 and abs(value) <= _SPECK:
            return False
        low, high = firsts[feature], firsts[feature + 1]
        while low < high:
            middle = (low + high) >> 1
            if edges[middle] < value:
                low = middle + 1
            else:
                high = middle
        place = np.uint32(low - firsts[feature])
        places[2 * feature] = places[2 * feature + 1] = place
    at = np.empty(_LANES, dtype=np.uint32)
    for first in range(0, len(targets), _LANES):
        n_lanes = min(_LANES, len(targets) - first)
        for lane in range(n_lanes):
            at[lane] = first + lane
        moved = True
        while moved:
            moved = False
            for lane in range(n_lanes):
                node = nodes[at[lane]]
                edge = (node >> _EDGE_SHIFT) & _EDGE_MASK
                goes_right = places[node >> _FEATURE_SHIFT] > edge
                following = np.uint32((node & _NODE_MASK) + np.uint64(goes_right))
                moved |= following != at[lane]
                at[lane] = following
        for lane in range(n_lanes):
            for number in range(values.shape[1]):
                sums[targets[first + lane] + number] += values[at[lane], number]
    return True


@cache
def compiled_walk() -> Walk:
    """Return the loop as machine code, which is kept beside this file if it can be."""
    try:
        return _tried(numba.njit(nogil=True, cache=True)(_walk))
    except _NOT_KEPT:
        return _tried(numba.njit(nogil=True)(_walk))


def _tried(walk: Walk) -> Walk:
    """Ask for one tree that is a leaf: machine code is made at the first call."""
    no_edges, firsts = np.empty(0), np.zeros(2, dtype=np.int64)
    leaf = np.array([2 << (_NODE_BITS + _EDGE_BITS)], dtype=np.uint64)
    target, total = np.zeros(1, dtype=np.int64), np.zeros(1)
    row = np.zeros(1, dtype=np.float32)
    walk(row, no_edges, firsts, leaf, np.ones((1, 1)), target, total)
    return walk
