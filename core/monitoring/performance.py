"""How well the model does on what came in, once outcomes are known."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import cell_text
from core.data.target import Task
from core.errors import MonitoringError
from core.modeling.scoring import Metric, find_metric, score_interval
from core.monitoring.windows import Period, Window, cut_windows

MIN_LABELS = 30
"""Windows with fewer outcomes are shown in grey, without a verdict."""

HALF = 0.5

_FROM_LABELS = {"multiclass": "accuracy", "regression": "mae"}
"""Metrics that captured answers suffice for, and that can be estimated as well."""


@dataclass(frozen=True)
class WindowPerformance:
    """One window's metric.

    Attributes
    ----------
    label : str
    start, end : Timestamp
        Aware, in UTC.
    n_rows, n_labels : int
        Predictions in the window, and those whose outcome is known.
    value, low, high : float or None
        The metric and its 95% interval; None when it cannot be computed.
    enough : bool
        Whether there are at least 30 outcomes, and a metric.
    """

    label: str
    start: pd.Timestamp
    end: pd.Timestamp
    n_rows: int
    n_labels: int
    value: float | None
    low: float | None
    high: float | None
    enough: bool

    @property
    def coverage(self) -> float:
        """Share of the window's predictions whose outcome is known."""
        return self.n_labels / self.n_rows if self.n_rows else 0.0


@dataclass(frozen=True)
class PerformanceSeries:
    """A metric over time.

    Attributes
    ----------
    metric, title : str
    higher_is_better : bool
    windows : tuple of WindowPerformance
        Earliest first.
    estimated : bool
        Whether values are estimates made without outcomes.
    note : str
        What the figures cannot see; empty when they are realised.
    """

    metric: str
    title: str
    higher_is_better: bool
    windows: tuple[WindowPerformance, ...]
    estimated: bool = False
    note: str = ""

    @property
    def n_labels(self) -> int:
        """Number of outcomes in all windows."""
        return sum(window.n_labels for window in self.windows)

    def frame(self) -> pd.DataFrame:
        """Return one row per window, for a table or a download."""
        rows = [{**asdict(w), "coverage": w.coverage} for w in self.windows]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the series as JSON-ready values."""
        windows = [
            {**asdict(w), "start": w.start.isoformat(), "end": w.end.isoformat()}
            for w in self.windows
        ]
        return {**vars(self), "windows": windows}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "PerformanceSeries":
        """Return the series that `to_dict` wrote."""
        times = ("start", "end")
        windows = tuple(
            WindowPerformance(**{**w, **{key: pd.Timestamp(w[key]) for key in times}})
            for w in values["windows"]
        )
        return cls(**{**values, "windows": windows})


def realised_performance(
    meta: pd.DataFrame,
    *,
    task: Task,
    pos_label: object = None,
    metric: str | None = None,
    window: Period | int = "month",
) -> PerformanceSeries:
    """Compute the metric in each window of time, from outcomes that have arrived.

    Parameters
    ----------
    meta : DataFrame of shape (n_rows, at least 3)
        ``at`` (time of the prediction), ``prediction``, ``outcome`` (missing where it
        is not known yet) and, for two classes, ``probability`` of `pos_label`.
    task : {"binary", "multiclass", "regression"}
    pos_label : object, default=None
        Label of the positive class; needed for two classes.
    metric : str, default=None
        The task's usual one when not given (ROC AUC, accuracy, MAE).
    window : {"hour", "day", "week", "month"} or int, default="month"
        As in `cut_windows`.

    Returns
    -------
    PerformanceSeries

    Raises
    ------
    MonitoringError
        When a column is absent, or the metric cannot be had from captured answers.

    Examples
    --------
    >>> meta = pd.DataFrame({
    ...     "at": pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC"),
    ...     "prediction": [1.0] * 40, "outcome": [1.5] * 40})
    >>> series = realised_performance(meta, task="regression", metric="mae")
    >>> series.windows[0].value, series.windows[0].n_labels
    (0.5, 40)
    """
    chosen = find_metric(metric or _FROM_LABELS.get(task), task)
    _refuse_absent(meta, chosen, task)
    known = meta["outcome"].notna().to_numpy()
    if chosen.needs_probability:
        known = known & meta["probability"].notna().to_numpy()
    windows = tuple(
        _score(meta, part, part.rows[known[part.rows]], chosen, (task, pos_label))
        for part in cut_windows(meta["at"], window)
    )
    return PerformanceSeries(
        chosen.name, chosen.title, chosen.higher_is_better, windows
    )


def _refuse_absent(meta: pd.DataFrame, metric: Metric, task: Task) -> None:
    needed = ["at", "prediction", "outcome"]
    needed += ["probability"] if metric.needs_probability else []
    absent = [name for name in needed if name not in meta.columns]
    if absent:
        raise MonitoringError(
            f"Captured predictions lack {', '.join(absent)}.",
            hint="Read them from the prediction log with their outcomes.",
        )
    if task == "multiclass" and metric.needs_probability:
        raise MonitoringError(
            f"{metric.title} needs every class's probability, which is not captured.",
            hint="Choose a metric of predicted classes, such as accuracy.",
        )


def _score(
    meta: pd.DataFrame,
    window: Window,
    rows: NDArray[np.int64],
    metric: Metric,
    how: tuple[Task, object],
) -> WindowPerformance:
    value = low = high = None
    if rows.size >= 2:
        y, output = as_arrays(meta.iloc[rows], metric, *how)
        if metric.name not in ("roc_auc", "pr_auc") or 0 < y.sum() < y.size:
            value = metric.score(y, output)
            low, high = score_interval(metric, y, output)
    values = [
        None if x is None or np.isnan(x) else float(x) for x in (value, low, high)
    ]
    return WindowPerformance(
        label=window.label,
        start=window.start,
        end=window.end,
        n_rows=window.n_rows,
        n_labels=int(rows.size),
        value=values[0],
        low=values[1],
        high=values[2],
        enough=rows.size >= MIN_LABELS and values[0] is not None,
    )


def as_arrays(
    meta: pd.DataFrame, metric: Metric, task: Task, pos_label: object
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return outcomes and predictions in the form that metrics take.

    Returns
    -------
    y : ndarray of shape (n_rows,)
        Numbers, or codes of the classes (1 is the positive one of two).
    output : ndarray of shape (n_rows,) or (n_rows, 2)
        Numbers or codes; probabilities where the metric needs them.
    """
    if task == "regression":
        pair = (meta["outcome"], meta["prediction"])
        y, output = (pd.to_numeric(each).to_numpy(np.float64) for each in pair)
        return y, output
    truth, named = (as_words(meta[name]) for name in ("outcome", "prediction"))
    if task == "binary":
        positive = cell_text(pos_label)
        y = (truth == positive).astype(np.float64)
        if metric.needs_probability:
            p = meta["probability"].to_numpy(np.float64)
            return y, np.column_stack([1 - p, p])
        return y, (named == positive).astype(np.float64)
    codes, _ = pd.factorize(np.concatenate([truth, named]))
    y, output = np.split(codes.astype(np.float64), 2)
    return y, output


