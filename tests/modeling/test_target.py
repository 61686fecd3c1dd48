import numpy as np
import pandas as pd
import pytest

from core.errors import ModelingError
from core.modeling.target import match_target, prepare_target


def _frame(values: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"y": values, "x": range(len(values))})


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        pytest.param(["no", "yes", "yes"] * 8, "yes", id="a customary name"),
        pytest.param([True, True, False] * 8, True, id="true"),
        pytest.param([1, 1, 0] * 8, 1, id="one, though more frequent"),
        pytest.param(["good", "good", "bad"] * 8, "bad", id="the rarer one"),
        pytest.param(["a", "b"] * 12, "b", id="the last one when both are as many"),
    ],
)
def test_the_positive_class_is_the_one_a_person_asks_about(values, positive) -> None:
    target = prepare_target(_frame(values), "y")
    assert target.pos_label == positive
    assert target.classes_ is not None
    assert target.classes_[1] == positive
    assert set(target.y[[v == positive for v in values]]) == {1.0}


def test_rows_without_a_target_are_left_out_with_a_finding() -> None:
    target = prepare_target(_frame(["a", None, "b", "a", "b", None] * 5), "y")
    assert len(target.rows) == len(target.y) == 20
    assert [finding.code for finding in target.findings] == ["MODEL-001"]
    assert "10 of 30" in target.findings[0].evidence


def test_a_class_with_one_row_is_left_out_of_many_classes() -> None:
    target = prepare_target(_frame(["a", "b", "c", "b", "a", "c"] * 3 + ["rare"]), "y")
    assert target.classes_ is not None
    assert target.classes_.tolist() == ["a", "b", "c"]
    assert len(target.y) == 18
    assert "'rare'" in target.findings[0].evidence


@pytest.mark.parametrize(
    ("values", "task", "named"),
    [
        pytest.param(["a"] * 20, None, "one value", id="one class"),
        pytest.param([None] * 20, None, "no value", id="all missing"),
        pytest.param(["a"] * 20 + ["b"], None, "'b'", id="a class with one row"),
        pytest.param(["a", "b", None, None], None, "2 rows", id="too few rows"),
        pytest.param(["a", "b"] * 9, "regression", "words", id="words as numbers"),
        pytest.param([1, 2, 3] * 9, "binary", "3 different", id="not two"),
        pytest.param(list(range(300)), "multiclass", "300 classes", id="too many"),
        pytest.param(["a", "b"] * 9, "ranking", "'ranking'", id="unknown task"),
        pytest.param(
            list(pd.date_range("2024-01-01", periods=20)), None, "dates", id="dates"
        ),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_by_name(
    values, task, named
) -> None:
    with pytest.raises(ModelingError, match=named) as caught:
        prepare_target(_frame(values), "y", task)
    assert caught.value.hint
    assert "'y'" in caught.value.message or task == "ranking"


def test_a_target_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(ModelingError, match="'z'"):
        prepare_target(_frame([1, 2] * 9), "z")


def test_whole_numbers_stay_whole_labels_though_some_are_missing() -> None:
    target = prepare_target(_frame([1.0, 2.0, None, 3.0] * 12), "y", "multiclass")
    assert target.classes_ is not None
    assert target.classes_.tolist() == [1, 2, 3]


def test_validation_rows_get_the_codes_of_the_training_rows() -> None:
    like = prepare_target(_frame([3, 5, 5, 3, 7] * 6), "y", "multiclass")
    found = match_target(_frame([7.0, None, 3.0, 9.0, 5.0]), like)
    assert like.classes_ is not None
    labels = like.classes_[found.y.astype(int)]
    np.testing.assert_array_equal(labels, [7, 3, 5])
    np.testing.assert_array_equal(found.rows, [0, 2, 4])
    assert [finding.code for finding in found.findings] == ["MODEL-003"]
