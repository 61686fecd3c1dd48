"""How long explanations take: one row warm, and the whole of a large test set.

Called by ``evaluation.py --explain``; twenty mixed columns, a boosted model of
200 trees and an ensemble of three families, 50,000 test rows.
"""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from core.data import describe_schema
from core.evaluation.explaining import Explainer, explain_effects
from core.modeling.encoder import FrameEncoder
from core.modeling.estimators import Blend
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.model import Model

N_COLUMNS = 20


def made(n_rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return rows of fifteen numbers and five categories, and two classes."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(n_rows, 15))
    words = rng.choice(list("abcdef"), size=(n_rows, 5))
    frame = pd.DataFrame(numbers, columns=[f"n{i}" for i in range(15)])
    for place in range(5):
        frame[f"w{place}"] = pd.Series(words[:, place], dtype="str")
    signal = numbers[:, 0] * numbers[:, 1] + numbers[:, 2] + (words[:, 0] == "a")
    return frame, (signal + rng.normal(size=n_rows) > 0).astype(float)


def model_of(frame: pd.DataFrame, y: np.ndarray) -> Model:
    """Return a boosted model of 200 trees."""
    schema = describe_schema(frame)
    encoder = FrameEncoder(schema).fit(frame)
    X = encoder.transform(frame)
    data = FitData(X, y, X[:0], y[:0], "binary", 2)
    settings = {"iterations": 200, "learning_rate": 0.05, "num_leaves": 31}
    estimator = FAMILIES["lightgbm"].fit(data, settings, 0, Watch(120)).estimator
    pipeline = Pipeline([("encoder", encoder), ("estimator", estimator)])
    classes = np.array(["no", "yes"], dtype=object)
    return Model("m", "lightgbm", "binary", "y", "log_loss", schema, pipeline, classes)


def ensemble_of(model: Model, frame: pd.DataFrame, y: np.ndarray) -> Model:
    """Return the same trees blended with scikit-learn's and a line."""
    encoder, X = model.pipeline[0], model.pipeline[0].transform(frame)
    straight = FrameEncoder(model.schema, "linear").fit(frame)
    boosted = HistGradientBoostingClassifier(max_iter=100, random_state=0).fit(X, y)
    line = LogisticRegression(max_iter=300).fit(straight.transform(frame), y)
    parts = [
        model.pipeline,
        Pipeline([("encoder", encoder), ("estimator", boosted)]),
        Pipeline([("encoder", straight), ("estimator", line)]),
    ]
    return replace(model, pipeline=Blend(parts, [2.0, 1.0, 1.0], 2))


def time_rows(name: str, model: Model, frame: pd.DataFrame) -> None:
    """Print how long one row takes, once the explainer is warm."""
    started = time.perf_counter()
    explainer = Explainer(model, frame.head(20_000))
    made_s = time.perf_counter() - started
    explainer.explain(frame.iloc[[0]])
    times, spent = [], []
    for place in range(1, 31):
        began, used = time.perf_counter(), time.process_time()
        found = explainer.explain(frame.iloc[[place]])
        times.append(1000 * (time.perf_counter() - began))
        spent.append(1000 * (time.process_time() - used))
    print(
        f"{name}: one row, {found[0].method}: median {np.median(times):.0f} ms "
        f"({np.median(spent):.0f} ms of CPU), slowest {max(times):.0f} ms (to stay "
        f"under 100); explainer made in {made_s:.2f} s"
    )


def time_explaining(n_rows: int = 50_000) -> None:
    """Print the times."""
    frame, y = made(n_rows)
    few = frame.head(20_000)
    model = model_of(few, y[:20_000])
    time_rows("boosted trees", model, frame)
    time_rows("ensemble of three", ensemble_of(model, few, y[:20_000]), frame)
    started = time.perf_counter()
    found = explain_effects(model, frame, list(frame.columns))
    took = time.perf_counter() - started
    print(f"effects of {n_rows:,} rows: {took:.1f} s, {found.n_answers:,} answers")
