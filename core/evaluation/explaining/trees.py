"""Exact contributions of boosted trees on the scale on which they are added up."""

from typing import Any, Final

import numpy as np
from scipy.special import expit

from core.modeling.estimators import RescaledRegressor
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.threads import one_thread

_CLOSE: Final = 1e-6


def tree_contributions(
    estimator: Any, X: Matrix, booster: Any | None
) -> tuple[Floats, float] | None:
    """Return what each number adds to a boosted regression, by TreeSHAP.

    LightGBM works it out in polynomial time over all orders of the columns, with
    the training rows that went down each branch as background (Lundberg et al.
    2020, "From local explanations to global understanding with explainable AI for
    trees", path-dependent).

    Parameters
    ----------
    estimator : fitted regressor
    X : ndarray of shape (n_rows, n_numbers)
    booster : Booster or None
        What `booster_of` gave for it (what lies in a `RescaledRegressor`).

    Returns
    -------
    contributions : ndarray of shape (n_rows, n_numbers), in the unit of the target
    base : float
        What they are added to.
        None instead of both when the estimator is of another kind, or its answer is
        not a plain sum of its trees (a logarithmic target, a linked objective).

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> straight = Ridge().fit([[0.0], [1.0]], [0, 1])
    >>> tree_contributions(straight, np.zeros((1, 1)), None) is None
    True
    """
    if booster is None:
        return None
    scale, offset = 1.0, 0.0
    if isinstance(estimator, RescaledRegressor):
        scale, offset = estimator.scale, estimator.offset
    found = _treeshap(booster, X)
    if found.shape != (len(X), X.shape[1] + 1):
        return None
    found *= scale
    base = float(found[0, -1]) + offset if len(found) else offset
    answer = np.asarray(estimator.predict(X), dtype=np.float64)
    missed = np.abs(found[:, :-1].sum(axis=1) + base - answer)
    size = _CLOSE * (1 + np.abs(answer) + np.abs(found).sum(axis=1))
    return (found[:, :-1], base) if bool((missed <= size).all()) else None


def odds_contributions(
    estimator: Any, X: Matrix, booster: Any | None
) -> tuple[Floats, float] | None:
    """Return what each number adds to a boosted classifier's log-odds, by TreeSHAP.

    Only of two classes: of more, a class's probability hangs on all their scores, and
    may fall while its own rises.

    Parameters
    ----------
    estimator : fitted classifier
    X : ndarray of shape (n_rows, n_numbers)
    booster : Booster or None
        What `booster_of` gave for it (what lies in a `RescaledRegressor`).

    Returns
    -------
    contributions : ndarray of shape (n_rows, n_numbers)
        To the log-odds of the second class.
    base : float
        What they are added to.
        None instead of both when the estimator is of another kind, or its scores are
        no log-odds.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> straight = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    >>> odds_contributions(straight, np.zeros((1, 1)), None) is None
    True
    """
    if booster is None or not len(X):
        return None
    found = _treeshap(booster, X)
    said = np.asarray(estimator.predict_proba(X), dtype=np.float64)
    if found.shape != (len(X), X.shape[1] + 1) or said.shape != (len(X), 2):
        return None
    if not np.allclose(said[:, 1], expit(found.sum(axis=1)), rtol=0, atol=_CLOSE):
        return None
    return found[:, :-1], float(found[0, -1])


def _treeshap(booster: Any, X: Matrix) -> Floats:
    with one_thread("openmp"):  # waiting for others takes longer than one row
        return np.asarray(booster.predict(X, pred_contrib=True), dtype=np.float64)
