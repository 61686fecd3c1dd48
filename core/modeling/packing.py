"""Small files: a pipeline as compressed bytes, trees as the few numbers they need.

A tree in memory takes 64 bytes a node and keeps what only fitting needs. Written here
are features, thresholds, children and the leaves' values; what is read back is the
same scikit-learn tree and gives the same answers. Thresholds are rounded down to
float32, which decides every float32 number alike; leaves are rounded when a forest
is fitted (`settle_leaves`), so that nothing changes between fitting and loading.
Boosters of LightGBM are kept as `LeanBooster` says, which is a quarter of their text.
"""

import io
import pickle
import zlib
from typing import Any, Final

import numpy as np
from sklearn.tree._tree import Tree

from core.modeling.flat_trees import float32_below
from core.modeling.lean_boosters import LeanBooster, lean_of, remember

_LEVEL: Final = 3
_TEXT: Final = "_handle"  # what a booster's state calls its own text
_NOT_KEPT: Final = (_TEXT, "train_set", "valid_sets")  # as its own state
_NODE: Final = Tree(1, np.array([1], dtype=np.intp), 1).__getstate__()["nodes"].dtype


class _Packer(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is Tree:
            return _grown, _cut(obj)
        if _is_booster(obj):
            lean = lean_of(obj)
            if lean is not None:
                others = {k: v for k, v in vars(obj).items() if k not in _NOT_KEPT}
                return _boosted, (type(obj), others, vars(lean))
        return NotImplemented


def pack(value: Any) -> bytes:
    """Return a pipeline as bytes, trees and all in a fraction of their size.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> tree = DecisionTreeRegressor().fit([[0.0], [1.0]], [0.0, 1.0])
    >>> unpack(pack(tree)).predict([[0.2], [0.9]]).tolist()
    [0.0, 1.0]
    """
    buffer = io.BytesIO()
    _Packer(buffer, protocol=5).dump(value)
    return zlib.compress(buffer.getvalue(), _LEVEL)


def unpack(content: bytes) -> Any:
    """Return what `pack` wrote; for bytes from a file that was checked."""
    return pickle.loads(zlib.decompress(content))  # noqa: S301 checked by its reader


def settle_leaves(tree: Tree) -> None:
    """Round a fitted tree's values to float32, as they are written.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> tree = DecisionTreeRegressor().fit([[0.0], [1.0]], [0.1, 1.0]).tree_
    >>> settle_leaves(tree)
    >>> float(tree.value.min()) == float(np.float32(0.1))
    True
    """
    tree.value[...] = tree.value.astype(np.float32)


def _is_booster(obj: Any) -> bool:
    kind = type(obj)  # told by name: LightGBM is not on every machine
    return kind.__name__ == "Booster" and kind.__module__ == "lightgbm.basic"


def _boosted(kind: type, others: dict[str, Any], lean: dict[str, Any]) -> Any:
    booster: Any = object.__new__(kind)
    kept = LeanBooster(**lean)
    booster.__setstate__({**others, _TEXT: kept.text()})
    remember(booster, kept)
    return booster


def _cut(tree: Tree) -> tuple[Any, ...]:
    state = tree.__getstate__()
    nodes, values = state["nodes"], state["values"]
    inner = nodes["left_child"] >= 0
    places = np.flatnonzero(inner)
    narrow = np.int16 if tree.n_features < 2**15 else np.int32
    settled = values[~inner].astype(np.float32)
    exact = np.array_equal(settled, values[~inner])
    kind = (tree.n_features, tree.n_classes, tree.n_outputs, state["max_depth"])
    arrays = {
        "inner": np.packbits(inner),
        "feature": nodes["feature"][inner].astype(narrow),
        "threshold": float32_below(nodes["threshold"][inner]),
        "left": (nodes["left_child"][inner] - places).astype(np.int32),
        "right": (nodes["right_child"] - nodes["left_child"])[inner].astype(np.int32),
        "missing_left": np.packbits(nodes["missing_go_to_left"][inner]),
        "leaves": settled if exact else values[~inner],
    }
    return kind, len(nodes), arrays


def _grown(
    kind: tuple[int, Any, int, int], n_nodes: int, arrays: dict[str, Any]
) -> Tree:
    n_features, n_classes, n_outputs, max_depth = kind
    feature, leaves = arrays["feature"], arrays["leaves"]
    inner = np.unpackbits(arrays["inner"], count=n_nodes).astype(bool)
    nodes = np.zeros(n_nodes, dtype=_NODE)
    nodes["left_child"], nodes["right_child"] = -1, -1
    nodes["feature"], nodes["threshold"] = -2, -2.0
    left = np.flatnonzero(inner) + arrays["left"]
    nodes["left_child"][inner], nodes["right_child"][inner] = (
        left,
        left + arrays["right"],
    )
    nodes["feature"][inner], nodes["threshold"][inner] = feature, arrays["threshold"]
    missing = np.unpackbits(arrays["missing_left"], count=len(feature))
    nodes["missing_go_to_left"][inner] = missing
    values = np.zeros((n_nodes, *leaves.shape[1:]))
    values[~inner] = leaves
    tree = Tree(n_features, n_classes, n_outputs)
    state = {"max_depth": max_depth, "node_count": n_nodes}
    tree.__setstate__({**state, "nodes": nodes, "values": values})
    return tree
