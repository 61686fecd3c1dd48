"""One fitted model of every family, for the tests of bundles."""

from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline

from core.data import Task, describe_schema
from core.modeling.catboosting import fit_catboost
from core.modeling.encoder import FrameEncoder
from core.modeling.family import FitData, Watch
from core.modeling.model import Model
from tests.fitted import customers, fit_model


class Boosted:
    """CatBoost, fitted as Rondo does."""

    def __init__(self, task: Task | None = None) -> None:
        self.task = task

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        """Return LightGBM's estimator with CatBoost's trees."""
        n_classes = len(np.unique(y))
        task = self.task or ("binary" if n_classes == 2 else "multiclass")
        n_outputs = 1 if task == "regression" else n_classes
        data = FitData(X, y, X[:0], y[:0], task, n_outputs)
        return fit_catboost(data, {"iterations": 5}, 0, Watch(30)).estimator


CLASSIFIERS = {
    "baseline": (DummyClassifier(strategy="prior"), "none"),
    "linear": (LogisticRegression(max_iter=50), "linear"),
    "lightgbm": (lightgbm.LGBMClassifier(n_estimators=5, verbosity=-1), "tree"),
    "catboost": (Boosted(), "tree"),
    "histogram": (HistGradientBoostingClassifier(max_iter=5), "tree"),
    "forest": (RandomForestClassifier(5), "tree"),
    "extra": (ExtraTreesClassifier(5), "tree"),
    "online": (SGDClassifier(loss="log_loss", random_state=0), "hashed"),
    "network": (MLPClassifier((8,), max_iter=5, batch_size=20), "smooth"),
}
REGRESSORS = {
    "online": (SGDRegressor(random_state=0), "hashed"),
    "baseline": (DummyRegressor(), "none"),
    "linear": (Ridge(), "linear"),
    "lightgbm": (lightgbm.LGBMRegressor(n_estimators=5, verbosity=-1), "tree"),
    "catboost": (Boosted("regression"), "tree"),
    "histogram": (HistGradientBoostingRegressor(max_iter=5), "tree"),
    "forest": (RandomForestRegressor(5), "tree"),
    "extra": (ExtraTreesRegressor(5), "tree"),
    "network": (
        MLPRegressor(hidden_layer_sizes=(8,), max_iter=5, batch_size=20),
        "smooth",
    ),
}
CASES = [
    *(("binary", name) for name in CLASSIFIERS),
    *(
        ("multiclass", name)
        for name in (
            "linear",
            "lightgbm",
            "catboost",
            "histogram",
            "forest",
            "online",
        )
    ),
    *(("regression", name) for name in REGRESSORS),
]
WORDS = np.array(["late parcel", "kind help on the phone", "price too high", "ok"])


def told() -> pd.DataFrame:
    """Return customers with a column of sentences."""
    rng = np.random.default_rng(3)
    drawn = rng.choice(WORDS, (120, 3))
    said = pd.Series([f"{a}, {b}; {c}" for a, b, c in drawn], dtype="str")
    return customers().assign(said=said)


def fitted(task: Task, name: str) -> Model:
    """Return a model with one estimator behind the encoder of its style."""
    plain = fit_model(task)
    frame = told()
    X = frame[[*plain.schema.names, "said"]]
    schema = describe_schema(X, {"said": "text"})
    estimator, style = (REGRESSORS if task == "regression" else CLASSIFIERS)[name]
    y = frame[plain.target].to_numpy()
    if plain.classes_ is not None:
        y = np.searchsorted(plain.classes_.astype(str), y.astype(str)).astype(float)
    encoder = FrameEncoder(schema, style).fit(X)  # type: ignore[arg-type]
    pipeline = make_pipeline(encoder, estimator.fit(encoder.transform(X), y))
    return replace(plain, schema=schema, pipeline=pipeline)
