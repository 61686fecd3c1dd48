import json

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
        pytest.param("since", "now", id="present as date"),
        pytest.param("since", ".5", id="fraction as date"),
        pytest.param("since", "-3", id="negative number as date"),
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


@settings(max_examples=60)
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


@pytest.mark.parametrize("column", TRAINING.columns)
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(10**400, id="a whole number of 400 digits"),
        pytest.param(-(10**5_000), id="a whole number of 5,000 digits"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("a\udfffb", id="half a character within text"),
        pytest.param(2**64, id="a whole number past 64 bits"),
    ],
)
def test_values_past_every_limit_are_kept_as_text_or_refused(column, value):
    (cast,) = coerce([{column: value}], SCHEMA)[column]
    assert column == "plan" or pd.isna(cast) or cast == 2**64


@pytest.mark.parametrize("value", [10**400, "a\ud800"], ids=["long", "half"])
def test_a_value_past_every_limit_is_refused_in_words_that_can_be_sent(value):
    with pytest.raises(SchemaError) as caught:
        coerce([{"amount": value}, {"amount": None}], SCHEMA, strict=True)
    assert len(str(caught.value)) < 300
    assert json.dumps(caught.value.problems, ensure_ascii=False).encode()


def test_half_a_character_becomes_the_sign_for_an_unknown_one():
    assert coerce([{"plan": "a\ud800"}], SCHEMA).loc[0, "plan"] == "a\ufffd"


def test_a_name_that_no_table_can_have_is_left_out():
    assert coerce([{"\ud800": 1, "amount": 2}], SCHEMA).loc[0, "amount"] == 2
