"""The usual distances, against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from core.monitoring.binning import Bins, quantile_edges
from core.monitoring.counting import count_numbers
from core.monitoring.distances import DISTANCES, jensen_shannon, wasserstein

LAW = st.lists(st.integers(1, 100), min_size=3, max_size=3)


@given(LAW, LAW)
@settings(max_examples=25)
def test_jensen_shannon_is_scipys(first, second):
    p, q = np.array(first) / sum(first), np.array(second) / sum(second)
    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)


@pytest.mark.parametrize("name", DISTANCES)
@given(LAW, LAW)
@settings(max_examples=25)
def test_a_distance_is_symmetric_and_zero_only_between_equals(name, first, second):
    compute = DISTANCES[name].compute
    p, q = np.array(first) / sum(first), np.array(second) / sum(second)
    assert compute(p, q) == pytest.approx(compute(q, p))
    assert compute(p, p) == 0
    assert compute(p, q) >= 0


def test_wasserstein_from_bins_is_close_to_that_of_the_rows():
    rng = np.random.default_rng(0)
    before, now = rng.normal(size=5000), rng.normal(0.4, 1.2, size=5000)
    bins = Bins("numbers", quantile_edges(before)[0])
    counts = [count_numbers(bins, each)[0] for each in (before, now)]
    expected = wasserstein_distance(before, now) / before.std()
    assert wasserstein(*counts, before.std()) == pytest.approx(expected, rel=0.05)
