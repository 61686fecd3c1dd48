"""Performance over time, with outcomes and without."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error, roc_auc_score

from core.errors import MonitoringError
from core.monitoring import (
    PerformanceSeries,
    estimate_error,
    estimate_performance,
    realised_performance,
)


def answers(n_rows: int, seed: int = 0, spread: float = 1.5) -> pd.DataFrame:
    """Probabilities that are true, over three months."""
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(0, spread, n_rows)))
    hours = np.linspace(0, 24 * 89, n_rows)
    return pd.DataFrame(
        {
            "at": pd.Timestamp("2026-01-01") + pd.to_timedelta(hours, "h"),
            "prediction": np.where(p > 0.5, "yes", "no"),
            "probability": p,
            "outcome": np.where(rng.random(n_rows) < p, "yes", "no"),
        }
    )


def test_the_realised_metric_is_that_of_the_rows_with_outcomes():
    meta = answers(900)
    meta.loc[meta.index % 3 == 0, "outcome"] = None
    series = realised_performance(meta, task="binary", pos_label="yes")
    first = meta[(meta["at"] < "2026-02-01") & meta["outcome"].notna()]
    expected = roc_auc_score(first["outcome"] == "yes", first["probability"])
    assert series.windows[0].value == pytest.approx(expected)
    assert series.windows[0].low < expected < series.windows[0].high
    assert series.windows[0].coverage == pytest.approx(2 / 3, abs=0.01)
    assert [window.label for window in series.windows] == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]


def test_under_30_outcomes_a_window_is_not_judged():
    meta = answers(300)
    meta.loc[meta.index >= 20, "outcome"] = None
    series = realised_performance(meta, task="binary", pos_label="yes")
    assert [window.enough for window in series.windows] == [False] * 3
    assert series.windows[1].value is None


def test_one_class_alone_has_no_area_under_the_curve():
    meta = answers(300).assign(outcome="yes")
    series = realised_performance(meta, task="binary", pos_label="yes")
    assert series.windows[0].value is None
    accuracy = realised_performance(
        meta, task="binary", pos_label="yes", metric="accuracy"
    )
    assert accuracy.windows[0].value > 0


def test_labels_written_differently_are_matched():
    meta = answers(100).assign(prediction=1, outcome=pd.Series(["1"] * 100))
    series = realised_performance(
        meta, task="binary", pos_label=1, metric="accuracy", window=100
    )
    assert series.windows[0].value == 1


def test_numbers_are_judged_by_their_error():
    rng = np.random.default_rng(0)
    meta = answers(200).assign(prediction=rng.normal(size=200), outcome=0.0)
    series = realised_performance(meta, task="regression", metric="mae", window=200)
    expected = mean_absolute_error(meta["outcome"], meta["prediction"])
    assert series.windows[0].value == pytest.approx(expected)


def test_several_classes_are_judged_by_accuracy():
    meta = answers(200).assign(prediction="a", outcome=["a", "b"] * 100)
    series = realised_performance(meta, task="multiclass", window=200)
    assert (series.metric, series.windows[0].value) == ("accuracy", 0.5)
    with pytest.raises(MonitoringError, match="every class"):
        realised_performance(meta, task="multiclass", metric="log_loss")


def test_a_table_without_predictions_is_refused():
    with pytest.raises(MonitoringError, match="prediction"):
        realised_performance(answers(10)[["at", "outcome"]], task="regression")


@pytest.mark.parametrize("n_labelled", [400, 2_000])
def test_the_estimate_is_close_to_what_comes_true(n_labelled):
    current = answers(6_000, 1, spread=2.5)
    estimated = estimate_performance(
        answers(n_labelled, 2), current, task="binary", pos_label="yes"
    )
    realised = realised_performance(current, task="binary", pos_label="yes")
    for guess, truth in zip(estimated.windows, realised.windows, strict=True):
        assert guess.value == pytest.approx(truth.value, abs=0.03)
        assert guess.low < guess.value < guess.high
    assert estimated.estimated
    assert "cannot see" in estimated.note


def test_accuracy_of_several_classes_is_estimated_from_their_confidence():
    rng = np.random.default_rng(3)
    meta = answers(3_000)
    right = rng.random(3_000) < meta["probability"]
    meta = meta.assign(prediction="a", outcome=np.where(right, "a", "b"))
    series = estimate_performance(meta, meta, task="multiclass", window=3_000)
    assert series.windows[0].value == pytest.approx(right.mean(), abs=0.02)


def test_too_few_outcomes_are_no_ground_for_an_estimate():
    with pytest.raises(MonitoringError, match="too few"):
        estimate_performance(answers(80), answers(500), task="binary", pos_label="yes")
    with pytest.raises(MonitoringError, match="Numbers"):
        estimate_performance(answers(500), answers(500), task="regression")


def test_the_size_of_errors_is_estimated_from_the_inputs():
    rng = np.random.default_rng(4)

    def drawn(n_rows: int, low: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        x = rng.uniform(low, 1, n_rows)
        meta = answers(n_rows).assign(prediction=0.0, outcome=rng.normal(0, x))
        return meta, pd.DataFrame({"x": x, "plan": "a"})

    labelled, current = drawn(1_500, 0.0), drawn(900, 0.6)
    series = estimate_error(labelled, current, window=900)
    truth = current[0]["outcome"].abs().mean()
    assert series.windows[0].value == pytest.approx(truth, rel=0.1)
    assert labelled[0]["outcome"].abs().mean() < 0.8 * truth
    with pytest.raises(MonitoringError, match="too few"):
        estimate_error(drawn(50, 0), current)


def test_a_series_survives_json():
    series = realised_performance(answers(200), task="binary", pos_label="yes")
    again = PerformanceSeries.from_dict(json.loads(json.dumps(series.to_dict())))
    assert again == series
    assert list(series.frame()["n_labels"]) == [w.n_labels for w in series.windows]
