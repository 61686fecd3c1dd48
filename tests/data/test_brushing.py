import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Cohort, profile
from core.data.brushing import MISSING, bars_of, merged_rule
from core.data.contrast import contrast
from core.data.crossing import cross

HOSTILE = "=1+1 <b>$x$</b> :red[a]"


def table(n_rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=n_rows),
            "far": rng.standard_cauchy(n_rows),
            "few": rng.integers(0, 5, n_rows),
            "many": rng.integers(0, 10_000, n_rows),
            "gaps": np.where(rng.random(n_rows) < 0.2, np.nan, rng.random(n_rows)),
            "word": rng.choice(["a", "b", HOSTILE], n_rows),
            "levels": rng.choice([f"l{i}" for i in range(40)], n_rows),
            "on": rng.random(n_rows) < 0.3,
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 10**7, n_rows), unit="s"),
            "empty": np.full(n_rows, np.nan),
        }
    )
    frame.loc[::17, "word"] = None
    return frame


FRAME = table()
REPORT = profile(FRAME)


def rows_of(bar):
    return Cohort("bar", bar.conditions).mask(FRAME)


@pytest.mark.parametrize("name", FRAME.columns)
def test_each_bar_counts_the_rows_of_its_rule_and_all_rows_have_one(name):
    bars = bars_of(REPORT[name])
    assert [int(rows_of(bar).sum()) for bar in bars] == [bar.n_rows for bar in bars]
    assert sum(bar.n_rows for bar in bars) == len(FRAME)


def test_rows_without_a_value_have_a_bar_of_their_own():
    assert bars_of(REPORT["gaps"])[-1].label == MISSING


@pytest.mark.parametrize(
    ("name", "places"),
    [("number", (3, 4, 5)), ("far", (0, 1)), ("few", (1, 2)), ("day", (0, 1, 2))],
)
def test_neighbouring_bars_make_one_range(name, places):
    chosen = [bars_of(REPORT[name])[place] for place in places]
    found = Cohort("range", merged_rule(chosen)).mask(FRAME)
    assert found.sum() == sum(bar.n_rows for bar in chosen)


@pytest.mark.parametrize("places", [(0, 2), (0, 1, 19), tuple(range(20))])
def test_several_words_make_one_rule(places):
    chosen = [bars_of(REPORT["levels"])[place] for place in places]
    found = Cohort("words", merged_rule(chosen)).mask(FRAME)
    assert found.sum() == sum(bar.n_rows for bar in chosen)


@pytest.mark.parametrize(
    ("first", "second"),
    [("number", "word"), ("day", "levels"), ("gaps", "few"), ("on", "empty")],
)
def test_each_cell_of_crossed_columns_counts_the_rows_of_both_rules(first, second):
    found = cross(FRAME, REPORT[first], REPORT[second])
    for i, row in enumerate(found.rows):
        for j, column in enumerate(found.columns):
            both = Cohort("cell", (*row.conditions, *column.conditions))
            assert both.mask(FRAME).sum() == found.counts[i][j]
    assert sum(map(sum, found.counts)) == len(FRAME)


@settings(max_examples=25)
@given(st.lists(st.sampled_from([0.1, 0.2, 0.3, 1e6, None]), min_size=1, max_size=40))
def test_cells_agree_with_rules_on_ties_and_gaps(values):
    frame = pd.DataFrame({"x": np.array(values, dtype=float)})
    report = profile(frame)
    found = cross(frame, report["x"], report["x"])
    for i, group in enumerate(found.rows):
        n_rows = Cohort("group", group.conditions).mask(frame).sum()
        assert n_rows == found.counts[i][i] == group.n_rows


def test_the_target_is_compared_with_the_rest():
    left = pd.Series(["yes"] * 30 + ["no"] * 70, name="left")
    found = contrast(left, np.arange(100) < 40, "binary")
    assert (found.n_inside, found.n_rest) == (40, 60)
    (side,) = found.sides
    assert (side.label, side.inside, side.rest) == ("yes", 0.75, 0.0)
    # Newcombe's method 10, worked out by hand from the two Wilson intervals.
    assert side.difference_range == pytest.approx((0.584, 0.858), abs=0.003)


def test_means_are_compared_by_welch():
    one, two = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6, 8, 10])
    values = pd.Series(np.concatenate([one, two]), name="pay")
    (side,) = contrast(values, np.arange(9) < 4, "regression").sides
    # scipy.stats.ttest_ind(one, two, equal_var=False).confidence_interval()
    assert side.difference_range == pytest.approx((-7.3854, 0.3854), abs=1e-3)


@pytest.mark.parametrize("n_inside", [0, 20])
def test_with_nobody_on_one_side_nothing_is_compared(n_inside):
    values = pd.Series(["a", "b"] * 10, name="y")
    assert contrast(values, np.arange(20) < n_inside, "binary").sides == ()
