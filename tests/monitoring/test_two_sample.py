"""The tests on counts against scipy, and laws that hold for all counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.monitoring.binning import Bins, quantile_edges
from core.monitoring.counting import count_numbers
from core.monitoring.exceedance import count_outside, count_unseen, exceedance
from core.monitoring.two_sample import (
    chi2_divergence,
    compare_levels,
    compare_missing,
    compare_numbers,
)

COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=30)


def binned(before: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    bins = Bins("numbers", quantile_edges(before)[0])
    return count_numbers(bins, before)[0].counts, count_numbers(bins, now)[0].counts


@given(COUNTS, st.data())
@settings(max_examples=25)
def test_p_values_and_effects_stay_in_their_bounds(counts, data):
    before = np.array(counts)
    other = st.lists(st.integers(0, 500), min_size=len(counts), max_size=len(counts))
    now = np.array(data.draw(other))
    for evidence in (compare_numbers(before, now), compare_levels(before, now)):
        assert 0 <= evidence.p_value <= 1
        assert 0 <= evidence.effect <= 2


@given(COUNTS)
@settings(max_examples=25)
def test_a_window_equal_to_its_reference_shows_nothing(counts):
    before = np.array(counts)
    for compare in (compare_numbers, compare_levels):
        evidence = compare(before, before)
        assert evidence.p_value > 0.999
        assert evidence.effect == 0


@pytest.mark.parametrize("shift", [0.2, 0.5])
def test_the_effect_of_a_shift_is_its_size_in_standard_deviations(shift):
    rng = np.random.default_rng(0)
    counts = binned(rng.normal(size=200_000), rng.normal(shift, size=200_000))
    assert compare_numbers(*counts).effect == pytest.approx(shift, rel=0.06)


def test_the_smooth_test_rejects_as_often_as_it_says():
    rng = np.random.default_rng(1)
    p = [
        compare_numbers(*binned(rng.normal(size=400), rng.normal(size=300))).p_value
        for _ in range(1500)
    ]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert stats.kstest(p, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("n", "m"),
    [
        pytest.param(20_000, 60, id="a small window"),
        pytest.param(1_500, 30_000, id="a small reference"),
    ],
)
def test_small_p_values_are_as_rare_as_they_say(n, m):
    rng = np.random.default_rng(6)
    edges = quantile_edges(np.arange(float(n)))[0]
    before = np.diff(edges, prepend=-1, append=n - 1).astype(int)
    p = [
        compare_numbers(before, rng.multinomial(m, rng.dirichlet(before))).p_value
        for _ in range(3000)
    ]
    assert np.sum(np.array(p) < 0.001) <= stats.binom(3000, 0.001).ppf(0.999)


def test_a_tenth_more_spread_has_an_effect_above_a_tenth():
    rng = np.random.default_rng(7)
    counts = binned(rng.normal(size=100_000), 1.1 * rng.normal(size=100_000))
    assert compare_numbers(*counts).effect == pytest.approx(0.131, abs=0.01)


def test_a_change_of_spread_shows_in_the_second_component():
    rng = np.random.default_rng(2)
    counts = binned(rng.normal(size=5000), 1.5 * rng.normal(size=5000))
    sizes = np.abs(compare_numbers(*counts).components)
    assert sizes.argmax() == 1


def test_frequent_levels_are_compared_as_scipy_does():
    table = np.array([[120, 300, 80], [150, 260, 90]])
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert compare_levels(*table).p_value == pytest.approx(expected)


def test_levels_too_rare_for_chi_square_are_taken_together():
    rng = np.random.default_rng(3)
    law = 1 / np.arange(1, 2001)
    law /= law.sum()
    p = [compare_levels(*rng.multinomial(300, law, 2)).p_value for _ in range(400)]
    assert np.mean(np.array(p) < 0.05) < 0.09


def test_few_missing_values_are_compared_exactly():
    expected = 2 * stats.hypergeom(2000, 6, 1000).sf(5)
    assert compare_missing(0, 1000, 6, 1000).p_value == pytest.approx(expected)


def test_many_missing_values_are_compared_as_two_proportions():
    table = [[100, 900], [150, 850]]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert compare_missing(100, 1000, 150, 1000).p_value == pytest.approx(expected)


@given(st.integers(1, 60), st.integers(1, 40), st.integers(1, 40), st.data())
@settings(max_examples=25)
def test_exceedance_is_the_upper_tail_of_the_beta_binomial_law(n, a, b, data):
    count = data.draw(st.integers(0, n))
    expected = stats.betabinom(n, a, b).sf(count - 1)
    assert exceedance(count, n, a, b) == pytest.approx(expected, abs=1e-9)


def test_numbers_beyond_the_extremes_are_as_many_as_chance_gives():
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(800):
        before, now = rng.normal(size=500), rng.normal(size=500)
        outside = int(((now < before.min()) | (now > before.max())).sum())
        alarms += count_outside(outside, 500, 500).p_value < 0.05
    assert alarms / 800 < 0.06


def test_unseen_categories_of_a_long_tail_are_expected():
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(300):
        before, now = rng.zipf(1.6, 1000), rng.zipf(1.6, 1000)
        _, counts = np.unique(before, return_counts=True)
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        unseen = int((~np.isin(now, before)).sum())
        alarms += count_unseen(unseen, 1000, 1000, once, twice).p_value < 0.01
    assert alarms / 300 < 0.04


def test_divergence_of_disjoint_laws_is_four():
    assert chi2_divergence(np.array([1.0, 0]), np.array([0, 1.0])) == 4


@pytest.mark.parametrize("compare", [compare_numbers, compare_levels])
def test_an_empty_side_is_no_evidence(compare):
    assert compare(np.array([3, 4]), np.array([0, 0])).p_value == 1
