"""How well the model probably does where outcomes are not known yet.

Confidence-based estimation for classes: a calibrator learned on labelled rows turns
each captured probability into a chance, and outcomes drawn by these chances give the
metric and its band. Where the inputs have moved, labelled rows that resemble the window
calibrate (`core.monitoring.pape`). It cannot see that the relation between inputs and
target itself has changed; every series says so in its note. (Numbers:
`core.monitoring.error_size`.)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.target import Task
from core.errors import MonitoringError
from core.modeling.scoring import Metric, find_metric
from core.monitoring.calibrator import Calibrator, bootstrap_calibrators, logit
from core.monitoring.pape import MIN_EFFECTIVE, Labelled, resemble
from core.monitoring.performance import (
    MIN_LABELS,
    PerformanceSeries,
    WindowPerformance,
    as_arrays,
)
from core.monitoring.windows import Period, Window, cut_windows

Float = NDArray[np.float64]
Band = tuple[float, float, float]
Rows = pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]
"""Answers, or answers and inputs."""
How = tuple[Metric, Task, object]

MIN_CALIBRATION = 100
N_LABELS = 10
N_PSEUDO = 16
PSEUDO_ROWS = 1_000
MOST_WIDENED = 2.0
MOST_ROWS = 5_000

NOTE = (
    "Estimated without outcomes, from the model's own probabilities. It cannot see "
    "that the relation between inputs and target has changed."
)


def estimate_performance(
    labelled: Rows,
    current: Rows,
    *,
    task: Task,
    pos_label: object = None,
    metric: str | None = None,
    window: Period | int = "month",
) -> PerformanceSeries:
    """Estimate a classifier's metric in windows whose outcomes are not known.

    Parameters
    ----------
    labelled : DataFrame, or tuple of (meta, inputs)
        ``prediction``, ``probability`` and ``outcome`` of rows the model was not
        trained on; at least 100 with both classes.
    current : DataFrame, or tuple of (meta, inputs)
        ``at``, ``prediction`` and ``probability`` of the rows to judge. Where both
        come with their inputs, row by row, a window that can be told from the labelled
        rows (AUC of .52) is calibrated on those that resemble it; one that fewer than
        about 100 of them resemble has no estimate.
    task : {"binary", "multiclass"}
        Of several classes the captured probability is that of the predicted one, so
        accuracy alone can be estimated.
    pos_label : object, default=None
        Label of the positive class; needed for two classes.
    metric : str, default=None
        ROC AUC for two classes and accuracy for more when not given.
    window : {"hour", "day", "week", "month"} or int, default="month"

    Returns
    -------
    PerformanceSeries
        With a band of 95%: 20 bootstrapped calibrators by 10 draws of outcomes, widened
        to what pseudo-windows of the labelled rows show.

    Raises
    ------
    MonitoringError
        With fewer than 100 labelled rows, one class only, or numbers as target.
    """
    if task == "regression":
        raise MonitoringError(
            "Numbers have no probability to estimate from.",
            hint="Use estimate_error, which learns how large errors are.",
        )
    chosen = find_metric(metric or ("accuracy" if task == "multiclass" else None), task)
    before, inputs = labelled if isinstance(labelled, tuple) else (labelled, None)
    meta, inputs_now = current if isinstance(current, tuple) else (current, None)
    known = before["outcome"].notna() & before["probability"].notna()
    rows = before[known]
    score, right = _scores_and_truth(rows, task, pos_label)
    how = (chosen, task, pos_label)
    learned = Learned(
        rows, score, right, _widening(rows, score, right, how), _counted(inputs, known)
    )
    windows = []
    for part in cut_windows(meta["at"], window):
        now = None if inputs_now is None else inputs_now.iloc[part.rows]
        windows.append(_estimate(meta.iloc[part.rows], now, part, learned, how))
    return PerformanceSeries(
        chosen.name, chosen.title, chosen.higher_is_better, tuple(windows), True, NOTE
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """What estimates learn from, one entry for each labelled row.

    Attributes
    ----------
    rows : DataFrame
    score : ndarray of shape (n_rows,)
    right : ndarray of bool, shape (n_rows,)
    widening : float
        Times by which the band is widened.
    inputs : Labelled or None
    """

    rows: pd.DataFrame
    score: Float
    right: NDArray[np.bool_]
    widening: float
    inputs: Labelled | None


def _counted(inputs: pd.DataFrame | None, known: "pd.Series[bool]") -> Labelled | None:
    if inputs is None:
        return None
    return Labelled.of(inputs[known.to_numpy()].reset_index(drop=True))


def _scores_and_truth(
    rows: pd.DataFrame, task: Task, pos_label: object
) -> tuple[Float, NDArray[np.bool_]]:
    """Probabilities, and whether what they are the probability of came true."""
    accuracy = find_metric("accuracy", task)
    truth, named = as_arrays(rows, accuracy, task, pos_label)
    right = truth == 1 if task == "binary" else truth == named
    if len(rows) < MIN_CALIBRATION or right.all() or not right.any():
        raise MonitoringError(
            f"{len(rows):,} outcomes are too few to estimate from.",
            hint=f"Bring in at least {MIN_CALIBRATION} outcomes of different classes.",
        )
    return rows["probability"].to_numpy(np.float64), right


def _estimate(
    meta: pd.DataFrame,
    inputs: pd.DataFrame | None,
    window: Window,
    learned: Learned,
    how: How,
) -> WindowPerformance:
    rng = np.random.default_rng(0)
    usable = meta[meta["probability"].notna()]
    n_rows = len(usable)
    weights = None
    if inputs is not None and learned.inputs is not None and n_rows >= MIN_LABELS:
        near = resemble(learned.inputs, inputs)
        weights = near.weights if near is not None and near.shifted else None
        if weights is not None and near is not None and near.effective < MIN_EFFECTIVE:
            return summarise(window, meta, None)
    if n_rows < MIN_LABELS:
        return summarise(window, meta, None)
    calibrators = bootstrap_calibrators(
        learned.score, learned.right, rng, weights=weights
    )
    rows = usable.sample(min(n_rows, MOST_ROWS), random_state=rng)
    values = _draw_values(rows, calibrators, how, rng, N_LABELS)
    shrink = learned.widening * np.sqrt(len(rows) / max(n_rows, 1))
    return summarise(window, meta, _band(values, shrink))


def _draw_values(
    rows: pd.DataFrame,
    calibrators: list[Calibrator],
    how: How,
    rng: np.random.Generator,
    times: int,
) -> Float:
    """Return the metric against outcomes drawn by each calibrator's chances."""
    metric, task, pos_label = how
    score = rows["probability"].to_numpy(np.float64)
    output = _output(rows, metric, task, pos_label)
    drawn: list[float] = []
    for calibrate in calibrators:
        chance = calibrate(score)
        for _ in range(times):
            y = (rng.random(score.size) < chance).astype(np.float64)
            drawn.append(metric.score(y, output))
    return np.array(drawn)[np.isfinite(drawn)]


