import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.values import encode_words, order_numbers


@settings(max_examples=25)
@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdeé")), max_size=60))
def test_words_are_counted_as_pandas_counts_them(words):
    column = pd.Series(words, dtype="str")
    values, counts = encode_words(column).levels.top(10)
    expected = column.value_counts()
    assert dict(zip(values, counts, strict=True)) == expected.to_dict()
    assert list(counts) == sorted(counts, reverse=True)


def test_only_the_most_frequent_of_very_many_words_are_kept_in_order():
    column = pd.Series([f"k{i:04d}" for i in range(3_000)] + ["often"] * 5, dtype="str")
    levels = encode_words(column).levels
    assert levels.n_distinct == 3_001
    assert levels.top(3)[0] == ("often", "k0000", "k0001")


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(np.arange(5_000) % 7, id="few whole numbers"),
        pytest.param(np.arange(5_000)[::-1] * 1e6, id="large whole numbers"),
        pytest.param(np.r_[np.zeros(4_000), 0.5, -3], id="one fraction at the end"),
        pytest.param(np.r_[np.nan, 2, 1, np.nan], id="missing"),
    ],
)
def test_numbers_are_put_in_order_without_the_missing_ones(numbers):
    numbers = numbers.astype("float64")
    expected = np.sort(numbers[~np.isnan(numbers)])
    np.testing.assert_array_equal(order_numbers(numbers), expected)
