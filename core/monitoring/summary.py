"""What is kept of a window once it is summarised: all that charts and rules read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.monitoring.performance import PerformanceSeries

Signals = Mapping[str, float | None]
"""Value of each signal by name; None where it cannot be told."""


@dataclass(frozen=True, eq=False)
class WindowSummary:
    """One window of one version, in plain figures.

    Attributes
    ----------
    label : str
    start, end : datetime
        Aware, in UTC.
    n_rows, n_labels : int
        Predictions, and those whose outcome is known.
    enough : bool
        Whether there are rows enough to judge.
    sentence : str
        What became of the columns, in one sentence.
    signals : mapping of str to float or None
        What rules compare with their thresholds; see `core.monitoring.signals`.
    effects : mapping of column name to float
        Size of each column's change, 0 where chance explains it.
    harm : mapping of column name to float
        How far the change of each changed column moves the answers.
    realised, estimated : PerformanceSeries or None
        Of this window alone.
    faults : tuple of str
        What is broken, in words.
    service : mapping of str to float
        How the version answered; see `core.monitoring.service_metrics`.
    """

    label: str
    start: datetime
    end: datetime
    n_rows: int
    n_labels: int
    enough: bool
    sentence: str
    signals: Signals
    effects: Mapping[str, float]
    harm: Mapping[str, float]
    realised: PerformanceSeries | None = None
    estimated: PerformanceSeries | None = None
    faults: tuple[str, ...] = ()
    service: Mapping[str, float] = field(default_factory=dict)

    @property
    def first_columns(self) -> tuple[str, ...]:
        """The three columns to look at first: by harm, then by change."""
        moved = [name for name, effect in self.effects.items() if effect > 0]
        ranked = sorted(
            moved, key=lambda n: (-self.harm.get(n, 0.0), -self.effects[n], n)
        )
        return tuple(ranked[:3])

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as JSON-ready values."""
        times = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        series = {
            name: None if each is None else each.to_dict()
            for name, each in (
                ("realised", self.realised),
                ("estimated", self.estimated),
            )
        }
        plain = {
            name: dict(each)
            for name, each in (
                ("signals", self.signals),
                ("effects", self.effects),
                ("harm", self.harm),
                ("service", self.service),
            )
        }
        return {**vars(self), **times, **series, **plain}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "WindowSummary":
        """Return the summary that `to_dict` wrote."""
        times = {key: datetime.fromisoformat(values[key]) for key in ("start", "end")}
        series = {
            key: None
            if values[key] is None
            else PerformanceSeries.from_dict(values[key])
            for key in ("realised", "estimated")
        }
        faults = {"faults": tuple(values["faults"])}
        return cls(**{**values, **times, **series, **faults})


def join_series(parts: Iterable[PerformanceSeries | None]) -> PerformanceSeries | None:
    """Return the windows of many series as one, earliest first; None without any.

    Parts that measure something else than the last are left out: a metric may have
    been chosen anew.

    Examples
    --------
    >>> a = PerformanceSeries("mae", "MAE", False, ())
    >>> join_series([a, None, a]).metric, join_series([None]) is None
    ('mae', True)
    """
    given = [part for part in parts if part is not None]
    if not given:
        return None
    kept = [part for part in given if part.metric == given[-1].metric]
    windows = [window for part in kept for window in part.windows]
    ordered = tuple(sorted(windows, key=lambda window: window.start))
    return replace(given[-1], windows=ordered)
