"""Estimators in a form that answers one encoded row in a fraction of the time.

What libraries do around a single row is left out. An estimator is taken over only when
its answers agree with the library's, to 1e-6 of the largest and at least 1e-6, on rows
made to be difficult: on thresholds, just beside them, missing, far out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.special import expit

from core.modeling.booster_sums import SPECK, Boosted, Finish
from core.modeling.estimators import RescaledRegressor, read_output
from core.modeling.flat_trees import FlatTree, forest_trees, histogram_trees
from core.modeling.grove import MOST_NODES, Grove
from core.modeling.lean_boosters import booster_trees
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix

Kernel = Callable[[Matrix], Floats]
"""One encoded row, shape (n_features_out,), to its output, shape (n_outputs,)."""
Link = Callable[[Floats], Floats]
"""What trees or weights add up to, turned into shares or left a number."""

TOLERANCE: Final = 1e-6
CANNOT: Final = (ValueError, KeyError, AttributeError, NotImplementedError)
"""Not one of the forms known here, such as of another release of a library."""
_N_PROBES: Final = 48
_FAR: Final = 1e30


@dataclass(frozen=True, eq=False)
class Form:
    """How one estimator answers an encoded row.

    Attributes
    ----------
    kernel : callable
    trees : list of FlatTree
        None are kept of the library's own form.
    boosted : Boosted or None
        The same as trees that are added up, for what has the form of boosting.
    """

    kernel: Kernel
    trees: list[FlatTree]
    boosted: Boosted | None = None


def library_form(estimator: Any, n_outputs: int) -> Form:
    """Return the estimator itself as a form: exact, slow, and nothing to keep."""

    def slow(row: Matrix) -> Floats:
        output = read_output(estimator, row.reshape(1, -1), n_outputs)
        return output.reshape(-1)

    return Form(slow, [])


def form_of(estimator: Any, width: int, n_outputs: int) -> Form:
    """Return the quick form of an estimator, or the estimator itself.

    Parameters
    ----------
    estimator : fitted estimator
    width : int
        Numbers in an encoded row.
    n_outputs : int
        Number of classes, or 1.
    """
    try:
        quick = _translated(estimator, n_outputs)
        agrees = _agrees(estimator, quick, (width, n_outputs))
    except CANNOT:
        return library_form(estimator, n_outputs)
    return quick if agrees else library_form(estimator, n_outputs)


def _agrees(estimator: Any, quick: Form, shape: tuple[int, int]) -> bool:
    """Return whether both forms say the same of difficult rows."""
    width, n_outputs = shape
    probes = _probes(quick.trees, width)
    expected = read_output(estimator, probes, n_outputs).reshape(len(probes), -1)
    found = np.array([quick.kernel(row) for row in probes])
    if found.shape != expected.shape:
        return False
    # Networks compute in float32: what is near 0 is as exact as what is large.
    largest = max(1.0, float(np.abs(expected).max()))
    return bool(np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE * largest))


def _probes(trees: list[FlatTree], width: int) -> Matrix:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(_N_PROBES, width)).astype(np.float32)
    if trees:
        feature = np.concatenate([tree.feature[tree.left >= 0] for tree in trees])
        edge = np.concatenate([tree.threshold[tree.left >= 0] for tree in trees])
        for column in np.unique(feature):
            known = edge[feature == column]
            known = known[np.abs(known) < _FAR].astype(np.float32)
            if not known.size:  # it only asks whether the value is missing
                continue
            near = rng.choice(known, _N_PROBES)
            side = rng.choice(np.array([-np.inf, np.inf], np.float32), _N_PROBES)
            beside = rng.random(_N_PROBES) < 0.5
            rows[:, column] = np.where(beside, np.nextafter(near, side), near)
        # Only trees are given missing values; for others they are filled before.
        rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


def _translated(estimator: Any, n_outputs: int) -> Form:
    if isinstance(estimator, RescaledRegressor):
        inner = _translated(estimator.estimator, n_outputs)
        offset, scale, log = estimator.offset, estimator.scale, estimator.log

        def back(values: Floats) -> Floats:
            values = values * scale + offset
            return np.expm1(values) if log else values

        boosted = inner.boosted
        if boosted is not None:
            finish = boosted.finish
            boosted = replace(boosted, finish=_listed(back, after=finish))
        return replace(
            inner, kernel=lambda row: back(inner.kernel(row)), boosted=boosted
        )
    seen = getattr(estimator, "classes_", None)
    if n_outputs > 1 and (seen is None or len(seen) != n_outputs):
        raise NotImplementedError
    translate = _TRANSLATE.get(type(estimator).__name__)
    if translate is None:
        raise NotImplementedError
    return translate(estimator, n_outputs)


def _forest(estimator: Any, n_outputs: int) -> Form:
    del n_outputs
    trees = forest_trees(estimator)
    grove = _grove(trees, estimator.n_features_in_)
    n_trees = len(trees)
    return Form(lambda row: _in_turn(grove.leaves(row)) / n_trees, trees)


def _histogram(estimator: Any, n_outputs: int) -> Form:
    trees = histogram_trees(estimator)
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    finish = _listed(_link(n_outputs))
    return _boosted(trees, estimator.n_features_in_, start, finish)


def _lightgbm(estimator: Any, n_outputs: int) -> Form:
    booster = estimator.booster_
    start = np.zeros(booster.num_model_per_iteration())
    finish = {1: _as_they_are, 2: _two_by_libm}.get(n_outputs, _softmax_by_libm)
    form = _boosted(booster_trees(booster), booster.num_feature(), start, finish)

    def without_specks(row: Matrix) -> Floats:
        row = row.copy()
        row[np.abs(row) <= SPECK] = 0
        return form.kernel(row)

    return replace(form, kernel=without_specks)


def _boosted(
    trees: list[FlatTree], n_features: int, start: Floats, finish: Finish
) -> Form:
    grove, size = _grove(trees, n_features), len(start)

    def kernel(row: Matrix) -> Floats:
        turns = grove.leaves(row).reshape(-1, size)
        turns[0] += start
        return np.array(finish(_in_turn(turns).tolist()))

    return Form(kernel, trees, Boosted(trees, start, finish))


def _listed(link: Link, after: Finish | None = None) -> Finish:
    """Return what does with plain floats what a link does with an array."""

    def finish(sums: list[float]) -> list[float]:
        values = sums if after is None else after(sums)
        found: list[float] = link(np.array(values)).tolist()
        return found

    return finish


def _in_turn(values: Floats) -> Floats:
    """Add up one after the other, as libraries do; a sum by numpy rounds otherwise."""
    return np.asarray(np.cumsum(values, axis=0)[-1])


def _grove(trees: list[FlatTree], n_features: int) -> Grove:
    if sum(len(tree.left) for tree in trees) > MOST_NODES:
        raise NotImplementedError
    return Grove(trees, n_features)


def _linear(estimator: Any, n_outputs: int) -> Form:
    weights = np.ascontiguousarray(np.atleast_2d(estimator.coef_).T, dtype=np.float64)
    intercept, link = np.atleast_1d(estimator.intercept_), _link(n_outputs)
    return Form(lambda row: link(row.astype(np.float64) @ weights + intercept), [])


def _network(estimator: Any, n_outputs: int) -> Form:
    if estimator.activation != "relu":
        raise NotImplementedError
    layers = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    (last, last_shift), link = layers.pop(), _link(n_outputs)

    def kernel(row: Matrix) -> Floats:
        for weights, shift in layers:
            row = np.maximum(row @ weights + shift, 0)
        return link((row @ last + last_shift).astype(np.float64))

    return Form(kernel, [])


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
