"""How sure a model is, as plain values: what `runtime.uncertainty` takes."""

import math
from typing import Any

from core.deployment.encoders import Encoders
from core.deployment.estimators import describe_estimator
from core.modeling.model import Model
from core.modeling.prediction_intervals import IntervalRule
from core.modeling.prediction_sets import SetRule


def describe_uncertainty(model: Model, encoders: Encoders) -> dict[str, Any] | None:
    """Return what intervals or prediction sets need, at the model's coverage.

    Parameters
    ----------
    model : Model
    encoders : Encoders
        The encoder of the rows' difficulty is added when it is a new one.

    Returns
    -------
    dict or None
        None where the model promises neither.

    Raises
    ------
    DeploymentError
        The model of the rows' difficulty cannot be written.
    """
    rule = model.uncertainty
    if isinstance(rule, SetRule):
        scores = rule.small if rule.kind == "small" else rule.adaptive
        limit = scores.quantile(model.coverage)
        # Above every score stands for "all classes": JSON has no infinity.
        return {"kind": rule.kind, "limit": limit if math.isfinite(limit) else 9.0}
    if isinstance(rule, IntervalRule):
        return _describe_intervals(rule, model.coverage, encoders)
    if model.interval_quantile is None or model.classes_ is not None:
        return None
    return {"reach": float(model.interval_quantile), "difficulty": None}


def _describe_intervals(
    rule: IntervalRule, coverage: float, encoders: Encoders
) -> dict[str, Any] | None:
    reach = rule.scores.quantile(coverage)
    if not math.isfinite(reach):
        return None
    if rule.difficulty is None:
        return {"reach": reach, "difficulty": None}
    difficulty = {
        "encoder": encoders.place(rule.difficulty.encoder),
        "estimator": describe_estimator(rule.difficulty.estimator, 1),
        "floor": float(rule.difficulty.floor),
    }
    return {"reach": reach, "difficulty": difficulty}
