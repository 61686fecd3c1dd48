"""Groups side by side: the figures are those of the rows, and small groups say so."""

import numpy as np
import pandas as pd
import pytest

from core.errors import EvaluationError
from core.evaluation.fairness import compare_groups
from core.evaluation.grouping import group_names
from core.evaluation.held_out import HeldOut


def held(y, said):
    table = np.column_stack([1.0 - said, said])
    return HeldOut("binary", np.asarray(y, dtype=float), table, ("no", "yes"))


def two_groups(n_first=100, n_second=100, first=0.6, second=0.3):
    halves = ((n_first, first), (n_second, second))
    selected = [np.arange(n) < share * n for n, share in halves]
    said = np.concatenate(selected).astype(float)
    y = np.tile([1.0, 0.0], (n_first + n_second) // 2)
    sex = pd.Series(["m"] * n_first + ["f"] * n_second, name="sex")
    return held(y, said), sex


def test_figures_are_those_of_the_rows():
    found = compare_groups(*two_groups())
    by_name = {group.name: group.figures for group in found.groups}
    assert by_name["m"]["selection"].value == 0.6
    assert by_name["f"]["recall"].value == 0.3
    assert by_name["f"]["false_alarms"].n_rows == 50
    assert by_name["m"]["precision"].value == 0.5
    low, high = by_name["m"]["selection"].low, by_name["m"]["selection"].high
    assert (round(low, 3), round(high, 3)) == (0.502, 0.691)  # Wilson


def test_a_group_below_four_fifths_is_told_and_how_sure():
    sure = {g.name: g.below_line for g in compare_groups(*two_groups()).groups}
    assert sure == {"m": "", "f": "surely"}
    perhaps = compare_groups(*two_groups(60, 60, 0.5, 0.38)).groups
    assert {g.name: g.below_line for g in perhaps} == {"m": "", "f": "perhaps"}


def test_the_other_answer_may_be_the_favourable_one():
    found = compare_groups(*two_groups(), favourable="no")
    assert found.most_selected == "f"
    assert found.favourable == "no"


def test_a_small_group_says_so_and_sets_no_line():
    found = compare_groups(*two_groups(100, 20, 0.3, 1.0))
    small = next(group for group in found.groups if group.name == "f")
    assert small.too_few
    assert small.ratio is None
    assert found.most_selected is None


def test_a_group_without_any_true_row_has_no_value():
    y, said = np.zeros(80), np.tile([0.0, 1.0], 40)
    found = compare_groups(held(y, said), pd.Series(["a", "b"] * 40))
    assert all(group.figures["recall"].value is None for group in found.groups)


def test_numbers_are_compared_by_their_errors():
    y = np.arange(100.0)
    wrong = HeldOut("regression", y, y + np.repeat([0.0, 2.0], 50))
    found = compare_groups(wrong, pd.Series(["a"] * 50 + ["b"] * 50))
    assert found.names == ("predicted", "bias", "mae")
    assert found.groups[1].figures["bias"].value == -2.0
    assert found.groups[1].ratio is None


def test_one_group_only_is_refused_with_a_next_step():
    rows, _ = two_groups()
    with pytest.raises(EvaluationError, match="same value") as told:
        compare_groups(rows, pd.Series(["x"] * 200, name="sex"))
    assert told.value.hint


def test_a_class_nobody_knows_is_refused():
    with pytest.raises(EvaluationError, match="does not know"):
        compare_groups(*two_groups(), favourable="maybe")


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        pytest.param(pd.Series(range(100)), 4, id="numbers: quartiles"),
        pytest.param(pd.Series([0, 1] * 5), 2, id="few numbers: each"),
        pytest.param(pd.Series([str(i) for i in range(40)]), 12, id="many levels"),
        pytest.param(pd.Series([True, False, None]), 3, id="with missing ones"),
        pytest.param(
            pd.Series(pd.to_datetime(["2024-01-01", "2025-01-01"])).dt.as_unit("us"),
            2, id="dates: years",
        ),
    ],
)  # fmt: skip
def test_columns_are_divided_by_their_kind(values, groups):
    assert group_names(values).nunique() == groups
