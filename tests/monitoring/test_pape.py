"""Estimates where the inputs have moved: weighed, checked, or refused."""

import numpy as np
import pandas as pd
import pytest

from core.monitoring import estimate_performance
from core.monitoring.pape import Labelled, resemble
from core.monitoring.performance import (
    PerformanceSeries,
    WindowPerformance,
    track_record,
)

N_ROWS = 3_000


def stream(
    seed: int, n_rows: int, spread: float = 1.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows whose probability is right near the middle and too sure far out."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows) * spread
    y = (rng.random(n_rows) < 1 / (1 + np.exp(-np.clip(x, -1, 1)))).astype(int)
    chance = 1 / (1 + np.exp(-x))
    at = pd.date_range("2026-01-01", periods=n_rows, freq="min", tz="UTC")
    meta = pd.DataFrame(
        {"at": at, "prediction": y * 0, "probability": chance, "outcome": y}
    )
    return meta, pd.DataFrame({"x": x})


def test_weights_single_out_the_labelled_rows_that_resemble_a_window() -> None:
    _, inputs = stream(0, N_ROWS)
    near = resemble(Labelled.of(inputs), stream(1, 1_000, 2.0)[1])
    assert near is not None
    assert near.shifted
    assert near.weights[np.abs(inputs["x"]) > 2].mean() > 1.5
    assert near.weights.mean() == pytest.approx(1)


def test_rows_of_the_same_law_are_not_weighed() -> None:
    near = resemble(Labelled.of(stream(0, N_ROWS)[1]), stream(1, 1_000)[1])
    assert near is not None
    assert near.auc == pytest.approx(0.5, abs=0.025)
    assert near.effective > 0.9 * N_ROWS


def test_small_windows_are_not_compared() -> None:
    assert resemble(Labelled.of(stream(0, N_ROWS)[1]), stream(1, 199)[1]) is None


def test_a_window_that_hardly_any_labelled_row_resembles_has_no_estimate() -> None:
    meta, inputs = stream(0, 400)
    now = stream(1, 1_000)[0], stream(1, 1_000)[1] + 3.2
    series = [
        estimate_performance(then, given, task="binary", pos_label=1, window=10_000)
        for then, given in ((meta, now[0]), ((meta, inputs), now))
    ]
    blind, told = (each.windows[0] for each in series)
    assert blind.value is not None
    assert (told.value, told.enough) == (None, False)


def test_a_shifted_window_is_estimated_within_its_band() -> None:
    meta, now = stream(0, N_ROWS), stream(5, 2_000, 1.5)
    part = estimate_performance(
        meta, now, task="binary", pos_label=1, metric="roc_auc", window=10_000
    ).windows[0]
    order = now[0].sort_values("probability")["outcome"].to_numpy()
    n_positive = order.sum()
    won = np.cumsum(1 - order)[order == 1].sum()
    true = won / n_positive / (order.size - n_positive)
    assert part.low is not None
    assert part.high is not None
    assert part.low < true < part.high


def series(*windows: tuple[float | None, float, int]) -> PerformanceSeries:
    """Windows as value, half width and known outcomes of 100 rows."""
    made = []
    for month, (value, half, n_labels) in enumerate(windows, start=1):
        start = pd.Timestamp(2026, month, 1, tz="UTC")
        low, high = (None, None) if value is None else (value - half, value + half)
        made.append(
            WindowPerformance(
                f"{month}", start, start, 100, n_labels, value, low, high, True
            )
        )
    return PerformanceSeries("roc_auc", "AUC", True, tuple(made))


def test_the_track_record_counts_windows_with_half_of_their_outcomes() -> None:
    realised = series((0.80, 0.05, 100), (0.70, 0.05, 90), (0.5, 0.1, 40))
    estimated = series((0.81, 0.02, 0), (0.78, 0.02, 0), (0.8, 0.1, 0))
    record = track_record(realised, estimated)
    assert record is not None
    assert (record.n_windows, record.n_held) == (2, 1)
    assert record.mean_error == pytest.approx(0.045)
    assert track_record(realised, series((None, 0, 0))) is None
