"""Gradient boosting: LightGBM and scikit-learn's histogram boosting."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from core.modeling.estimators import RescaledRegressor
from core.modeling.family import FitData, Fitted, Interrupted, Params, Watch
from core.modeling.lean_boosters import LeanBooster, remember
from core.modeling.metrics import Floats

try:
    import lightgbm
    from lightgbm.callback import EarlyStopException
except (ImportError, OSError) as error:  # OSError: the OpenMP library is not there
    lightgbm: Any = None  # type: ignore[no-redef]
    LIGHTGBM_MISSING: str | None = (
        f"LightGBM cannot be loaded ({error}). Install the package lightgbm, and "
        "the system's OpenMP library (libgomp1 on Debian, libomp on macOS)."
    )
    LIGHTGBM_ERRORS: tuple[type[Exception], ...] = ()
else:
    LIGHTGBM_MISSING = None
    LIGHTGBM_ERRORS = (lightgbm.basic.LightGBMError,)

_MOST_TREES: Final = 4_000
_HGB_STEP: Final = 25
CUT: Final = "cut short by the time limit"


class _Guard:
    """Stops boosting when validation no longer improves, or time is up."""

    order = 40

    def __init__(self, patience: int, watch: Watch) -> None:
        self.patience = patience
        self.watch = watch
        self.best = np.inf
        self.best_iteration = 0
        self.cut = False

    def __call__(self, env: Any) -> None:
        loss = env.evaluation_result_list[0][2]
        if loss < self.best:
            self.best, self.best_iteration = loss, env.iteration
        self.cut = self.watch.due()
        if self.cut or env.iteration - self.best_iteration >= self.patience:
            raise EarlyStopException(self.best_iteration, env.evaluation_result_list)


class _Deadline:
    """Ends boosting with nothing when time is up."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def __call__(self, env: Any) -> None:
        del env
        if self.watch.due():
            raise Interrupted


