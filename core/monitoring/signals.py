"""What a rule can watch: one number a window, larger is worse.

A signal that cannot be told (too few rows, no outcome yet) is None, and no rule counts
such a window for or against.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.findings import Finding
from core.monitoring.performance import PerformanceSeries
from core.monitoring.report import DriftReport

OF_SERVICE: Final = ("errors", "warnings", "latency")
"""Signals of answering: columns have no part in them."""
COLUMN: Final = "column:"
"""Before a column's name: the drift of that column alone."""


@dataclass(frozen=True)
class Signal:
    """What a signal is called and what its number means.

    Attributes
    ----------
    name, title : str
    unit : str
        What a threshold is given in.
    usual : float
        The threshold that is suggested.
    """

    name: str
    title: str
    unit: str
    usual: float


SIGNALS: Final = {
    each.name: each
    for each in (
        Signal("quality", "Data broken", "grave findings", 0.0),
        Signal("missing", "More values missing", "share of rows more", 0.05),
        Signal("columns", "Any column drifts", "standard deviations", 0.10),
        Signal("joint", "Columns part from each other", "correlation", 0.06),
        Signal("predictions", "Predictions drift", "standard deviations", 0.10),
        Signal("realised", "Performance, from outcomes", "points lost", 0.0),
        Signal("estimated", "Performance, estimated", "points lost", 0.0),
        Signal("errors", "Calls not answered", "share of calls, at least", 0.05),
        Signal("warnings", "Answers with a warning", "share of answers", 0.20),
        Signal("latency", "Slow answers (95th percentile)", "milliseconds", 500.0),
    )
}


def drift_signals(
    quality: Iterable[Finding], drift: DriftReport, answers: DriftReport
) -> dict[str, float | None]:
    """Return the signals of quality and drift.

    Parameters
    ----------
    quality : iterable of Finding
    drift, answers : DriftReport
        Of the columns, and of the model's answers.
    """
    broken = sum(each.severity == "problem" for each in quality)
    signals: dict[str, float | None] = {"quality": float(broken)}
    told = drift.enough
    signals["missing"] = _missing(drift) if told else None
    effects = sure_effects(drift)
    signals["columns"] = max(effects.values(), default=0.0) if told else None
    signals["joint"] = _joint(drift) if told else None
    moved = sure_effects(answers)
    signals["predictions"] = (
        max(moved.values(), default=0.0) if answers.enough else None
    )
    for name, effect in effects.items():
        if effect:
            signals[f"{COLUMN}{name}"] = effect
    return signals


def sure_effects(drift: DriftReport) -> dict[str, float]:
    """Return each column's effect, 0 where chance explains it."""
    return {
        name: column.effect if column.changed and drift.enough else 0.0
        for name, column in drift.columns.items()
    }


def _missing(drift: DriftReport) -> float:
    seen = [column.distribution for column in drift.columns.values()]
    risen = [each.missing_now - each.missing_before for each in seen]
    return max([0.0, *risen])


def _joint(drift: DriftReport) -> float:
    """Size of a joint change that no column alone shows; else 0."""
    joint = drift.multivariate
    if drift.drifted_names:
        return 0.0
    if joint.dependence_drifted:
        pairs = joint.dependence.pairs
        return max((p.effect for p in pairs if p.p_value <= drift.alpha), default=0.0)
    if joint.domain_drifted and joint.domain is not None:
        return 2 * (joint.domain.auc - 0.5)
    return 0.0


def service_signals(meta: pd.DataFrame) -> dict[str, float | None]:
    """Return the signals of answering, from captured predictions.

    Examples
    --------
    >>> meta = pd.DataFrame({"latency_ms": [1.0, 3.0], "warnings": [[], ["x"]]})
    >>> service_signals(meta)
    {'warnings': 0.5, 'latency': 2.9}
    """
    if not len(meta):
        return {"warnings": None, "latency": None}
    warned = float(np.mean([bool(each) for each in meta["warnings"]]))
    times = meta["latency_ms"].dropna()
    slow = round(float(times.quantile(0.95)), 6) if len(times) else None
    return {"warnings": warned, "latency": slow}


def points_lost(
    series: PerformanceSeries | None, expected: Mapping[str, Any] | None
) -> float | None:
    """Return by how much the last window is surely worse than the test rows.

    The distance between the two 95% intervals where they part, 0 where they meet.

    Parameters
    ----------
    series : PerformanceSeries or None
    expected : mapping or None
        ``low`` and ``high`` of the same metric on the test rows.

    Examples
    --------
    >>> points_lost(None, {"low": 0.8, "high": 0.9}) is None
    True
    """
    if series is None or not series.windows or expected is None:
        return None
    window = series.windows[-1]
    ends = (window.low, window.high, expected.get("low"), expected.get("high"))
    if not window.enough or any(end is None for end in ends):
        return None
    low, high, usual_low, usual_high = (float(end) for end in ends if end is not None)
    gap = usual_low - high if series.higher_is_better else low - usual_high
    return max(gap, 0.0)
