"""Errors of groups are those of their rows, and the worst rows come first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EvaluationError
from core.evaluation.error_by import MISSING, MOST_VALUES, OTHERS, error_by, worst_rows
from core.evaluation.held_out import HeldOut


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(st.none(), st.floats(-1e6, 1e6), st.integers(0, 3)),
        min_size=1,
        max_size=80,
    )
)
def test_every_row_is_in_exactly_one_group(values):
    error = np.random.default_rng(0).normal(size=len(values))
    groups = error_by(error, pd.Series(values, dtype="float64"))
    assert sum(group.n_rows for group in groups) == len(values)
    together = sum(group.n_rows * group.bias for group in groups)
    assert together == pytest.approx(error.sum())


def test_numbers_are_cut_into_tenths():
    rng = np.random.default_rng(0)
    number = pd.Series(rng.normal(size=1_000))
    groups = error_by(number.to_numpy(), number)
    assert [group.n_rows for group in groups] == [100] * 10
    assert groups[0].bias < 0 < groups[-1].bias
    assert all(g.mae_low < g.mae < g.mae_high for g in groups)


def test_dates_are_cut_into_tenths_too():
    when = pd.Series(pd.date_range("2024-01-01", periods=100))
    groups = error_by(np.ones(100), when)
    assert len(groups) == 10
    assert groups[0].label == "2024-01-01 to 2024-01-10"


def test_rare_values_are_put_together_and_missing_ones_apart():
    words = pd.Series([f"v{i % 20}" for i in range(60)] + [None, None])
    groups = error_by(np.ones(62), words)
    assert len(groups) == MOST_VALUES + 2
    assert [g.label for g in groups[-2:]] == [OTHERS, MISSING]


def test_a_group_of_few_rows_has_no_interval():
    (group,) = error_by(np.array([1.0, 2.0]), pd.Series(["a", "a"]))
    assert (group.mae, group.mae_low, group.bias_high) == (1.5, None, None)


def test_errors_of_other_rows_are_refused():
    with pytest.raises(EvaluationError, match="do not belong"):
        error_by(np.ones(3), pd.Series([1.0]))


def test_the_worst_rows_come_first():
    y = np.array([0.0, -9.0, 3.0])
    held = HeldOut("regression", y, np.zeros(3))
    assert worst_rows(held).tolist() == [1, 2, 0]
