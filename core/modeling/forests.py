"""Forests: many trees, each grown to its end, averaged."""

from typing import Any, Final

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from core.modeling.boosting import CUT
from core.modeling.family import FitData, Fitted, Interrupted, Params, Watch
from core.modeling.packing import settle_leaves

_MOST_TREES: Final = 160
_STEP: Final = 8
_MOST_LEAVES: Final = 300_000
"""Leaves of all trees together: about 40 MB on disk."""

_KINDS: Final = {
    ("random", True): RandomForestRegressor,
    ("random", False): RandomForestClassifier,
    ("extra", True): ExtraTreesRegressor,
    ("extra", False): ExtraTreesClassifier,
}


def fit_random_forest(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Fit a random forest: trees on drawn rows, best split of some features."""
    return _grow("random", data, params, random_state, watch)


def fit_extra_trees(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Fit extremely randomised trees: all rows, thresholds drawn at random."""
    return _grow("extra", data, params, random_state, watch)


def _grow(
    kind: str, data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    settings = dict(params)
    usual = max(40, int(_MOST_TREES * data.share))
    n_trees = settings.pop("iterations", usual)
    estimator = _KINDS[kind, data.task == "regression"](
        n_estimators=0, warm_start=True, n_jobs=1,
        random_state=random_state, monotonic_cst=data.monotonic,
        max_leaf_nodes=int(_MOST_LEAVES * data.share / usual), **settings,
    )  # fmt: skip
    cut = watch.due()
    if cut:
        raise Interrupted
    step = 1
    while not cut and estimator.n_estimators < n_trees:
        estimator.n_estimators = min(n_trees, estimator.n_estimators + step)
        estimator.fit(data.X, data.y, sample_weight=data.weight)
        step, cut = _STEP, watch.due()
    for tree in estimator.estimators_:
        settle_leaves(tree.tree_)
    if cut and "iterations" in params and estimator.n_estimators < n_trees:
        raise Interrupted
    return Fitted(estimator, f"{estimator.n_estimators} trees: {CUT}" if cut else "")


def draw_forest(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one setting of either forest."""
    return {
        "min_samples_leaf": int(rng.choice([1, 2, 3, 5, 8])),
        "max_features": round(float(rng.uniform(0.2, 1.0)), 3),
    }