def as_words(labels: "pd.Series[Any]") -> NDArray[np.str_]:
    """Return labels as text by which outcome and prediction are matched.

    Examples
    --------
    >>> as_words(pd.Series([1, 1.0, "yes", True], dtype=object)).tolist()
    ['1', '1', 'yes', 'True']
    """
    return np.array([cell_text(label) for label in labels], dtype=str)


@dataclass(frozen=True)
class TrackRecord:
    """How right estimates were, in the windows whose outcomes have arrived.

    Attributes
    ----------
    n_windows : int
    mean_error : float
        Mean distance of the estimate from the realised metric.
    n_held : int
        Windows whose realised metric lay within the estimate's band.
    """

    n_windows: int
    mean_error: float
    n_held: int


def track_record(
    realised: PerformanceSeries, estimated: PerformanceSeries
) -> TrackRecord | None:
    """Compare estimates with what came true; None while no window has both.

    Only windows count in which at least half of the outcomes are known: the realised
    metric of fewer is of other rows than the estimate's.

    Parameters
    ----------
    realised, estimated : PerformanceSeries
        Of one metric.
    """
    given = {window.start: window for window in estimated.windows if window.enough}
    errors, n_held = [], 0
    for window in realised.windows:
        guess = given.get(window.start)
        known = window.value is not None and window.enough and window.coverage >= HALF
        if guess is None or not known:
            continue
        value, guessed = window.value, (guess.value, guess.low, guess.high)
        if value is None or any(each is None for each in guessed):
            continue
        middle, low, high = (float(each) for each in guessed if each is not None)
        errors.append(abs(value - middle))
        n_held += low <= value <= high
    if not errors:
        return None
    return TrackRecord(len(errors), float(np.mean(errors)), n_held)
