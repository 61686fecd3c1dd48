"""A sound model's evaluation, which no check has anything to say of."""

from dataclasses import replace

import numpy as np

from core.data.profiled import Relation
from core.data.scored import QuickScore
from core.evaluation import Comparison, Difference, Evaluation, Importance, MetricValue
from core.evaluation.checking import Evidence
from core.evaluation.curves import calibration_of


def sound() -> Evaluation:
    rng = np.random.default_rng(0)
    p = np.linspace(0.01, 0.99, 1_000)
    ranked = (("a", 0.10), ("b", 0.08), ("c", 0.01))
    return Evaluation(
        task="binary",
        model_name="LightGBM",
        target="churn",
        metric="roc_auc",
        n_rows=1_000,
        n_dropped=0,
        confidence=0.95,
        metrics={"roc_auc": auc(0.85)},
        calibration=calibration_of((rng.random(1_000) < p).astype(float), p, "yes"),
        importance=tuple(Importance(n, v, v - 0.02, v + 0.02) for n, v in ranked),
    )


def auc(value: float, half: float = 0.02) -> MetricValue:
    return MetricValue(
        "roc_auc", "ROC AUC", value, value - half, value + half, True, ""
    )


def against(low: float, high: float, second: float = 0.5) -> Comparison:
    between = (low + high) / 2
    found = Difference(
        "roc_auc", "ROC AUC", second + between, second, between, low, high, True, ""
    )
    return Comparison("LightGBM", "Baseline", 1_000, 0.95, {"roc_auc": found})


def full(**changed: object) -> Evidence:
    """Return everything that can be known of a sound model, or changed."""
    whole = Evidence(
        sound(),
        against(0.33, 0.37),
        train_score=0.9,
        claimed=0.35,
        alone=(Relation("a", "AUC", 0.7, 0.68, 0.4, 1_000),),
        apart=QuickScore("AUC", 0.51, 0.48, 0.54, 1_000, 3, ()),
        n_each=1_000,
        refits=(0.84, 0.85, 0.86),
        groups={"plan a": 500, "plan b": 60},
    )
    return replace(whole, **changed)
