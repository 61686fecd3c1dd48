"""How well the model probably does where outcomes are not known yet.

Confidence-based estimation for classes: a calibrator learned on labelled rows turns
each captured probability into a chance, and outcomes drawn by these chances give the
metric and its band. It cannot see that the relation between inputs and target itself
has changed; every series says so in its note. (Numbers: `core.monitoring.error_size`.)
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from core.data.target import Task
from core.errors import MonitoringError
from core.modeling.scoring import Metric, find_metric
from core.monitoring.performance import (
    MIN_LABELS,
    PerformanceSeries,
    WindowPerformance,
    as_arrays,
)
from core.monitoring.windows import Period, Window, cut_windows

Float = NDArray[np.float64]
Calibrator = Callable[[Float], Float]
Band = tuple[float, float, float]

MIN_CALIBRATION = 100
ISOTONIC_FROM = 1_000
N_CALIBRATORS = 20
N_LABELS = 10
MOST_ROWS = 5_000

NOTE = (
    "Estimated without outcomes, from the model's own probabilities. It cannot see "
    "that the relation between inputs and target has changed."
)


def estimate_performance(
    labelled: pd.DataFrame,
    current: pd.DataFrame,
    *,
    task: Task,
    pos_label: object = None,
    metric: str | None = None,
    window: Period | int = "month",
) -> PerformanceSeries:
    """Estimate a classifier's metric in windows whose outcomes are not known.

    Parameters
    ----------
    labelled : DataFrame
        ``prediction``, ``probability`` and ``outcome`` of rows the model was not
        trained on; at least 100 with both classes.
    current : DataFrame
        ``at``, ``prediction`` and ``probability`` of the rows to judge.
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
        With a band of 95%: 20 bootstrapped calibrators by 10 draws of outcomes.

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
    rng = np.random.default_rng(0)
    score, right = _scores_and_truth(labelled, task, pos_label)
    calibrators = _bootstrap_calibrators(score, right, rng)
    windows = tuple(
        _estimate(
            current.iloc[part.rows], part, chosen, calibrators, (task, pos_label), rng
        )
        for part in cut_windows(current["at"], window)
    )
    return PerformanceSeries(
        chosen.name, chosen.title, chosen.higher_is_better, windows, True, NOTE
    )


def _scores_and_truth(
    labelled: pd.DataFrame, task: Task, pos_label: object
) -> tuple[Float, NDArray[np.bool_]]:
    """Probabilities, and whether what they are the probability of came true."""
    known = labelled["outcome"].notna() & labelled["probability"].notna()
    rows = labelled[known]
    accuracy = find_metric("accuracy", task)
    truth, named = as_arrays(rows, accuracy, task, pos_label)
    right = truth == 1 if task == "binary" else truth == named
    if len(rows) < MIN_CALIBRATION or right.all() or not right.any():
        raise MonitoringError(
            f"{len(rows):,} outcomes are too few to estimate from.",
            hint=f"Bring in at least {MIN_CALIBRATION} outcomes of different classes.",
        )
    return rows["probability"].to_numpy(np.float64), right


def _bootstrap_calibrators(
    score: Float, right: NDArray[np.bool_], rng: np.random.Generator
) -> list[Calibrator]:
    calibrators = []
    for _ in range(N_CALIBRATORS):
        drawn = rng.integers(0, score.size, score.size)
        if right[drawn].all() or not right[drawn].any():
            drawn = np.arange(score.size)
        calibrators.append(fit_calibrator(score[drawn], right[drawn]))
    return calibrators


def fit_calibrator(score: Float, right: NDArray[np.bool_]) -> Calibrator:
    """Learn the chance that belongs to a probability: isotonic from 1,000 rows.

    Parameters
    ----------
    score : ndarray of shape (n_rows,), in [0, 1]
    right : ndarray of bool, shape (n_rows,)

    Returns
    -------
    callable
        Takes probabilities and returns chances, each of shape (n_rows,).

    Examples
    --------
    >>> score = np.tile([0.2, 0.8], 600)
    >>> fit_calibrator(score, score > 0.5)(np.array([0.2, 0.8])).tolist()
    [0.0, 1.0]
    """
    if score.size >= ISOTONIC_FROM:
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        isotonic.fit(score, right.astype(float))
        return lambda new: np.asarray(isotonic.predict(new), dtype=np.float64)
    sigmoid = LogisticRegression().fit(_logit(score)[:, None], right)
    return lambda new: np.asarray(sigmoid.predict_proba(_logit(new)[:, None])[:, 1])


def _logit(p: Float) -> Float:
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    logit: Float = np.log(clipped / (1 - clipped))
    return logit


def _estimate(
    meta: pd.DataFrame,
    window: Window,
    metric: Metric,
    calibrators: list[Calibrator],
    how: tuple[Task, object],
    rng: np.random.Generator,
) -> WindowPerformance:
    usable = meta[meta["probability"].notna()]
    n_rows = len(usable)
    rows = usable.sample(min(n_rows, MOST_ROWS), random_state=rng)
    score = rows["probability"].to_numpy(np.float64)
    drawn: list[float] = []
    if n_rows >= MIN_LABELS:
        output = _output(rows, metric, *how)
        for calibrate in calibrators:
            chance = calibrate(score)
            for _ in range(N_LABELS):
                y = (rng.random(score.size) < chance).astype(np.float64)
                drawn.append(metric.score(y, output))
    values = np.array(drawn)[np.isfinite(drawn)]
    return summarise(window, meta, _band(values, np.sqrt(len(rows) / max(n_rows, 1))))


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
