"""Fitted estimators as plain values: what `runtime.estimators` takes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from core.deployment.trees import booster_trees, forest_trees, histogram_trees
from core.errors import DeploymentError

Described = dict[str, Any]


def describe_estimator(estimator: Any, n_outputs: int) -> Described:
    """Return an estimator as weights and trees.

    Parameters
    ----------
    estimator : fitted estimator
        One of those that Rondo trains.
    n_outputs : int
        Number of classes, or 1.

    Raises
    ------
    DeploymentError
        It cannot be written as arrays; the message says why.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> found = describe_estimator(Ridge().fit([[0.0], [1.0]], [0.0, 1.0]), 1)
    >>> found["kind"], found["link"]
    ('linear', 'identity')
    """
    refuse_rows(estimator)
    describe = _WRITERS.get(type(estimator).__name__)
    if describe is None:
        raise _cannot(f"{type(estimator).__name__} cannot be written as arrays.")
    return {**describe(estimator), **seen_codes(estimator, n_outputs)}


def refuse_rows(estimator: Any) -> None:
    """Refuse an estimator that would hand out the rows it was trained on.

    Raises
    ------
    DeploymentError
    """
    if type(estimator).__name__ in _NEIGHBOURS:
        raise _cannot(
            "Nearest neighbours keep the training rows themselves, so a bundle would "
            "hand them out."
        )


def seen_codes(estimator: Any, n_outputs: int) -> Described:
    """Return "codes" of the classes it saw in training, unless it saw all of them."""
    seen = getattr(estimator, "classes_", None)
    if n_outputs == 1 or seen is None or len(seen) == n_outputs:
        return {}
    return {"codes": np.asarray(seen).astype(np.int64)}


def _cannot(reason: str) -> DeploymentError:
    return DeploymentError(
        reason,
        hint="Save another candidate of the run as a version, or serve this one "
        "with Rondo's own API.",
    )


def _constant(estimator: Any) -> Described:
    share = getattr(estimator, "class_prior_", None)
    value = estimator.constant_ if share is None else share
    return {"kind": "constant", "value": np.asarray(value, dtype=float).reshape(-1)}


def _linear(estimator: Any, link: str) -> Described:
    weights = np.atleast_2d(estimator.coef_).T
    intercept = np.atleast_1d(estimator.intercept_)
    return {
        "kind": "linear",
        "weights": np.ascontiguousarray(weights),
        "intercept": intercept,
        "link": link,
    }


def _logistic(estimator: Any) -> Described:
    return _linear(estimator, "sigmoid" if len(estimator.classes_) == 2 else "softmax")


def _online(estimator: Any) -> Described:
    if estimator.loss != "log_loss":
        raise DeploymentError(
            f"A linear model with the loss {estimator.loss!r} has no probabilities.",
            hint="Train with the settings that Rondo offers.",
        )
    return _linear(estimator, "sigmoid" if len(estimator.classes_) == 2 else "rest")


def _network(estimator: Any) -> Described:
    links = {"logistic": "sigmoid", "softmax": "softmax", "identity": "identity"}
    if estimator.activation != "relu":
        raise DeploymentError(
            f"A network of {estimator.activation!r} layers cannot be written.",
            hint="Train with the settings that Rondo offers.",
        )
    layers = [
        {"weights": weights, "intercept": intercept}
        for weights, intercept in zip(
            estimator.coefs_, estimator.intercepts_, strict=True
        )
    ]
    return {
        "kind": "network",
        "layers": layers,
        "link": links[estimator.out_activation_],
    }


def _rescaled(estimator: Any) -> Described:
    return {
        "kind": "rescaled",
        "inner": describe_estimator(estimator.estimator, 1),
        "offset": float(estimator.offset),
        "scale": float(estimator.scale),
        "log": bool(estimator.log),
    }


_WRITERS: Final[Mapping[str, Callable[[Any], Described]]] = {
    "DummyClassifier": _constant,
    "DummyRegressor": _constant,
    "Ridge": lambda estimator: _linear(estimator, "identity"),
    "LogisticRegression": _logistic,
    "SGDClassifier": _online,
    "SGDRegressor": lambda estimator: _linear(estimator, "identity"),
    "MLPClassifier": _network,
    "MLPRegressor": _network,
    "RescaledRegressor": _rescaled,
    "HistGradientBoostingClassifier": histogram_trees,
    "HistGradientBoostingRegressor": histogram_trees,
    "LGBMClassifier": booster_trees,
    "LGBMRegressor": booster_trees,
    "RandomForestClassifier": forest_trees,
    "RandomForestRegressor": forest_trees,
    "ExtraTreesClassifier": forest_trees,
    "ExtraTreesRegressor": forest_trees,
}
_NEIGHBOURS: Final = frozenset(("KNeighborsClassifier", "KNeighborsRegressor"))
