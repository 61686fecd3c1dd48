"""The reference: small, plain and complete."""

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import MonitoringError
from core.monitoring import Reference, check_drift, summarise_reference
from core.monitoring.reference import MAX_SAMPLE
from core.monitoring.window_counts import count_window


def mixed(n_rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, n_rows),
            "visits": rng.poisson(3, n_rows),
            "plan": rng.choice(["a", "b", "c"], n_rows),
            "paid": rng.random(n_rows) < 0.3,
            "since": pd.Timestamp("2026-01-01")
            + pd.to_timedelta(rng.integers(0, 90, n_rows), "D"),
        }
    )


def test_a_reference_kept_as_json_gives_the_same_report():
    before, now = mixed(600), mixed(400, 1)
    reference = summarise_reference(before)
    kept = Reference.from_dict(json.loads(json.dumps(reference.to_dict())))
    assert check_drift(kept, now).to_dict() == check_drift(before, now).to_dict()


def test_a_reference_keeps_at_most_20000_rows():
    frame = pd.DataFrame({"x": np.arange(30_000.0)})
    reference = summarise_reference(frame)
    assert reference.sample.shape == (MAX_SAMPLE, 1)
    assert reference.n_rows == 30_000
    assert reference["x"].bins.n_bins == 64


def test_given_kinds_win_over_guessed_ones():
    frame = pd.DataFrame({"zip": [10115, 10117, 10115]})
    assert summarise_reference(frame, kinds={"zip": "category"}).kinds["zip"] == (
        "category"
    )


def test_a_part_of_a_reference_equals_the_reference_of_that_part():
    frame = mixed(300)
    part = summarise_reference(frame).select(["plan", "age"])
    assert part.to_dict() == summarise_reference(frame[["plan", "age"]]).to_dict()


def test_columns_without_any_value_are_kept():
    frame = pd.DataFrame({"x": [np.nan] * 60, "y": [None] * 60})
    reference = summarise_reference(frame)
    assert reference["x"].counts.n_missing == 60
    assert count_window(reference, frame).columns["y"].n_missing == 60


def test_a_table_without_columns_is_refused():
    with pytest.raises(MonitoringError, match="columns"):
        summarise_reference(pd.DataFrame())
