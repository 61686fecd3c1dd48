"""What estimators do to one encoded row, without what libraries do around it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.special import expit

from core.modeling.estimators import RescaledRegressor
from core.modeling.flat_trees import forest_trees, histogram_trees
from core.modeling.lean_boosters import booster_trees
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.tree_walk import AddedTrees, Finish

Kernel = Callable[[Matrix], Floats]
"""One encoded row, shape (n_features_out,), to its output, shape (n_outputs,)."""
Link = Callable[[Floats], Floats]
"""What trees or weights add up to, turned into shares or left a number."""

CANNOT: Final = (ValueError, KeyError, AttributeError, NotImplementedError)
"""Not one of the forms known here, such as of another release of a library."""


@dataclass(frozen=True, eq=False)
class Form:
    """How one estimator answers an encoded row: by a function, or by its trees.

    Attributes
    ----------
    kernel : callable or None
    added : AddedTrees or None
    """

    kernel: Kernel | None = None
    added: AddedTrees | None = None


def form_of(estimator: Any, n_outputs: int) -> Form:
    """Return how an estimator answers an encoded row.

    Parameters
    ----------
    estimator : fitted estimator
    n_outputs : int
        Number of classes, or 1.

    Raises
    ------
    ValueError, KeyError, AttributeError, NotImplementedError
        It is none of those that are known here.
    """
    if isinstance(estimator, RescaledRegressor):
        return _rescaled(form_of(estimator.estimator, n_outputs), estimator)
    seen = getattr(estimator, "classes_", None)
    if n_outputs > 1 and (seen is None or len(seen) != n_outputs):
        raise NotImplementedError
    translate = _TRANSLATE.get(type(estimator).__name__)
    if translate is None:
        raise NotImplementedError
    return translate(estimator, n_outputs)


def _rescaled(inner: Form, estimator: RescaledRegressor) -> Form:
    offset, scale, log = estimator.offset, estimator.scale, estimator.log

    def back(values: Floats) -> Floats:
        values = values * scale + offset
        return np.expm1(values) if log else values

    if inner.added is not None:
        finish = _listed(back, after=inner.added.finish)
        return Form(added=replace(inner.added, finish=finish))
    kernel = inner.kernel
    return inner if kernel is None else Form(lambda row: back(kernel(row)))


def _forest(estimator: Any, n_outputs: int) -> Form:
    del n_outputs
    trees = forest_trees(estimator)
    n_trees, start = len(trees), np.zeros(trees[0].value.shape[1])
    return Form(
        added=AddedTrees(trees, start, lambda sums: [v / n_trees for v in sums])
    )


def _histogram(estimator: Any, n_outputs: int) -> Form:
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    finish = _listed(_link(n_outputs))
    return Form(added=AddedTrees(histogram_trees(estimator), start, finish))


def _lightgbm(estimator: Any, n_outputs: int) -> Form:
    booster = estimator.booster_
    start = np.zeros(booster.num_model_per_iteration())
    finish = {1: _as_they_are, 2: _two_by_libm}.get(n_outputs, _softmax_by_libm)
    return Form(added=AddedTrees(booster_trees(booster), start, finish))


def _listed(link: Link, after: Finish | None = None) -> Finish:
    """Return what does with plain floats what a link does with an array."""

    def finish(sums: list[float]) -> list[float]:
        values = sums if after is None else after(sums)
        found: list[float] = link(np.array(values)).tolist()
        return found

    return finish


def _linear(estimator: Any, n_outputs: int) -> Form:
    weights = np.ascontiguousarray(np.atleast_2d(estimator.coef_).T, dtype=np.float64)
    intercept, link = np.atleast_1d(estimator.intercept_), _link(n_outputs)
    return Form(lambda row: link(row.astype(np.float64) @ weights + intercept))


def _network(estimator: Any, n_outputs: int) -> Form:
    if estimator.activation != "relu":
        raise NotImplementedError
    layers = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    (last, last_shift), link = layers.pop(), _link(n_outputs)

    def kernel(row: Matrix) -> Floats:
        for weights, shift in layers:
            row = np.maximum(row @ weights + shift, 0)
        return link((row @ last + last_shift).astype(np.float64))

    return Form(kernel)


def _link(n_outputs: int) -> Link:
    return {1: _same, 2: _two}.get(n_outputs, _softmax)


def _same(raw: Floats) -> Floats:
    return raw


def _two(raw: Floats) -> Floats:
    if len(raw) == 2:
        return _softmax(raw)
    positive = expit(raw[0])
    return np.array([1 - positive, positive])


def _softmax(raw: Floats) -> Floats:
    share = np.exp(raw - raw.max())
    return np.asarray(share / share.sum())


def _as_they_are(sums: list[float]) -> list[float]:
    return sums


def _two_by_libm(sums: list[float]) -> list[float]:
    """Return two shares; numpy's exp may differ from C's in the last bit."""
    positive = 1 / (1 + math.exp(-max(sums[0], -700.0)))
    return [1 - positive, positive]


def _softmax_by_libm(sums: list[float]) -> list[float]:
    top = max(sums)
    share = [math.exp(value - top) for value in sums]
    whole = sum(share)
    return [value / whole for value in share]


_TRANSLATE: Final[dict[str, Callable[[Any, int], Form]]] = {
    "LGBMClassifier": _lightgbm,
    "LGBMRegressor": _lightgbm,
    "HistGradientBoostingClassifier": _histogram,
    "HistGradientBoostingRegressor": _histogram,
    "RandomForestClassifier": _forest,
    "RandomForestRegressor": _forest,
    "ExtraTreesClassifier": _forest,
    "ExtraTreesRegressor": _forest,
    "LogisticRegression": _linear,
    "Ridge": _linear,
    "MLPClassifier": _network,
    "MLPRegressor": _network,
}
