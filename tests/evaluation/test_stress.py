"""Stress: the change is the one that was asked for, and only answers follow it."""

import numpy as np
import pandas as pd
import pytest

from core.data import describe_schema
from core.errors import EvaluationError
from core.evaluation.held_out import look
from core.evaluation.stress import NEW_LEVEL, Change, apply, kinds_for, stress
from tests.fitted import TARGETS, customers, fit_model

ROWS = pd.DataFrame(
    {"fee": np.arange(100.0), "age": np.arange(100) + 20, "plan": ["a", "b"] * 50}
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(Change("scale", "fee", 2.0), ROWS["fee"] * 2, id="scale"),
        pytest.param(Change("unit", "fee"), ROWS["fee"] * 1000, id="unit"),
        pytest.param(Change("swap", "fee", 0, "age"), ROWS["age"], id="swap"),
        pytest.param(
            Change("shift", "fee", 1.0), ROWS["fee"] + ROWS["fee"].std(), id="shift"
        ),
    ],
)
def test_a_column_is_changed_as_asked_and_the_rows_given_stay(change, expected):
    before = ROWS.copy()
    assert np.allclose(apply(ROWS, change)["fee"], expected)
    pd.testing.assert_frame_equal(ROWS, before)


def test_a_share_of_the_rows_goes_missing_or_gets_a_new_category():
    gone = apply(ROWS, Change("missing", "fee", 0.3))["fee"]
    assert 0.15 < gone.isna().mean() < 0.45
    new = apply(ROWS, Change("category", "plan", 1.0))["plan"]
    assert (new == NEW_LEVEL).all()


def test_what_a_column_cannot_suffer_is_refused_with_a_next_step():
    with pytest.raises(EvaluationError, match="no numbers") as told:
        apply(ROWS, Change("shift", "plan", 1.0))
    assert told.value.hint
    with pytest.raises(EvaluationError, match="no column"):
        apply(ROWS, Change("missing", "elsewhere", 1.0))
    assert kinds_for(describe_schema(ROWS), "plan") == ("missing", "category")
    assert "swap" in kinds_for(describe_schema(ROWS), "fee")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_broken_column_that_matters_moves_the_answers_and_the_metric(task):
    glance = look(fit_model(task), customers(300, random_state=3), TARGETS[task])
    found, rows = stress(glance, Change("unit", "spend"))
    assert found.n_rows == len(rows) == 300
    assert found.moved > 0
    assert found.after.value != found.before.value
    assert (found.n_turned is None) == (task == "regression")


def test_no_change_moves_nothing():
    glance = look(fit_model(), customers(300, random_state=3), "churn")
    found, _ = stress(glance, Change("shift", "spend", 0.0))
    assert (found.moved, found.n_turned) == (0.0, 0)
