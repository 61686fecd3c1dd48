"""Some outcomes speak for all rows: with an interval that holds, and a narrower one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MonitoringError
from core.monitoring.partial import infer_mean, labels_by_age

CHANCES = st.lists(st.floats(0, 1), min_size=30, max_size=100)


def test_the_interval_holds_the_mean_of_all_rows_even_if_expectations_are_wrong():
    rng = np.random.default_rng(1)
    held = {"right": 0, "too sure": 0}
    for _ in range(400):
        chance = rng.uniform(0.3, 1, 2_000)
        seen = (rng.random(2_000) < chance).astype(float)
        for name, expected in (("right", chance), ("too sure", chance**0.2)):
            found = infer_mean(seen[:150], expected[:150], expected[150:])
            held[name] += found.low <= seen.mean() <= found.high
    assert min(held.values()) / 400 >= 0.93


def test_good_expectations_narrow_the_interval() -> None:
    rng = np.random.default_rng(2)
    expected = rng.exponential(size=3_000)
    seen = expected + 0.1 * rng.normal(size=3_000)
    found = infer_mean(seen[:100], expected[:100], expected[100:])
    assert found.high - found.low < 0.5 * (found.alone_high - found.alone_low)


@given(CHANCES, CHANCES)
@settings(max_examples=25)
def test_expectations_that_say_nothing_leave_the_outcomes_alone(seen, elsewhere):
    found = infer_mean(np.array(seen), np.full(len(seen), 0.5), np.full(99, 0.5))
    assert found.weight == 0
    assert found.value == pytest.approx(np.mean(seen))
    other = infer_mean(np.array(seen), np.array(seen), np.array(elsewhere))
    assert 0 <= other.weight <= 1
    assert other.low <= other.value <= other.high


def test_few_outcomes_do_not_speak_for_others() -> None:
    with pytest.raises(MonitoringError):
        infer_mean(np.ones(29), np.ones(29), np.ones(5))
    with pytest.raises(MonitoringError):
        infer_mean(np.ones(50), np.ones(50), np.ones(0))


def test_times_ahead_of_now_count_as_young() -> None:
    at = pd.Series(pd.to_datetime(["2027-01-01", "2020-01-01"]))
    table = labels_by_age(
        at, pd.Series([False, True]), pd.Timestamp("2026-06-01", tz="UTC")
    )
    assert table.to_numpy().tolist() == [["under a day", 1, 0], ["older", 1, 1]]
