"""Trees of three libraries in one form: flat arrays, each leaf leading to itself."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DeploymentError

Nodes = dict[str, Any]
_ARRAYS: Final = ("feature", "threshold", "left", "right", "missing_left", "value")


def histogram_trees(estimator: Any) -> Nodes:
    """Describe scikit-learn's histogram boosting."""
    trees = [
        _from_histogram(predictor.nodes)
        for turn in estimator._predictors
        for predictor in turn
    ]
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    link = "identity"
    if hasattr(estimator, "classes_"):
        link = "sigmoid" if start.size == 1 else "softmax"
    elif estimator.loss not in ("squared_error", "absolute_error", "quantile"):
        raise _unknown(estimator.loss)
    return {"kind": "boosting", "start": start, "link": link, **_joined(trees)}


def booster_trees(estimator: Any) -> Nodes:
    """Describe LightGBM."""
    dumped = estimator.booster_.dump_model()
    objective = dumped["objective"].split(" ")[0]
    links = {
        "binary": "sigmoid", "multiclass": "softmax", "regression": "identity",
        "regression_l1": "identity", "quantile": "identity",
    }  # fmt: skip
    if objective not in links or dumped["average_output"]:
        raise _unknown(objective)
    trees = [_from_booster(tree["tree_structure"]) for tree in dumped["tree_info"]]
    start = np.zeros(dumped["num_tree_per_iteration"])
    return {
        "kind": "boosting",
        "start": start,
        "link": links[objective],
        **_joined(trees),
    }


def forest_trees(estimator: Any) -> Nodes:
    """Describe a random forest, or extra trees."""
    trees = [_from_forest(tree.tree_) for tree in estimator.estimators_]
    return {"kind": "forest", **_joined(trees)}


def _unknown(loss: str) -> DeploymentError:
    return DeploymentError(
        f"Boosting with the loss {loss!r} cannot be written as arrays.",
        hint="Train with the settings that Rondo offers.",
    )


def _from_histogram(nodes: Any) -> Nodes:
    leaf = nodes["is_leaf"].astype(bool)
    if nodes["is_categorical"][~leaf].any():
        raise _unknown("categories in trees")
    return _finished(
        leaf,
        feature=nodes["feature_idx"],
        threshold=nodes["num_threshold"],
        left=nodes["left"],
        right=nodes["right"],
        missing_left=nodes["missing_go_to_left"],
        value=np.where(leaf, nodes["value"], 0.0),
    )


def _from_forest(tree: Any) -> Nodes:
    leaf = tree.children_left < 0
    value = tree.value[:, 0, :]
    return _finished(
        leaf,
        feature=tree.feature,
        threshold=tree.threshold,
        left=tree.children_left,
        right=tree.children_right,
        missing_left=tree.missing_go_to_left,
        value=np.where(leaf[:, None], value, 0.0),
    )


def _from_booster(structure: dict[str, Any]) -> Nodes:
    rows: list[tuple[bool, int, float, int, int, bool, float]] = []
    waiting = [(structure, -1, False)]
    while waiting:
        node, parent, is_left = waiting.pop()
        number = len(rows)
        if parent >= 0:
            rows[parent] = _linked(rows[parent], number, is_left=is_left)
        if "leaf_value" in node:
            rows.append((True, 0, 0.0, 0, 0, False, float(node["leaf_value"])))
            continue
        threshold = _threshold(node)
        # Without a side for missing values LightGBM reads them as 0.
        as_zero = threshold >= 0
        learned = node["missing_type"] == "NaN"
        left = bool(node["default_left"]) if learned else as_zero
        rows.append((False, int(node["split_feature"]), threshold, 0, 0, left, 0.0))
        waiting.append((node["right_child"], number, False))
        waiting.append((node["left_child"], number, True))
    leaf, *parts = (np.array(part) for part in zip(*rows, strict=True))
    return _finished(leaf, **dict(zip(_ARRAYS, parts, strict=True)))


def _threshold(node: dict[str, Any]) -> float:
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        raise _unknown("categories in trees")
    return float(node["threshold"])


def _linked(row: Any, child: int, *, is_left: bool) -> Any:
    place = 3 if is_left else 4
    return (*row[:place], child, *row[place + 1 :])


def _finished(leaf: NDArray[np.bool_], **parts: Any) -> Nodes:
    """Let leaves lead to themselves, whatever comes."""
    own = np.arange(len(leaf))
    return {
        "feature": np.where(leaf, 0, parts["feature"]).astype(np.int32),
        "threshold": np.where(leaf, 0.0, parts["threshold"]).astype(np.float64),
        "left": np.where(leaf, own, parts["left"]).astype(np.int32),
        "right": np.where(leaf, own, parts["right"]).astype(np.int32),
        "missing_left": np.asarray(parts["missing_left"], dtype=bool),
        "value": np.asarray(parts["value"], dtype=np.float64),
    }


def _joined(trees: Sequence[Nodes]) -> Nodes:
    """Put trees one behind the other; "roots" says where each begins."""
    sizes = [len(tree["feature"]) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    shifted = [
        {**tree, "left": tree["left"] + root, "right": tree["right"] + root}
        for tree, root in zip(trees, roots, strict=True)
    ]
    joined = {
        name: np.concatenate([tree[name] for tree in shifted]) for name in _ARRAYS
    }
    return {"roots": roots, **joined}
