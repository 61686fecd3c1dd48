"""Bins and counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.monitoring.binning import (
    MAX_BINS,
    Bins,
    Counts,
    numbers_of,
    quantile_edges,
    seconds_of,
)
from core.monitoring.counting import (
    FEW_ROWS,
    count_levels,
    count_numbers,
    count_ordered,
    find_bins,
)

NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=400)


@given(NUMBERS)
@settings(max_examples=25)
def test_every_number_falls_into_one_of_at_most_64_bins(values):
    numbers = np.array(values)
    edges, _ = quantile_edges(numbers)
    counts, codes = count_numbers(Bins("numbers", edges), numbers)
    assert edges.size < MAX_BINS
    assert (np.diff(edges) > 0).all()
    assert counts.counts.sum() == numbers.size
    assert codes.min() >= 0


@given(NUMBERS, NUMBERS)
@settings(max_examples=25)
def test_counts_of_two_windows_add_up_to_the_counts_of_both(first, second):
    edges, _ = quantile_edges(np.array(first))
    bins = Bins("numbers", edges, minimum=-1.0, maximum=1.0)
    parts = [count_numbers(bins, np.array(part))[0] for part in (first, second)]
    both = count_numbers(bins, np.array(first + second))[0]
    assert (parts[0] + parts[1]).counts.tolist() == both.counts.tolist()
    assert (parts[0] + parts[1]).n_above == both.n_above
    assert (parts[0] + parts[1]).maximum == both.maximum


def test_a_number_in_most_rows_has_a_bin_of_its_own():
    numbers = np.concatenate([np.zeros(700), np.random.default_rng(0).random(300)])
    edges, _ = quantile_edges(numbers)
    counts, _ = count_numbers(Bins("numbers", edges), numbers)
    assert 700 in counts.counts


@given(NUMBERS, st.lists(st.floats(allow_nan=False), min_size=1, max_size=50))
@settings(max_examples=25)
def test_many_numbers_are_put_into_bins_as_a_search_puts_them(values, others):
    edges, _ = quantile_edges(np.array(values))
    several = np.array(values + others + edges.tolist())
    numbers = np.resize(np.concatenate([several, np.nextafter(several, 0)]), FEW_ROWS)
    expected = np.searchsorted(edges, numbers, side="left")
    assert find_bins(edges, numbers).tolist() == expected.tolist()


def test_bins_are_finer_where_spread_shows_first():
    numbers = np.random.default_rng(0).normal(size=24_000)
    edges, _ = quantile_edges(numbers)
    counts, _ = count_numbers(Bins("numbers", edges), numbers)
    assert counts.counts[:4].tolist() == [100, 100, 200, 400]
    assert counts.counts[-3:].tolist() == [200, 100, 100]


def test_unseen_categories_are_counted_by_name():
    bins = Bins("levels", np.empty(0), ("a", "b"))
    counts, codes = count_levels(bins, pd.Series(["a", "z", "y", "z", None]))
    assert counts.counts.tolist() == [1, 0]
    assert counts.unseen == (("z", 2), ("y", 1))
    assert codes.tolist() == [0, 2, 3, 2, -1]


def test_counts_survive_json():
    bins = Bins("levels", np.empty(0), ("a", "b"))
    counts, _ = count_levels(bins, pd.Series(["a", "z"]))
    again = Counts.from_dict(counts.to_dict())
    assert again.to_dict() == counts.to_dict()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        pytest.param(pd.Series([True, False]), [1.0, 0.0], id="booleans"),
        pytest.param(pd.Series([1, None], dtype="Int64"), [1.0, np.nan], id="nullable"),
        pytest.param(pd.Series(["2", "x"]), [2.0, np.nan], id="text"),
        pytest.param(
            pd.Series(pd.to_datetime(["1970-01-02", None])),
            [86400.0, np.nan],
            id="date",
        ),
    ],
)
def test_columns_of_any_type_are_read_as_numbers(column, expected):
    np.testing.assert_array_equal(numbers_of(column), expected)


def test_dates_with_a_zone_are_read_in_utc():
    at = pd.Series(pd.to_datetime(["1970-01-01 01:00"]).tz_localize("Europe/Berlin"))
    assert seconds_of(at).tolist() == [0.0]


def test_infinite_numbers_lie_beyond_the_range_and_do_not_spoil_sums():
    bins = Bins("numbers", np.array([1.0]), minimum=0.0, maximum=2.0)
    counts, _ = count_numbers(bins, np.array([0.5, np.inf]))
    assert counts.n_above == 1
    assert np.isfinite(counts.sums).all()


@given(NUMBERS)
@settings(max_examples=25)
def test_sorted_numbers_are_counted_as_unsorted_ones(numbers):
    values = np.array([*numbers, np.inf, -np.inf])
    bins = Bins("numbers", quantile_edges(values)[0])
    one = count_numbers(bins, values)[0]
    other = count_ordered(bins, np.sort(values), 0)
    assert one.counts.tolist() == other.counts.tolist()
    np.testing.assert_allclose(one.sums, other.sums, rtol=1e-9, atol=1e-3)
    assert (one.minimum, one.maximum) == (other.minimum, other.maximum)
