"""scikit-learn's boosted trees as a booster of LightGBM, which takes them apart.

LightGBM explains any trees that are written in its own text (TreeSHAP); so trees of
another library need no code of their own.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from core.modeling.boosting import LIGHTGBM_MISSING
from core.modeling.flat_trees import histogram_trees
from core.modeling.lean_boosters import LeanBooster


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

    trees[0] = replace(trees[0], value=trees[0].value + start)
    width = estimator.n_features_in_
    lean = LeanBooster.of(trees, width, counts=counts)
    return lightgbm.Booster(model_str=lean.text())
