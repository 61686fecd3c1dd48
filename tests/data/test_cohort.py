import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Cohort, Condition
from core.errors import DataError

TABLE = pd.DataFrame(
    {
        "age": [20.0, 30.0, 40.0, np.nan],
        "plan": ["a", "b", "=c", None],
        "on": pd.array([True, False, None, True], dtype="boolean"),
        "since": pd.to_datetime(["2024-01-01", "2024-02-01", None, "2024-03-01"]),
        "code": ["07", "8", "x", "9"],
    }
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(("age", ">=", 30), [0, 1, 1, 0], id="a number from"),
        pytest.param(("age", "<", 30), [1, 0, 0, 0], id="missing is not below"),
        pytest.param(("age", "!=", 30), [1, 0, 1, 0], id="missing is not another one"),
        pytest.param(("age", "in", (20, "40")), [1, 0, 1, 0], id="numbers as text"),
        pytest.param(("plan", "in", ("a", "=c")), [1, 0, 1, 0], id="words"),
        pytest.param(("plan", "not in", ("a",)), [0, 1, 1, 0], id="none of the words"),
        pytest.param(("plan", "is missing", None), [0, 0, 0, 1], id="missing"),
        pytest.param(("plan", "is not missing", None), [1, 1, 1, 0], id="present"),
        pytest.param(("on", "==", "True"), [1, 0, 0, 1], id="yes or no by its word"),
        pytest.param(("on", "==", False), [0, 1, 0, 0], id="yes or no"),
        pytest.param(("since", ">", "2024-01-15"), [0, 1, 0, 1], id="a date"),
        pytest.param(("code", ">=", 8), [0, 1, 0, 1], id="numbers written as words"),
        pytest.param(("", "formula", "age * 2 > 50"), [0, 1, 1, 0], id="a formula"),
        pytest.param(
            ("", "formula", "on and age < 30"), [1, 0, 0, 0], id="a flag in a formula"
        ),
    ],
)
def test_a_condition_finds_its_rows(condition, expected):
    found = Condition(*condition).mask(TABLE)
    assert found.dtype == bool
    assert found.tolist() == [bool(n) for n in expected]


def test_all_conditions_of_a_cohort_must_hold():
    cohort = Cohort(
        "middle", (Condition("age", ">=", 30), Condition("plan", "==", "b"))
    )
    assert cohort.mask(TABLE).tolist() == [False, True, False, False]
    assert cohort.sentence == "age ≥ 30 and plan is b"


def test_a_cohort_is_plain_json_and_its_rule_is_known_by_its_hash():
    cohort = Cohort("one", (Condition("plan", "in", ["a", "b"]),))
    again = Cohort.from_dict(json.loads(json.dumps(cohort.to_dict())))
    assert again == cohort
    assert Cohort("two", cohort.conditions).content_hash == cohort.content_hash


def test_missing_columns_are_named_before_and_refused_in_use():
    cohort = Cohort("x", (Condition("", "formula", "fee > age"),))
    assert cohort.missing(TABLE.columns) == ("fee",)
    with pytest.raises(DataError, match="'fee', which is not there"):
        cohort.mask(TABLE)


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(("age", "~", 1), id="unknown operator"),
        pytest.param(("age", "in", ()), id="no value"),
        pytest.param(("age", "<", float("nan")), id="not a number"),
        pytest.param(("age", "is missing", 3), id="a value too many"),
        pytest.param(("", "formula", "__import__('os')"), id="a call"),
    ],
)
def test_a_senseless_condition_is_refused(condition):
    with pytest.raises(DataError):
        Condition(*condition)


@pytest.mark.parametrize(
    "condition",
    [("age", "<", "many"), ("since", "<", 3), ("", "formula", "plan")],
)
def test_what_cannot_be_compared_is_refused_in_words(condition):
    with pytest.raises(DataError):
        Condition(*condition).mask(TABLE)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_cohort_needs_a_name(name):
    with pytest.raises(DataError, match="name"):
        Cohort(name, (Condition("age", "<", 1),))


@settings(max_examples=25)
@given(st.lists(st.floats(-5, 5) | st.just(np.nan), max_size=30), st.floats(-5, 5))
def test_below_from_and_missing_divide_every_table(values, edge):
    table = pd.DataFrame({"x": np.array(values, dtype=float)})
    parts = [Condition("x", "<", edge), Condition("x", ">=", edge)]
    parts.append(Condition("x", "is missing"))
    assert (sum(part.mask(table).astype(int) for part in parts) == 1).all()
