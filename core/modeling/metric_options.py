"""Parameters of metrics: what may be set, within which bounds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.errors import ModelingError


@dataclass(frozen=True)
class MetricOption:
    """One parameter of a metric.

    Attributes
    ----------
    name, title : str
    default, low, high : float
        The bounds belong to the range.
    about : str
        What it does, in one sentence.
    """

    name: str
    title: str
    default: float
    low: float
    high: float
    about: str


OPTIONS: Final = MappingProxyType(
    {
        "f_beta": (
            MetricOption(
                "beta", "Beta", 2.0, 0.1, 10.0,
                "Recall (positives found) counts so many times as much as precision.",
            ),
        ),
        "cost": (
            MetricOption(
                "false_positive", "Cost of a false alarm", 1.0, 0.0, 1e9,
                "In money, for each row that is wrongly called positive.",
            ),
            MetricOption(
                "false_negative", "Cost of a missed positive", 5.0, 0.0, 1e9,
                "In money, for each positive row that is not called so.",
            ),
            MetricOption(
                "true_positive", "Cost of a found positive", 0.0, -1e9, 1e9,
                "In money, for each positive row that is found; a gain is negative.",
            ),
            MetricOption(
                "true_negative", "Cost of a row left alone", 0.0, -1e9, 1e9,
                "In money, for each negative row that is called so.",
            ),
        ),
        "pinball": (
            MetricOption(
                "alpha", "Quantile", 0.9, 0.01, 0.99,
                "The share of rows whose true number should lie below the prediction.",
            ),
        ),
    }
)  # fmt: skip
"""Parameters by the name of the metric; the others have none."""


def checked_options(name: str, options: Mapping[str, float]) -> dict[str, float]:
    """Return a metric's parameters as numbers within their bounds.

    Raises
    ------
    ModelingError
        There is no such parameter, or its value is out of bounds.

    Examples
    --------
    >>> checked_options("f_beta", {"beta": 2})
    {'beta': 2.0}
    """
    known = {option.name: option for option in OPTIONS.get(name, ())}
    for key, value in options.items():
        if key not in known:
            raise ModelingError(
                f"The metric {name!r} has no parameter {key!r}.",
                hint=f"It has: {', '.join(known) or 'none'}.",
            )
        option = known[key]
        if not (math.isfinite(value) and option.low <= value <= option.high):
            raise ModelingError(
                f"{option.title} cannot be {value}.",
                hint=f"Give a number from {option.low:g} to {option.high:g}.",
            )
    return {key: float(value) for key, value in options.items()}


def options_words(options: Mapping[str, float]) -> str:
    """Return parameters in a few words; costs that are 0 are left out.

    Examples
    --------
    >>> options_words({"beta": 2.0})
    'beta 2'
    """
    shown = {
        key: value
        for key, value in options.items()
        if value or not key.startswith("true_")
    }
    return ", ".join(
        f"{key.replace('_', ' ')} {value:g}" for key, value in shown.items()
    )
