"""Importance: on what the model relies, in the person's own columns."""

import numpy as np
import pandas as pd
import pytest

from core.evaluation import evaluate
from core.evaluation.explanation import (
    MOST_ANSWERS,
    MOST_COLUMNS,
    MOST_ROWS,
    permutation_importance,
)
from core.evaluation.held_out import rows_for
from core.modeling import train
from tests.fitted import customers, enough, fit_model


def test_the_interval_of_a_useless_column_holds_zero_and_that_of_a_useful_one_not():
    found = evaluate(fit_model(), customers(500, random_state=3))
    by_name = {item.column: item for item in found.importance}
    assert by_name["spend"].low > 0
    assert by_name["since"].low <= 0 <= by_name["since"].high
    values = [item.value for item in found.importance]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_same_seed_gives_the_same_importance(task):
    model, rows = fit_model(task), customers(80, random_state=3)
    once, again = (evaluate(model, rows, random_state=7).importance for _ in range(2))
    assert once == again


def test_the_work_is_bounded_and_the_bound_is_told():
    model, frame = fit_model(), customers(MOST_ROWS + 500)
    _, basis = permutation_importance(model, rows_for(model, frame, "churn"))
    assert basis.n_rows == MOST_ROWS
    assert basis.n_rows * basis.n_repeats * 5 <= MOST_ANSWERS


def test_of_a_very_wide_table_the_columns_that_count_are_measured():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        rng.normal(size=(300, 130)), columns=map("x{}".format, range(130))
    )
    frame["self"] = rng.normal(size=300)  # a name that a keyword could clash with
    frame["y"] = 3 * frame["self"] + frame["x7"]
    run = train(frame, "y", n_jobs=1, budget_s=60, families=["linear"], **enough())
    found = evaluate(run.champion, frame, n_repeats=1)
    assert len(found.importance) == MOST_COLUMNS
    assert found.importance_basis.n_skipped == 31
    assert [item.column for item in found.importance[:2]] == ["self", "x7"]
