import numpy as np
import pandas as pd
import pytest

from core.data import profile
from core.data.information import group_codes, outcome_codes, shared_bits

RNG = np.random.default_rng(0)


def test_independent_columns_share_about_nothing():
    found = [
        shared_bits(RNG.integers(0, 20, 2_000), RNG.integers(0, 3, 2_000))
        for _ in range(40)
    ]
    assert np.mean(found) < 0.01


def test_a_column_shares_its_whole_entropy_with_itself():
    codes = RNG.integers(0, 8, 50_000)
    assert shared_bits(codes, codes) == pytest.approx(3, abs=0.01)


def test_a_relation_without_a_trend_is_seen():
    x = RNG.normal(size=3_000)
    table = pd.DataFrame({"x": x, "noise": RNG.normal(size=3_000), "y": np.abs(x) > 1})
    bits = {item.column: item.bits for item in profile(table, "y").relation}
    assert bits["x"] > 0.6
    assert bits["noise"] < 0.02


def test_a_number_to_predict_is_taken_in_tenths():
    goal = np.arange(100.0)[:, None]
    assert np.bincount(outcome_codes(goal, classes=False)).tolist() == [10] * 10


def test_groups_are_neighbours_or_the_rarer_words():
    assert group_codes(np.arange(1_000), ordered=True).max() == 20
    words = group_codes(np.repeat(np.arange(30), np.arange(30, 0, -1)), ordered=False)
    assert np.bincount(words)[-1] == sum(range(1, 12))
