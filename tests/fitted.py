"""Small fitted models that several folders of tests share."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from core.data import Task, describe_schema
from core.modeling import Progress
from core.modeling.encoder import FrameEncoder
from core.modeling.estimators import Blend
from core.modeling.model import Model


def customers(n_rows: int = 120, random_state: int = 0) -> pd.DataFrame:
    """Return rows of every kind of column, with missing values, and three targets."""
    rng = np.random.default_rng(random_state)
    age = rng.integers(18, 95, n_rows).astype("int64")
    spend = rng.normal(50, 20, n_rows).round(2)
    plan = rng.choice(["basic", "plus", "pro"], n_rows)
    risk = (spend > 50).astype(int) + (plan == "basic")
    return pd.DataFrame(
        {
            "age": age,
            "spend": np.where(rng.random(n_rows) < 0.1, np.nan, spend),
            "plan": pd.Series(plan, dtype="str").mask(rng.random(n_rows) < 0.1),
            "member": rng.random(n_rows) < 0.5,
            "since": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 700, n_rows), unit="D").as_unit("us"),
            "churn": pd.Series(np.where(risk > 1, "yes", "no"), dtype="str"),
            "level": np.array(["low", "mid", "high"], dtype=object)[risk],
            "value": spend * 2 + age,
        }
    ).astype({"level": "str"})


TARGETS: dict[Task, str] = {
    "binary": "churn",
    "multiclass": "level",
    "regression": "value",
}


def fit_model(task: Task = "binary", *, blended: bool = False, seed: int = 0) -> Model:
    """Return a model that was fitted in a fraction of a second."""
    frame = customers()
    target = TARGETS[task]
    X = frame.drop(columns=list(TARGETS.values()))
    schema = describe_schema(X)
    classes, y = None, frame[target].to_numpy()
    if task != "regression":
        classes, y = np.unique(
            frame[target].to_numpy(dtype=object), return_inverse=True
        )
    boosted = (
        HistGradientBoostingRegressor
        if task == "regression"
        else HistGradientBoostingClassifier
    )(max_iter=3, max_leaf_nodes=4, random_state=seed)
    pipeline = make_pipeline(FrameEncoder(schema), boosted).fit(X, y)
    if blended:
        straight = Ridge() if classes is None else LogisticRegression()
        linear = make_pipeline(FrameEncoder(schema, "linear"), straight)
        pipeline = Blend(
            [pipeline, linear.fit(X, y)],
            [2.0, 1.0],
            1 if classes is None else len(classes),
        )
    return Model(
        name=f"Boosting {seed}",
        family="boosting",
        task=task,
        target=target,
        metric="rmse" if task == "regression" else "log_loss",
        schema=schema,
        pipeline=pipeline,
        classes_=classes,
        threshold=0.4 if task == "binary" else None,
        interval_quantile=7.5 if task == "regression" else None,
    )


def enough(n_candidates: int = 2) -> dict[str, Any]:
    """Return what ends a run once so many candidates beside the baseline are done.

    A budget that is just long enough on one machine is too short on a busy one; this
    one is as long as it takes, and no longer.
    """
    n_done = 0

    def see(progress: Progress) -> None:
        nonlocal n_done
        done = [row for row in progress.leaderboard if row["state"] == "done"]
        n_done = max(n_done, len(done))

    return {"on_progress": see, "should_stop": lambda: n_done > n_candidates}
