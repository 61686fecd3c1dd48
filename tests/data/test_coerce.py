import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import coerce, describe_schema
from core.errors import SchemaError

TRAINING = pd.DataFrame(
    {
        "amount": [1.5, 2.5],
        "count": [1, 2],
        "plan": ["a", "b"],
        "active": [True, False],
        "since": pd.to_datetime(["2024-01-01", "2024-02-01"]),
    }
)
SCHEMA = describe_schema(TRAINING)


def test_its_own_table_comes_back_unchanged():
    pd.testing.assert_frame_equal(coerce(TRAINING, SCHEMA), TRAINING)


def test_records_of_text_are_parsed():
    rows = [
        {
            "amount": " 1.5 ",
            "count": "3",
            "plan": "a",
            "active": "Yes",
            "since": "2024-05-31",
        }
    ]
    frame = coerce(rows, SCHEMA)
    assert frame.dtypes.equals(TRAINING.dtypes)
    assert frame.loc[0, "active"]
    assert frame.loc[0, "since"] == pd.Timestamp("2024-05-31")


def test_absent_columns_are_missing_and_unknown_ones_left_out():
    frame = coerce([{"amount": 1, "other": 2}], SCHEMA)
    assert frame.columns.tolist() == list(SCHEMA.names)
    assert frame.drop(columns="amount").isna().to_numpy().all()


def test_blank_text_is_missing():
    frame = coerce([dict.fromkeys(SCHEMA.names, " ")], SCHEMA, strict=True)
    assert frame.isna().to_numpy().all()


def test_whole_floats_match_text_levels_that_were_numbers():
    schema = describe_schema(pd.DataFrame({"zip": ["1", "2"]}))
    assert coerce([{"zip": 1.0}], schema).loc[0, "zip"] == "1"


def test_a_fraction_in_a_whole_column_is_kept():
    assert coerce([{"count": 1.5}], SCHEMA, strict=True).loc[0, "count"] == 1.5


def test_a_zone_is_turned_into_utc():
    frame = coerce([{"since": "2024-05-31T12:00:00+02:00"}], SCHEMA)
    assert frame.loc[0, "since"] == pd.Timestamp("2024-05-31T10:00")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("amount", "abc", id="word as number"),
        pytest.param("amount", [1], id="list as number"),
        pytest.param("amount", "inf", id="infinite"),
        pytest.param("count", "12 apples", id="word as whole number"),
        pytest.param("active", "maybe", id="word as boolean"),
        pytest.param("active", 2, id="number as boolean"),
        pytest.param("since", "yesterday", id="word as date"),
        pytest.param("since", 20240531, id="number as date"),
        pytest.param("plan", {"a": 1}, id="object as text"),
    ],
)
def test_what_does_not_fit_is_missing_or_refused_by_name(column, value):
    assert coerce([{column: value}], SCHEMA)[column].isna().all()
    with pytest.raises(SchemaError) as caught:
        coerce([{column: None}, {column: value}], SCHEMA, strict=True)
    (problem,) = caught.value.problems
    assert (problem["row"], problem["column"]) == (1, column)
    assert column in caught.value.message


def test_no_rows_give_an_empty_frame_with_all_columns():
    assert coerce([], SCHEMA).shape == (0, 5)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.dictionaries(st.sampled_from([*SCHEMA.names, "x"]), CELLS), max_size=4)
)
def test_any_records_come_out_canonical(rows):
    frame = coerce(rows, SCHEMA)
    assert frame.columns.tolist() == list(SCHEMA.names)
    assert len(frame) == len(rows)
    allowed = {"float64", "int64", "str", "bool", "boolean", "datetime64[us]"}
    assert {str(dtype) for dtype in frame.dtypes} <= allowed
    assert not np.isinf(frame["amount"]).any()