def _widening(
    rows: pd.DataFrame, score: Float, right: NDArray[np.bool_], how: How
) -> float:
    """Return by what factor bands must be wider to hold on pseudo-windows.

    One half of the labelled rows calibrates, windows drawn from the other are judged:
    one of two as it is, one tilted to the surer or to the less sure probabilities.
    """
    rng = np.random.default_rng(1)
    misses = []
    for turn in range(N_PSEUDO):
        part = rng.permutation(score.size)
        fit, rest = part[: score.size // 2], part[score.size // 2 :]
        if right[fit].all() or not right[fit].any():
            continue
        tilt = (turn % 4 - 1) / 2 if turn % 2 == 0 else 0.0
        odds = np.exp(tilt * np.abs(logit(score[rest])))
        drawn = rng.choice(rest, min(rest.size, PSEUDO_ROWS), p=odds / odds.sum())
        calibrators = bootstrap_calibrators(score[fit], right[fit], rng, times=5)
        values = _draw_values(rows.iloc[drawn], calibrators, how, rng, 4)
        output = _output(rows.iloc[drawn], *how)
        truth = right[drawn].astype(np.float64)
        if values.size > 2 and 0 < truth.sum() < truth.size and values.std() > 0:
            miss = abs(how[0].score(truth, output) - values.mean())
            misses.append(miss / (1.96 * values.std()))
    if len(misses) < N_PSEUDO // 2:
        return 1.0
    return float(np.clip(np.quantile(misses, 0.95), 1.0, MOST_WIDENED))


def _band(values: Float, shrink: float) -> Band | None:
    """Mean and 95% of drawn values, narrowed to the window's full number of rows."""
    if values.size < 2:
        return None
    middle = float(values.mean())
    low, high = middle + (np.quantile(values, [0.025, 0.975]) - middle) * shrink
    return middle, float(low), float(high)


def _output(rows: pd.DataFrame, metric: Metric, task: Task, pos_label: object) -> Float:
    """Return what drawn outcomes are compared with (of several classes: "right")."""
    if task == "multiclass":
        return np.ones(len(rows))
    named = rows.assign(outcome=rows["prediction"])
    return as_arrays(named, metric, task, pos_label)[1]


def summarise(
    window: Window, meta: pd.DataFrame, band: Band | None
) -> WindowPerformance:
    """Return a window's estimate: value, low and high, or that there is none."""
    value, low, high = band or (None, None, None)
    n_labels = int(meta["outcome"].notna().sum()) if "outcome" in meta else 0
    return WindowPerformance(
        label=window.label,
        start=window.start,
        end=window.end,
        n_rows=window.n_rows,
        n_labels=n_labels,
        value=value,
        low=low,
        high=high,
        enough=band is not None,
    )
