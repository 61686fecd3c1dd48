"""Boosting with symmetric trees: CatBoost fits them, LightGBM's form keeps them.

CatBoost's trees ask the same question at all nodes of a level, which is a different
bias from LightGBM's; together they are mostly better than either. What is kept is a
fitted estimator of LightGBM with these very trees, so that answers, explanations and
bundles treat both alike, and CatBoost is needed for fitting alone.
"""

import json
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.modeling.boosting import CUT, LIGHTGBM_MISSING, log_uniform, rescaled
from core.modeling.family import FitData, Fitted, Interrupted, Params, Watch
from core.modeling.lean_boosters import remember
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.symmetric_trees import SymmetricTrees

CATBOOST_MISSING: Final = LIGHTGBM_MISSING or (
    None
    if find_spec("catboost")
    else "CatBoost is not installed. Install the package catboost."
)
_ALWAYS: Final = {
    "depth": 6, "thread_count": 1, "boosting_type": "Plain",
    "allow_writing_files": False, "logging_level": "Silent",
}  # fmt: skip
_MOST_TREES: Final = 2_000
_MOST_VALUES: Final = 2_000_000
"""Of all leaves, one for each class: with many classes there are fewer trees."""
_CHECKED_ROWS: Final = 200


class _Ender:
    """Ends a fit between two trees when time is up; remembers why."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.stopped = False
        self.cut = False

    def after_iteration(self, info: Any) -> bool:
        del info
        try:
            self.cut = self.watch.due()
        except Interrupted:  # not to be thrown through CatBoost's own code
            self.stopped = True
        return not (self.cut or self.stopped)


def fit_catboost(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Fit CatBoost with early stopping on the validation rows' loss.

    With ``params["iterations"]`` so many trees are fitted, and validation rows are
    not looked at. Categories are taken as the numbers that the encoder gives them.

    Raises
    ------
    Interrupted
        No time was left for a single tree, or for as many as were asked for.
    ValueError
        CatBoost refuses the rows, or its trees, in LightGBM's form, do not say what it
        says.
    """
    settings = dict(params)
    log = settings.pop("log_target", False)
    patience = settings.pop("patience", 50)
    n_trees = settings.get("iterations")
    if watch.due():
        raise Interrupted
    if data.monotonic is not None:
        settings["monotone_constraints"] = list(data.monotonic)
    settings = {**_ALWAYS, "loss_function": _loss(data), **settings}
    most = _MOST_VALUES // (data.n_outputs * 2 ** settings["depth"])
    settings.setdefault("iterations", min(_MOST_TREES, most))
    y, frame = rescaled(data.y, log=log)
    library, held_out, ender = _library(), {}, _Ender(watch)
    model = library.CatBoost({**settings, "random_seed": random_state})
    if n_trees is None:
        X_valid, y_valid, weight = data.watched()
        y_valid = frame.forward(y_valid) if log else y_valid
        pool = library.Pool(X_valid, y_valid, weight=weight)
        held_out = {"eval_set": pool, "early_stopping_rounds": patience}
    pool = library.Pool(data.X, y, weight=data.weight)
    try:
        model.fit(pool, callbacks=[ender], **held_out)
    except library.CatBoostError as error:
        raise ValueError(str(error).rsplit(": ", 1)[-1]) from error
    if ender.stopped or not model.tree_count_ or (ender.cut and n_trees is not None):
        raise Interrupted
    frame.estimator = _kept(model, data, y)
    return Fitted(frame if log else frame.estimator, CUT if ender.cut else "")


def _library() -> Any:
    try:
        import catboost  # 20 MB that servers do without
    except (ImportError, OSError) as error:
        raise ValueError(f"CatBoost cannot be loaded ({error}).") from error
    return catboost


def _loss(data: FitData) -> str:
    if data.quantile is not None:
        return f"Quantile:alpha={data.quantile}"
    if data.task == "regression":
        return "RMSE"
    return "Logloss" if len(np.unique(data.y)) == 2 else "MultiClass"


def _kept(model: Any, data: FitData, y: Floats) -> Any:
    """Return LightGBM's estimator with CatBoost's trees."""
    import lightgbm  # not on every machine

    with tempfile.TemporaryDirectory(prefix="rondo-catboost-") as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        trees = SymmetricTrees.read(json.loads(path.read_text(encoding="utf-8")))
    regression = data.task == "regression"
    kind = lightgbm.LGBMRegressor if regression else lightgbm.LGBMClassifier
    estimator = kind(n_estimators=1, n_jobs=1, verbosity=-1)
    # It learns the classes alone; each row thrice, or it would suspect numbers.
    few = np.zeros(2) if regression else np.repeat(np.unique(y), 3)
    estimator.fit(np.zeros((len(few), data.X.shape[1])), few)
    lean = trees.as_booster(data.X.shape[1]).with_settled_leaves()
    estimator.set_params(n_estimators=model.tree_count_)
    estimator._Booster = lightgbm.Booster(model_str=lean.text())
    remember(estimator._Booster, lean)
    _check(model, estimator, data.X[:_CHECKED_ROWS])
    return estimator


def _check(model: Any, estimator: Any, X: Matrix) -> None:
    regression = not hasattr(estimator, "classes_")
    kind = "RawFormulaVal" if regression else "Probability"
    said = model.predict(X, prediction_type=kind)
    kept = estimator.predict(X) if regression else estimator.predict_proba(X)
    if not np.allclose(kept, said, rtol=1e-5, atol=1e-5):
        raise ValueError("CatBoost's trees could not be taken over.")


def draw_catboost(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one setting of CatBoost."""
    return {
        "learning_rate": log_uniform(rng, 0.03, 0.15),
        "depth": int(rng.integers(4, 9)),
        "l2_leaf_reg": log_uniform(rng, 0.5, 20),
        "rsm": round(float(rng.uniform(0.4, 1.0)), 3),
        "random_strength": log_uniform(rng, 0.05, 5),
    }


CATBOOST_SETTINGS: Final[tuple[Mapping[str, Any], ...]] = (
    {"learning_rate": 0.1, "depth": 6},
    {"learning_rate": 0.08, "depth": 8, "rsm": 0.8},
)
