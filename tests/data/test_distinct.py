"""Nearly all different words, and small trees: the same rules, in less time."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeRegressor

from core.data.describing import describe
from core.data.distinct import count_levels, hash_text, looks_distinct, text_lengths
from core.data.small_tree import bin_numbers, grow
from core.data.values import encode_words


@settings(max_examples=60)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=40))
def test_equal_texts_and_only_they_have_equal_hashes(texts):
    hashes = hash_text(pa.array(texts, type=pa.large_string()))
    assert len(set(hashes.tolist())) == len(set(texts))
    by_text = dict(zip(texts, hashes.tolist(), strict=True))
    assert [by_text[text] for text in texts] == hashes.tolist()


def test_a_text_with_a_nul_is_another_than_without():
    texts = ["b", "a\0", "", "\0", "\x03", "\0\0"]
    assert len(set(hash_text(pa.array(texts, type=pa.large_string())).tolist())) == 6


def test_lengths_are_in_characters_of_plain_and_other_texts():
    for texts in (["", "abc"], ["é", "日本語", "a"], ["😀"]):
        words = pa.array(["x", *texts], type=pa.large_string())[1:]
        assert text_lengths(words).tolist() == [len(text) for text in texts]


def test_a_slice_hashes_as_its_texts_do():
    words = pa.array(["a", "other words", "a" * 20, ""], type=pa.large_string())
    assert hash_text(words[1:]).tolist() == hash_text(words).tolist()[1:]


@settings(max_examples=40)
@given(st.lists(st.integers(0, 60).map(str), min_size=1, max_size=60))
def test_words_counted_by_hash_are_those_of_a_dictionary(words):
    column = pd.Series(words, dtype="str")
    found = count_levels(column)
    levels = encode_words(column).levels
    if found is None:
        assert len(levels) < len(words) / 2
    else:
        assert found[0].top(100) == levels.top(100)
        assert len(found[0]) == len(levels)


def test_a_long_column_of_ids_is_described_as_a_short_one():
    names = pd.Series([f"K{i:06d}" for i in range(120_000)], dtype="str", name="id")
    names[5], names[7] = None, "K000008"
    assert looks_distinct(names)
    column = describe(names, None, None)
    assert column.schema.kind == "id"
    assert column.schema.n_distinct == names.nunique()
    assert column.schema.n_missing == 1
    assert column.schema.levels[:2] == ("K000008", "K000000")
    assert column.schema.counts[:2] == (2, 1)
    assert column.lengths == (7, 7, 7)


@pytest.mark.parametrize("state", [0, 1, 2])
def test_a_tree_from_counts_is_that_of_scikit_learn(state):
    rng = np.random.default_rng(state)
    x = rng.normal(size=800).round(1)
    y = np.sin(2 * x) + rng.normal(size=800)
    bins = bin_numbers(x)
    counts = np.bincount(bins)[None].astype(float)
    sums = np.bincount(bins, weights=y)[None, :, None]
    ours = grow(counts, sums, np.array([8.0]))[0, bins, 0]
    tree = DecisionTreeRegressor(max_depth=4, min_samples_leaf=8).fit(x[:, None], y)
    theirs = tree.predict(x[:, None])
    assert ((y - ours) ** 2).mean() == pytest.approx(((y - theirs) ** 2).mean())


def test_many_different_numbers_share_a_thousand_bins():
    numbers = np.random.default_rng(0).normal(size=5_000)
    bins = bin_numbers(numbers)
    assert np.bincount(bins).max() <= 6
    assert (np.diff(bins[np.argsort(numbers)]) >= 0).all()
