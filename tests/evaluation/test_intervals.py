"""Intervals: exact where a closed form is known, never outside what can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from core.evaluation.bootstrap import MOST_GROUPS, bca_interval, resample_averages
from core.evaluation.intervals import (
    Interval,
    auc_interval,
    combine_paired,
    difference_interval,
    f1_interval,
    mean_of_proportions,
    median_interval,
    wilson,
)
from core.evaluation.losses import mean
from core.evaluation.measured import Measured
from core.evaluation.ranking import average_precision, roc_auc


@settings(max_examples=25)
@given(st.integers(1, 500), st.data())
def test_wilson_agrees_with_scipy(n_rows, data):
    hits = data.draw(st.integers(0, n_rows))
    expected = binomtest(hits, n_rows).proportion_ci(method="wilson")
    found = wilson(hits / n_rows, n_rows)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_share_of_all_is_not_certain():
    assert wilson(1.0, 20).low < 0.9
    assert f1_interval(20, 0, 0).low < 0.95
    assert mean_of_proportions(np.ones(2), np.array([10, 10])).low < 0.9


def test_a_perfect_ranking_of_few_rows_is_not_certain():
    positive = np.repeat([0.0, 1.0], 5)
    found = auc_interval(roc_auc(positive, positive), 5, 5)
    assert found.low < 0.75
    assert found.high == 1.0


def test_guessing_has_an_area_of_one_half_with_a_wide_interval():
    positive = np.repeat([0.0, 1.0], 20)
    found = auc_interval(roc_auc(positive, np.full(40, 0.3)), 20, 20)
    assert found.low < 0.4
    assert found.high > 0.6


def test_the_variance_of_a_roc_area_is_delongs():
    rng = np.random.default_rng(0)
    positive = (rng.random(80) < 0.4).astype(float)
    score = rng.normal(size=80) + positive
    a, b = score[positive == 1], score[positive == 0]
    wins = (a[:, None] > b).astype(float)
    delong = wins.mean(1).var() / len(a) + wins.mean(0).var() / len(b)
    found = roc_auc(positive, score)
    assert (found.influence**2).mean() / 80 == pytest.approx(delong)


def test_the_standard_error_of_average_precision_is_that_of_a_bootstrap():
    rng = np.random.default_rng(0)
    positive = (rng.random(400) < 0.3).astype(float)
    score = rng.normal(size=400) + 1.5 * positive
    found = average_precision(positive, score)
    drawn = []
    for _ in range(300):
        rows = rng.integers(0, 400, 400)
        drawn.append(average_precision(positive[rows], score[rows]).value)
    assert found.standard_error == pytest.approx(np.std(drawn), rel=0.15)


def test_the_bootstrap_agrees_with_scipys():
    values = np.random.default_rng(0).exponential(size=300)
    found = bca_interval(mean(values), values[:, None], lambda m: m[..., 0])
    expected = bootstrap((values,), np.mean, rng=0).confidence_interval
    width = expected.high - expected.low
    assert abs(found.low - expected.low) < 0.05 * width
    assert abs(found.high - expected.high) < 0.05 * width


def test_drawing_groups_of_rows_leaves_the_spread_of_an_average_as_it_is():
    values = np.random.default_rng(0).exponential(size=10 * MOST_GROUPS)
    drawn = resample_averages(values[:, None])[:, 0]
    assert drawn.std() == pytest.approx(values.std() / len(values) ** 0.5, rel=0.1)


def test_the_bootstrap_gives_the_same_ends_every_time():
    values = np.random.default_rng(0).normal(size=50)
    once, again = (
        bca_interval(mean(values), values[:, None], lambda m: m[..., 0])
        for _ in range(2)
    )
    assert once == again


def test_a_loss_without_spread_has_an_interval_without_width():
    values = np.full(30, 0.25)
    found = bca_interval(mean(values), values[:, None], lambda m: m[..., 0])
    assert (found.low, found.high) == (0.25, 0.25)


@pytest.mark.parametrize("n_rows", [1, 2, 5, 6, 51, 1000])
def test_an_interval_of_the_median_lies_on_the_rows(n_rows):
    values = np.random.default_rng(n_rows).normal(size=n_rows)
    found = median_interval(values)
    assert found.low in values
    assert found.high in values
    assert found.low <= np.median(values) <= found.high


def test_correlation_narrows_the_interval_of_a_difference():
    one, two = (0.8, Interval(0.7, 0.9, "")), (0.7, Interval(0.6, 0.8, ""))
    assert combine_paired(one, two, 0.9).width < combine_paired(one, two, 0.0).width


def test_more_confidence_takes_a_wider_interval():
    measured = Measured(0.0, np.random.default_rng(0).normal(size=50))
    narrow, wide = (difference_interval(measured, c) for c in (0.8, 0.99))
    assert wide.width > 1.5 * narrow.width
