"""What a counterfactual shall reach: another class, or a number within a range."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from core.errors import EvaluationError
from core.evaluation.explaining.counterfactual import Shortfall
from core.modeling.metrics import Floats
from core.modeling.model import Model

Answer = Callable[[Mapping[str, Any], int], Floats]
"""Plain columns of n_rows rows in; what `Model.output` gives out."""

_BEYOND: Final = 1e-12


def class_wish(model: Model, answer: Answer, label: Any) -> Shortfall:
    """Return how far answers are from a class being decided on.

    Of two classes the model's threshold decides, of several the greatest
    probability.

    Raises
    ------
    EvaluationError
        The model knows no such class, or no class at all.
    """
    labels = [] if model.classes_ is None else [str(c) for c in model.classes_.tolist()]
    if str(label) not in labels:
        known = f"such as {labels[0]!r}" if labels else "a range of numbers instead"
        raise EvaluationError(
            f"The model cannot answer {str(label)[:60]!r}.", hint=f"Wish for {known}."
        )
    code = labels.index(str(label))
    threshold = 0.5 if model.threshold is None else model.threshold

    def shortfall(raw: Mapping[str, Any], n_rows: int) -> Floats:
        output = answer(raw, n_rows)
        if model.task == "binary":
            left = threshold - output[:, 1]
            return left if code == 1 else _BEYOND - left
        others = np.delete(output, code, axis=1).max(axis=1)
        return np.asarray(others - output[:, code] + _BEYOND)

    return shortfall


def range_wish(
    answer: Answer, low: float | None = None, high: float | None = None
) -> Shortfall:
    """Return how far answers are from a range; None is an open end.

    Raises
    ------
    EvaluationError
        Both ends are open, or they are in the wrong order.

    Examples
    --------
    >>> wish = range_wish(lambda raw, n: raw["age"], low=3.0)
    >>> wish({"age": np.array([1.0, 4.0])}, 2).tolist()
    [2.0, -1.0]
    """
    least = -np.inf if low is None else low
    most = np.inf if high is None else high
    if not least <= most or (low is None and high is None):
        raise EvaluationError(
            "The wished range has no inside.",
            hint="Give a lower end, an upper end, or both in this order.",
        )

    def shortfall(raw: Mapping[str, Any], n_rows: int) -> Floats:
        output = answer(raw, n_rows)
        return np.asarray(np.maximum(least - output, output - most))

    return shortfall
