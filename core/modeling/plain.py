"""The plain families: baseline, linear, nearest neighbours, a small network."""

import copy
import warnings
from typing import Any, Final

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor

from core.modeling.boosting import CUT
from core.modeling.directed import keep_directions
from core.modeling.estimators import RescaledRegressor, read_output
from core.modeling.family import FitData, Fitted, Interrupted, Params, Watch
from core.modeling.metrics import Floats, log_loss, rmse

_LBFGS_STEP: Final = 50
_LBFGS_MOST: Final = 600
_MOST_EPOCHS: Final = 200
_PATIENCE: Final = 8


def fit_baseline(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Predict the classes' shares, or the mean, whatever the row."""
    del params, random_state, watch
    regression = data.task == "regression"
    estimator = DummyClassifier(strategy="prior")
    if regression:
        estimator = DummyRegressor()
    if data.quantile is not None:
        estimator = DummyRegressor(strategy="quantile", quantile=data.quantile)
    return Fitted(estimator.fit(np.zeros((len(data.y), 1)), data.y, data.weight))


def fit_linear(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Fit a logistic regression, or ridge regression, in double precision."""
    X = data.X.astype(np.float64)
    penalty = params["penalty"]
    if data.task == "regression":
        log = bool(params.get("log_target", False))
        outer = RescaledRegressor(Ridge(alpha=penalty), log=log)
        y = outer.forward(data.y)
        outer.estimator.fit(X, y, data.weight)
        note = _directed(outer.estimator, (X, y, data.weight), data, watch)
        return Fitted(outer if log else outer.estimator, note)
    estimator = LogisticRegression(
        C=1 / penalty,
        max_iter=_LBFGS_STEP,
        warm_start=True,
        random_state=random_state,
    )
    n_done, cut = 0, watch.due()
    if cut:
        raise Interrupted
    while not cut and n_done < _LBFGS_MOST:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(X, data.y, data.weight)
        n_done += _LBFGS_STEP
        if int(np.max(estimator.n_iter_)) < _LBFGS_STEP:
            note = _directed(estimator, (X, data.y, data.weight), data, watch)
            return Fitted(estimator, note)
        cut = watch.due()
    _directed(estimator, (X, data.y, data.weight), data, watch)
    return Fitted(estimator, CUT if cut else "not fully converged")


def _directed(
    estimator: Any,
    rows: tuple[Floats, Floats, Floats | None],
    data: FitData,
    watch: Watch,
) -> str:
    """Make weights keep the directions that are asked for; return what to say."""
    if data.monotonic is None or not any(data.monotonic):
        return ""
    return "" if keep_directions(estimator, rows, data.monotonic, watch) else CUT


def fit_neighbours(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Keep the training rows and look up the nearest ones."""
    del random_state
    if watch.due():
        raise Interrupted
    settings = {**params, "n_neighbors": min(params["n_neighbors"], len(data.y))}
    regression = data.task == "regression"
    kind = KNeighborsRegressor if regression else KNeighborsClassifier
    return Fitted(kind(n_jobs=1, **settings).fit(data.X, data.y))


def fit_network(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Train a small network epoch by epoch; keep the best one on validation rows.

    With ``params["iterations"]`` it is trained for so many epochs, and validation rows
    are not looked at.
    """
    regression = data.task == "regression"
    settings = {"batch_size": min(256, max(8, len(data.y) // 20)), **params}
    log = bool(settings.pop("log_target", False))
    n_epochs = settings.pop("iterations", None)
    y, outer = data.y, RescaledRegressor(None, log=log)
    if regression:
        moved = outer.forward(y)
        outer.offset, outer.scale = float(moved.mean()), float(moved.std()) or 1.0
        y = outer.forward(y)
    kind = MLPRegressor if regression else MLPClassifier
    outer.estimator = kind(random_state=random_state, **settings)
    reader = outer if regression else outer.estimator
    first = {} if regression else {"classes": np.unique(y)}
    if n_epochs is None:
        return _best_epoch(reader, data, (y, first), watch)
    for _ in range(n_epochs):
        if watch.due():
            raise Interrupted
        outer.estimator.partial_fit(data.X, y, data.weight, **first)
        first = {}
    return Fitted(reader)


def _best_epoch(
    reader: Any, data: FitData, target: tuple[Floats, dict[str, Any]], watch: Watch
) -> Fitted:
    held_out = data.watched()
    y, first = target
    network = reader.estimator if isinstance(reader, RescaledRegressor) else reader
    best, best_loss, best_epoch, epoch = None, np.inf, 0, 0
    while epoch < _MOST_EPOCHS and epoch - best_epoch < _PATIENCE and not watch.due():
        network.partial_fit(data.X, y, data.weight, **first)
        loss = _loss(reader, data, *held_out)
        if best is None or loss < best_loss:
            best, best_loss, best_epoch = copy.deepcopy(reader), loss, epoch
        first, epoch = {}, epoch + 1
    if best is None:
        raise Interrupted
    return Fitted(best, CUT if watch.due() else "")


def _loss(
    reader: Any, data: FitData, X_valid: Any, y_valid: Floats, weight: Floats | None
) -> float:
    output = read_output(reader, X_valid, data.n_outputs)
    if not np.isfinite(output).all():
        return float("inf")
    return (rmse if data.n_outputs == 1 else log_loss)(y_valid, output, weight)


def draw_linear(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one strength of penalty."""
    return {"penalty": float(f"{10 ** rng.uniform(-2, 3):.3g}")}


def draw_network(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one setting of the network."""
    width = int(rng.choice([32, 64, 128, 256]))
    return {
        "hidden_layer_sizes": [width] * int(rng.integers(1, 4)),
        "alpha": float(f"{10 ** rng.uniform(-6, -1):.3g}"),
        "learning_rate_init": float(f"{10 ** rng.uniform(-3.3, -2.3):.3g}"),
    }


def draw_neighbours(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one number of neighbours."""
    return {
        "n_neighbors": int(rng.integers(3, 60)),
        "weights": "distance",
        "p": int(rng.integers(1, 3)),
    }
