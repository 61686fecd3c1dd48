"""Windows: every row once, in time's order, in UTC."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MonitoringError
from core.monitoring import PERIODS, cut_windows

SECONDS = st.lists(st.integers(0, 10**8), max_size=60)


@pytest.mark.parametrize("period", [*PERIODS, 7])
@given(SECONDS)
@settings(max_examples=15)
def test_every_row_lies_in_one_window_and_within_its_time(period, seconds):
    at = pd.Series(pd.to_datetime(seconds, unit="s", utc=True))
    windows = cut_windows(at, period)
    places = [place for window in windows for place in window.rows]
    assert sorted(places) == list(range(len(seconds)))
    for window in windows:
        times = at.iloc[window.rows]
        assert (times >= window.start).all()
        assert (times <= window.end).all()
        assert str(window.start.tz) == "UTC"


def test_weeks_begin_on_monday():
    at = pd.Series(pd.to_datetime(["2026-03-01 23:59", "2026-03-02 00:00"]))
    assert [w.label for w in cut_windows(at, "week")] == ["2026-02-23", "2026-03-02"]


def test_times_with_a_zone_are_cut_in_utc():
    at = pd.Series(pd.to_datetime(["2026-02-01 00:30"]).tz_localize("Europe/Berlin"))
    assert cut_windows(at, "month")[0].label == "2026-01"


def test_rows_without_a_time_are_left_out():
    at = pd.Series(pd.to_datetime(["2026-02-01", None]))
    assert np.concatenate([w.rows for w in cut_windows(at)]).tolist() == [0]


def test_no_rows_give_no_windows():
    assert cut_windows(pd.Series([], dtype="datetime64[us, UTC]")) == ()


@pytest.mark.parametrize("window", ["fortnight", 0])
def test_an_unknown_window_is_refused(window):
    with pytest.raises(MonitoringError, match="window"):
        cut_windows(pd.Series(pd.to_datetime(["2026-02-01"])), window)
