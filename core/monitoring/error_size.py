"""How large errors of predicted numbers probably are where outcomes are not known yet.

A second model learns, on labelled rows, the size of the first one's error from the
inputs; its answers are averaged over the window.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from core.errors import MonitoringError
from core.modeling.scoring import find_metric
from core.modeling.threads import one_thread
from core.monitoring.estimate import MIN_CALIBRATION, summarise
from core.monitoring.performance import MIN_LABELS, PerformanceSeries
from core.monitoring.reference import summarise_reference
from core.monitoring.window_counts import count_window
from core.monitoring.windows import Period, cut_windows

Float = NDArray[np.float64]

NOTE = (
    "Estimated without outcomes, from how large errors usually are on such rows. It "
    "cannot see that the relation between inputs and target has changed."
)


def estimate_error(
    labelled: tuple[pd.DataFrame, pd.DataFrame],
    current: tuple[pd.DataFrame, pd.DataFrame],
    *,
    window: Period | int = "month",
) -> PerformanceSeries:
    """Estimate the mean absolute error of predicted numbers, window by window.

    Parameters
    ----------
    labelled : tuple of (meta, inputs)
        ``prediction`` and ``outcome``, and the inputs, row by row, of at least 100
        rows the model was not trained on.
    current : tuple of (meta, inputs)
        ``at`` and ``prediction``, and the inputs, of the rows to judge.
    window : {"hour", "day", "week", "month"} or int, default="month"

    Returns
    -------
    PerformanceSeries

    Raises
    ------
    MonitoringError
        With fewer than 100 labelled rows.
    """
    known = labelled[0]["outcome"].notna().to_numpy()
    n_known = int(known.sum())
    if n_known < MIN_CALIBRATION:
        raise MonitoringError(
            f"{n_known:,} outcomes are too few to estimate from.",
            hint=f"Bring in at least {MIN_CALIBRATION} outcomes.",
        )
    meta, inputs = (each[known].reset_index(drop=True) for each in labelled)
    error = (meta["outcome"] - meta["prediction"]).abs().to_numpy(np.float64)
    expected, spread = expected_errors(inputs, error, current[1])
    windows = []
    for part in cut_windows(current[0]["at"], window):
        mean = float(expected[part.rows].mean())
        half = 1.959964 * spread * np.sqrt(1 / part.n_rows + 1 / n_known)
        band = (mean, max(mean - half, 0.0), mean + half)
        enough = part.n_rows >= MIN_LABELS
        rows = current[0].iloc[part.rows]
        windows.append(summarise(part, rows, band if enough else None))
    chosen = find_metric("mae", "regression")
    return PerformanceSeries(
        chosen.name, chosen.title, False, tuple(windows), True, NOTE
    )


def expected_errors(
    inputs: pd.DataFrame, error: Float, now: pd.DataFrame
) -> tuple[Float, float]:
    """Errors to expect on new rows, and how much single errors spread about that."""
    reference = summarise_reference(inputs)
    before = count_window(reference, inputs, limit=None).sample
    after = count_window(reference, now, limit=None).sample
    model = HistGradientBoostingRegressor(
        max_iter=60, max_leaf_nodes=8, early_stopping=False, random_state=0
    )
    with one_thread():
        folds = np.arange(error.size) % 2 == 0
        cross = np.empty(error.size)
        for fold in (folds, ~folds):
            cross[fold] = model.fit(before[~fold], error[~fold]).predict(before[fold])
        expected = model.fit(before, error).predict(after)
    return np.maximum(expected, 0.0), float((error - cross).std())
