import pandas as pd
import pytest

from core.data import suggest_target, suggest_task
from core.errors import DataError


@pytest.mark.parametrize(
    ("values", "task"),
    [
        pytest.param([True, False], "binary", id="booleans"),
        pytest.param(["a", "b", None], "binary", id="two words"),
        pytest.param([0, 1] * 10, "binary", id="zero and one"),
        pytest.param([1.5, 2.5], "binary", id="two numbers"),
        pytest.param(["a", "b", "c"], "multiclass", id="three words"),
        pytest.param([3, 4, 5] * 20, "multiclass", id="few whole numbers, often"),
        pytest.param(list(range(60)), "regression", id="many whole numbers"),
        pytest.param([0.5, 1.5, 2.5], "regression", id="fractions"),
        pytest.param([3, 4, 5], "regression", id="few rows of whole numbers"),
    ],
)
def test_task_follows_the_values(values, task):
    assert suggest_task(pd.Series(values, name="y")) == task


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1, 1], id="one class"),
        pytest.param([None, None], id="nothing"),
        pytest.param(pd.to_datetime(["2024-01-01", "2024-01-02"]), id="dates"),
    ],
)
def test_what_cannot_be_predicted_is_refused_with_its_name(values):
    with pytest.raises(DataError, match="'y'"):
        suggest_task(pd.Series(values, name="y"))


def test_a_customary_name_is_suggested_first():
    frame = pd.DataFrame({"Churn": [0, 1], "age": [1, 2]})
    assert suggest_target(frame) == "Churn"


def test_else_the_last_column_that_can_be_one():
    frame = pd.DataFrame(
        {"a": [1, 2], "b": ["x", "y"], "same": [1, 1], "day": pd.to_datetime([0, 1])}
    )
    assert suggest_target(frame) == "b"


def test_nothing_is_suggested_where_nothing_varies():
    assert suggest_target(pd.DataFrame({"a": [1, 1]})) is None
