"""Trees as bundles hold them: one array for all, each leaf leading to itself."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.errors import DeploymentError
from core.modeling import flat_trees, lean_boosters
from core.modeling.flat_trees import FlatTree

Nodes = dict[str, Any]


def histogram_trees(estimator: Any) -> Nodes:
    """Describe scikit-learn's histogram boosting."""
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    link = "identity"
    if hasattr(estimator, "classes_"):
        link = "sigmoid" if start.size == 1 else "softmax"
    elif estimator.loss not in ("squared_error", "absolute_error", "quantile"):
        raise _unknown(f"Boosting with the loss {estimator.loss!r}")
    trees = _read(flat_trees.histogram_trees, estimator)
    return _boosting(trees, start, link)


def booster_trees(estimator: Any) -> Nodes:
    """Describe LightGBM."""
    booster = estimator.booster_
    told = booster.dump_model(num_iteration=1)
    objective = told["objective"].split(" ")[0]
    links = {
        "binary": "sigmoid", "multiclass": "softmax", "regression": "identity",
        "regression_l1": "identity", "quantile": "identity",
    }  # fmt: skip
    if objective not in links or told["average_output"]:
        raise _unknown(f"Boosting with the loss {objective!r}")
    start = np.zeros(told["num_tree_per_iteration"])
    return _boosting(
        _read(lean_boosters.booster_trees, booster), start, links[objective]
    )


def forest_trees(estimator: Any) -> Nodes:
    """Describe a random forest, or extra trees."""
    return {"kind": "forest", **_joined(flat_trees.forest_trees(estimator))}


def _read(reader: Callable[[Any], list[FlatTree]], model: Any) -> list[FlatTree]:
    try:
        return reader(model)
    except ValueError as error:
        raise _unknown("Boosting whose trees split on categories") from error


def _unknown(what: str) -> DeploymentError:
    return DeploymentError(
        f"{what} cannot be written as arrays.",
        hint="Train with the settings that Rondo offers.",
    )


def _boosting(trees: Sequence[FlatTree], start: Any, link: str) -> Nodes:
    joined = _joined(trees)
    value = joined.pop("value")[:, 0]
    return {"kind": "boosting", "start": start, "link": link, **joined, "value": value}


def _joined(trees: Sequence[FlatTree]) -> Nodes:
    """Put trees one behind the other; "roots" says where each begins."""
    sizes = [len(tree.left) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    parts = [_finished(tree, root) for tree, root in zip(trees, roots, strict=True)]
    return {
        "roots": roots,
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    }


def _finished(tree: FlatTree, root: int) -> Nodes:
    """Let leaves lead to themselves, whatever comes."""
    leaf, own = tree.left < 0, np.arange(len(tree.left))
    return {
        "feature": np.where(leaf, 0, tree.feature).astype(np.int32),
        "threshold": np.where(leaf, 0.0, tree.threshold).astype(np.float64),
        "left": (np.where(leaf, own, tree.left) + root).astype(np.int32),
        "right": (np.where(leaf, own, tree.right) + root).astype(np.int32),
        "missing_left": np.asarray(tree.missing_left, dtype=bool) & ~leaf,
        "value": np.where(leaf[:, None], tree.value, 0.0).astype(np.float64),
    }
