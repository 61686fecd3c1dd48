"""Which values are missing together, and what their absence goes along with."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import profile
from core.data.profiled import Profile

N = 1_000


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=30, max_size=60))
def test_every_gappy_row_is_in_one_pattern(rows):
    gaps = np.array(rows)
    frame = pd.DataFrame(np.where(gaps, np.nan, 1.5), columns=["a", "b"])
    found = profile(frame).missing
    looked_at = frame[list(found.columns)].isna()
    assert sum(item.n_rows for item in found.patterns) == looked_at.any(axis=1).sum()
    for item in found.patterns:
        inside = looked_at[list(item.columns)].all(axis=1)
        outside = looked_at.drop(columns=list(item.columns)).any(axis=1)
        assert item.n_rows == int((inside & ~outside).sum())


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=N), rng.integers(0, 2, N)
    return pd.DataFrame(
        {
            "x": x,
            "by number": np.where(x > rng.normal(size=N), np.nan, 1.0 + rng.random(N)),
            "by target": np.where(rng.random(N) < 0.1 + 0.3 * y, np.nan, rng.random(N)),
            "by chance": np.where(rng.random(N) < 0.3, np.nan, rng.random(N)),
            "y": y,
        }
    )


def test_absence_is_told_by_the_column_that_caused_it(table):
    found = {item.column: item.on for item in profile(table, "y").missing.depends}
    assert found == {"by number": "x", "by target": "y"}


def test_a_flag_for_gaps_is_no_news(table):
    flagged = table.assign(flag=table["by number"].isna())
    found = {item.column for item in profile(flagged, "y").missing.depends}
    assert "by number" not in found


def test_patterns_survive_json(table):
    report = profile(table, "y")
    assert Profile.from_dict(report.to_dict()).missing == report.missing
    assert report.missing.patterns[0].columns == ("by number",)
