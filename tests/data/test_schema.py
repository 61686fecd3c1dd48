import json

import numpy as np
import pandas as pd
import pytest

from core.data import Schema, describe_schema
from core.errors import DataError


@pytest.fixture
def table():
    n = 40
    return pd.DataFrame(
        {
            "amount": np.linspace(0, 1, n),
            "age": np.arange(n) % 7,
            "plan": ["basic", "pro", "basic", "free"] * 10,
            "active": [True, False] * 20,
            "since": pd.date_range("2024-01-01", periods=n),
            "note": [f"this customer wrote letter number {i}" for i in range(n)],
            "code": [f"K-{i:03d}" for i in range(n)],
        }
    )


def test_kinds_are_told_from_values(table):
    assert list(describe_schema(table).kinds.values()) == [
        "number", "integer", "category", "boolean", "date", "text", "id",
    ]  # fmt: skip


def test_schema_survives_json(table):
    schema = describe_schema(table)
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


def test_numbers_have_range_and_median(table):
    column = describe_schema(table)["amount"]
    assert (column.minimum, column.maximum) == (0.0, 1.0)
    assert column.median == pytest.approx(0.5)
    assert column.low == pytest.approx(0.01)
    assert column.n_distinct == 40


def test_dates_are_posix_seconds():
    column = describe_schema(pd.DataFrame({"d": pd.to_datetime(["1970-01-02"])}))["d"]
    assert column.minimum == 86400.0


def test_levels_stand_most_frequent_first_with_ties_by_text(table):
    column = describe_schema(table)["plan"]
    assert column.levels == ("basic", "free", "pro")
    assert column.counts == (20, 10, 10)


def test_booleans_have_both_words_as_levels(table):
    assert set(describe_schema(table)["active"].levels) == {"True", "False"}


def test_at_most_200_levels_are_kept():
    column = describe_schema(pd.DataFrame({"a": [f"x{i}" for i in range(500)]}))["a"]
    assert len(column.levels) == 200
    assert column.n_distinct == 500


def test_whole_numbers_with_missing_values_stay_integer():
    column = describe_schema(pd.DataFrame({"a": [1.0, np.nan, 3.0]}))["a"]
    assert (column.kind, column.n_missing) == ("integer", 1)


def test_a_column_of_nothing_has_no_range():
    schema = describe_schema(pd.DataFrame({"a": [np.nan], "b": [None]}))
    assert schema["a"].minimum is None
    assert schema["b"].levels == ()


def test_given_kinds_win_where_values_allow(table):
    schema = describe_schema(table, {"age": "category", "plan": "id"})
    assert schema["age"].kind == "category"
    assert "6" in schema["age"].levels
    assert schema["plan"].kind == "id"


def test_words_cannot_be_called_numbers(table):
    with pytest.raises(DataError, match="plan"):
        describe_schema(table, {"plan": "number"})


def test_select_and_without_keep_order_given(table):
    schema = describe_schema(table)
    assert schema.select(["plan", "age"]).names == ("plan", "age")
    assert "age" not in schema.without("age")


def test_an_unknown_column_is_named_in_the_error(table):
    with pytest.raises(DataError, match="nothing_here"):
        describe_schema(table)["nothing_here"]