def fit_lightgbm(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Fit LightGBM with early stopping on the validation rows' loss.

    With ``params["iterations"]`` so many trees are fitted, and validation rows are
    not looked at.

    Raises
    ------
    Interrupted
        No time was left for a single tree.
    """
    settings = dict(params)
    patience = settings.pop("patience", 60)
    log = settings.pop("log_target", False)
    n_trees = settings.pop("iterations", None)
    if data.quantile is not None:
        settings |= {"objective": "quantile", "alpha": data.quantile}
    if data.monotonic is not None:
        settings["monotone_constraints"] = list(data.monotonic)
    kind = "LGBMRegressor" if data.task == "regression" else "LGBMClassifier"
    estimator = getattr(lightgbm, kind)(
        n_estimators=n_trees or _MOST_TREES, n_jobs=1, verbosity=-1,
        random_state=random_state, deterministic=True, force_row_wise=True, **settings,
    )  # fmt: skip
    y, frame = rescaled(data.y, log=log)
    if watch.due():
        raise Interrupted
    if n_trees is None:
        cut = _fit_watched(estimator, data, (y, frame), _Guard(patience, watch))
    else:
        cut = False
        estimator.fit(
            data.X, y, sample_weight=data.weight, callbacks=[_Deadline(watch)]
        )
    _settle(estimator)
    frame.estimator = estimator
    return Fitted(frame if log else estimator, CUT if cut else "")


def _fit_watched(
    estimator: Any,
    data: FitData,
    target: tuple[Floats, RescaledRegressor],
    guard: _Guard,
) -> bool:
    """Fit until validation rows no longer improve; return whether time was up."""
    X_valid, y_valid, weight = data.watched()
    y, frame = target
    estimator.fit(
        data.X, y, sample_weight=data.weight, eval_X=X_valid,
        eval_y=frame.forward(y_valid) if frame.log else y_valid,
        eval_sample_weight=None if weight is None else [weight], callbacks=[guard],
    )  # fmt: skip
    return guard.cut


def _settle(estimator: Any) -> None:
    """Forget the trees after the best one, and what a file does not keep of others."""
    booster = estimator.booster_
    text = booster.model_to_string()
    lean = LeanBooster.read(text)
    if lean is None:
        estimator._Booster = lightgbm.Booster(model_str=text)
        return
    lean = lean.with_settled_leaves()
    estimator._Booster = lightgbm.Booster(model_str=lean.text())
    remember(estimator._Booster, lean)


def fit_histogram(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Fit scikit-learn's histogram boosting with early stopping, step by step.

    With ``params["iterations"]`` so many are fitted, and validation rows are not
    looked at.

    Raises
    ------
    Interrupted
        No time was left for the first step.
    """
    settings = dict(params)
    log = settings.pop("log_target", False)
    most = settings.pop("iterations", None)
    if data.quantile is not None:
        settings |= {"loss": "quantile", "quantile": data.quantile}
    if data.monotonic is not None:
        settings["monotonic_cst"] = list(data.monotonic)
    regression = data.task == "regression"
    kind = (
        HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    )
    y, frame = rescaled(data.y, log=log)
    estimator = kind(
        max_iter=_HGB_STEP, early_stopping=most is None, n_iter_no_change=20,
        warm_start=True, categorical_features=None, random_state=random_state,
        **settings,
    )  # fmt: skip
    if watch.due():
        raise Interrupted
    cut = False
    if most is None:
        cut = _boost_watched(estimator, data, (y, frame), watch)
    else:
        _boost_exactly(estimator, data, y, most, watch)
    frame.estimator = estimator
    return Fitted(frame if log else estimator, CUT if cut else "")


def _boost_watched(
    estimator: Any,
    data: FitData,
    target: tuple[Floats, RescaledRegressor],
    watch: Watch,
) -> bool:
    """Fit until validation rows no longer improve; return whether time was up."""
    X_valid, y_valid, weight = data.watched()
    y, frame = target
    y_valid = frame.forward(y_valid) if frame.log else y_valid
    while estimator.max_iter <= _MOST_TREES:
        estimator.fit(
            data.X, y, sample_weight=data.weight,
            X_val=X_valid, y_val=y_valid, sample_weight_val=weight,
        )  # fmt: skip
        if estimator.n_iter_ < estimator.max_iter:
            return False
        estimator.max_iter *= 2
        if watch.due():
            return True
    return False


def _boost_exactly(
    estimator: Any, data: FitData, y: Floats, n_iterations: int, watch: Watch
) -> None:
    for done in range(0, n_iterations, 4 * _HGB_STEP):
        if watch.due():
            raise Interrupted
        estimator.max_iter = min(n_iterations, done + 4 * _HGB_STEP)
        estimator.fit(data.X, y, sample_weight=data.weight)


def rescaled(y: Floats, *, log: bool) -> tuple[Floats, RescaledRegressor]:
    """Return the numbers to learn, and what turns answers back."""
    frame = RescaledRegressor(None, log=log)
    return (frame.forward(y) if log else y), frame


def draw_lightgbm(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one setting of LightGBM."""
    return {
        "learning_rate": log_uniform(rng, 0.02, 0.12),
        "num_leaves": int(log_uniform(rng, 6, 160)),
        "min_child_samples": int(log_uniform(rng, 3, 100)),
        "colsample_bytree": round(float(rng.uniform(0.3, 1.0)), 3),
        "subsample": round(float(rng.uniform(0.5, 1.0)), 3),
        "subsample_freq": 1,
        "reg_lambda": log_uniform(rng, 0.01, 30),
        "extra_trees": bool(rng.random() < 0.25),
        "patience": 80,
    }


def draw_histogram(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one setting of histogram boosting."""
    return {
        "learning_rate": log_uniform(rng, 0.02, 0.2),
        "max_leaf_nodes": int(log_uniform(rng, 6, 128)),
        "min_samples_leaf": int(log_uniform(rng, 3, 100)),
        "l2_regularization": log_uniform(rng, 0.001, 30),
        "max_features": round(float(rng.uniform(0.3, 1.0)), 3),
    }


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform, to four digits."""
    return float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.4g}")


LIGHTGBM_SETTINGS: Final[tuple[Mapping[str, Any], ...]] = (
    {"learning_rate": 0.1, "num_leaves": 31, "patience": 30},
    {
        "learning_rate": 0.04, "num_leaves": 63, "min_child_samples": 10,
        "colsample_bytree": 0.7, "subsample": 0.8, "subsample_freq": 1,
        "reg_lambda": 1.0, "patience": 60,
    },
    {
        "learning_rate": 0.05, "num_leaves": 31, "extra_trees": True,
        "colsample_bytree": 0.8, "reg_lambda": 0.1, "patience": 80,
    },
    {
        "learning_rate": 0.04, "num_leaves": 8, "min_child_samples": 20,
        "colsample_bytree": 0.5, "subsample": 0.8, "subsample_freq": 1,
        "reg_lambda": 5.0, "patience": 80,
    },
    {
        "learning_rate": 0.03, "num_leaves": 127, "min_child_samples": 5,
        "colsample_bytree": 0.5, "subsample": 0.7, "subsample_freq": 1,
        "reg_lambda": 3.0, "patience": 60,
    },
)  # fmt: skip

HISTOGRAM_SETTINGS: Final[tuple[Mapping[str, Any], ...]] = (
    {},
    {"learning_rate": 0.05, "max_features": 0.5, "l2_regularization": 1.0},
)
