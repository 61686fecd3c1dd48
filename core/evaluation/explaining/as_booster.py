"""scikit-learn's boosted trees as a booster of LightGBM, which takes them apart.

LightGBM explains any trees that are written in its own text (TreeSHAP); so trees of
another library need no code of their own.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.modeling.boosting import LIGHTGBM_MISSING
from core.modeling.flat_trees import FlatTree, histogram_trees

_NAN_LEFT, _NAN_RIGHT = 10, 8
"""LightGBM's decision types: NaN is missing (8), and goes left by default (2)."""


def booster_of(estimator: Any) -> Any | None:
    """Return a booster that gives the scores an estimator gives; None without one.

    Parameters
    ----------
    estimator : fitted estimator
        LightGBM's own has a booster. Of scikit-learn's histogram boosting one is made,
        for numbers and for two classes; its links are not looked at.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingRegressor
    >>> from sklearn.linear_model import Ridge
    >>> X = np.linspace(0, 1, 60)[:, None]
    >>> fitted = HistGradientBoostingRegressor(max_iter=5).fit(X, X[:, 0] ** 2)
    >>> bool(np.allclose(booster_of(fitted).predict(X), fitted.predict(X)))
    True
    >>> booster_of(Ridge()) is None
    True
    """
    known = getattr(estimator, "booster_", None)
    if known is not None or LIGHTGBM_MISSING is not None:
        return known
    if getattr(estimator, "n_trees_per_iteration_", 0) != 1:
        return None
    try:
        trees = histogram_trees(estimator)
    except ValueError:  # they split on categories
        return None
    counts = [turn[0].nodes["count"].astype(np.int64) for turn in estimator._predictors]
    start = float(np.ravel(estimator._baseline_prediction)[0])
    import lightgbm  # heavy, and not on every machine

    return lightgbm.Booster(
        model_str=_text(trees, counts, start, estimator.n_features_in_)
    )


def _text(
    trees: list[FlatTree],
    counts: list[NDArray[np.int64]],
    start: float,
    n_features: int,
) -> str:
    names = " ".join(f"f{i}" for i in range(n_features))
    lines = [
        "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1",
        "label_index=0", f"max_feature_idx={n_features - 1}", "objective=regression",
        f"feature_names={names}", f"feature_infos={' '.join(['none'] * n_features)}",
        "",
    ]  # fmt: skip
    for place, (tree, count) in enumerate(zip(trees, counts, strict=True)):
        lines += [f"Tree={place}", *_tree(tree, count, 0.0 if place else start), ""]
    return "\n".join([*lines, "end of trees", ""])


def _tree(tree: FlatTree, count: NDArray[np.int64], start: float) -> Iterator[str]:
    """Yield the lines of a tree; `start` is added to what its leaves say."""
    leaf = tree.left < 0
    value = tree.value[:, 0] + start
    is_leaf = leaf.astype(np.int64)
    number = np.where(leaf, -np.cumsum(is_leaf), np.cumsum(1 - is_leaf) - 1)
    inner = np.flatnonzero(~leaf)  # leaf number k is named -k - 1
    yield f"num_leaves={int(leaf.sum())}"
    yield "num_cat=0"
    decision = np.where(tree.missing_left[inner], _NAN_LEFT, _NAN_RIGHT)
    columns = {
        "split_feature": tree.feature[inner],
        "split_gain": np.zeros(len(inner), dtype=np.int64),
        "threshold": tree.threshold[inner],
        "decision_type": decision,
        "left_child": number[tree.left[inner]],
        "right_child": number[tree.right[inner]],
        "leaf_value": value[leaf],
        "leaf_weight": count[leaf],
        "leaf_count": count[leaf],
        "internal_value": value[inner],
        "internal_weight": count[inner],
        "internal_count": count[inner],
    }
    for name, values in columns.items():
        yield f"{name}={' '.join(repr(each) for each in values.tolist())}"
    yield "is_linear=0"
    yield "shrinkage=1"
