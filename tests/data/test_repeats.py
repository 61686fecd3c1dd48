"""Rows told by keys are those that pandas tells by comparing all."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.frames import canonical
from core.data.repeats import among, n_distinct, repeated_rows, row_keys

CELLS = st.tuples(
    st.sampled_from([0.0, -0.0, 1.5, np.nan]),
    st.sampled_from(["a", "b", "", None]),
    st.sampled_from([True, False]),
)


@settings(max_examples=25)
@given(st.lists(CELLS, min_size=1, max_size=12), st.integers(0, 3))
def test_repeated_rows_are_those_of_pandas(rows, seed):
    rng = np.random.default_rng(seed)
    few = pd.DataFrame([rows[i] for i in rng.integers(0, len(rows), 5_200)])
    frame = canonical(few.assign(n=rng.integers(0, 800, len(few))))
    assert (repeated_rows(frame) == frame.duplicated().to_numpy()).all()


@settings(max_examples=25)
@given(st.lists(CELLS, min_size=1, max_size=12))
def test_equal_rows_have_equal_keys(rows):
    frame = canonical(pd.DataFrame([*rows, *rows]))
    keys = row_keys(frame)
    assert (keys[: len(rows)] == keys[len(rows) :]).all()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_among_is_membership(values, known):
    found = among(np.array(values, dtype=np.int64), np.array(known, dtype=np.int64))
    assert found.tolist() == [value in known for value in values]


@settings(max_examples=25)
@given(st.lists(CELLS, min_size=1))
def test_different_values_are_counted_as_pandas_counts_them(rows):
    frame = canonical(pd.DataFrame(rows))
    for name in frame.columns:
        assert n_distinct(frame[name]) == frame[name].nunique()
