"""The next cycle's table."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import describe_schema
from core.data.frames import is_canonical
from core.errors import DataError
from core.retraining import next_table
from core.serving import CapturedPredictions

TRAINING = pd.DataFrame(
    {
        "customer": ["c1", "c2", "c3"],
        "age": [30.0, 40.0, None],
        "paid": [True, False, True],
        "since": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]),
        "left": ["no", "yes", "no"],
    }
).astype({"since": "datetime64[us]"})
SCHEMA = describe_schema(TRAINING[["age", "paid", "since"]])


def captured(outcomes: list[object], ids: list[str] | None = None):
    n_rows = len(outcomes)
    names = ids or [f"p{i}" for i in range(n_rows)]
    inputs = pd.DataFrame(
        {
            "age": [str(50 + i) for i in range(n_rows)],
            "paid": ["yes"] * n_rows,
            "since": ["2026-02-01"] * n_rows,
        }
    )
    meta = pd.DataFrame({"id": names, "outcome": pd.Series(outcomes, dtype=object)})
    return CapturedPredictions(meta, inputs)


def test_captured_rows_join_in_the_types_of_the_training_rows():
    table = next_table(TRAINING, captured(["yes", "no"]), "left", SCHEMA)
    assert is_canonical(table.frame)
    assert table.frame.dtypes.tolist() == TRAINING.dtypes.tolist()
    assert table.frame["age"].tolist()[3:] == [50.0, 51.0]
    assert table.frame["left"].tolist()[3:] == ["yes", "no"]


def test_columns_that_were_not_asked_for_are_missing_and_none_is_added():
    table = next_table(TRAINING, captured(["yes"]), "left", SCHEMA)
    assert list(table.frame.columns) == list(TRAINING.columns)
    assert table.frame["customer"].isna().tolist() == [False, False, False, True]


def test_rows_without_an_outcome_wait():
    table = next_table(TRAINING, captured(["yes", None, None]), "left", SCHEMA)
    assert (table.n_added, table.n_without_outcome, len(table.frame)) == (1, 2, 4)
    assert "2 wait for their outcome" in table.sentence


def test_an_id_that_occurs_twice_counts_once_with_its_last_outcome():
    table = next_table(TRAINING, captured(["yes", "no"], ["p", "p"]), "left", SCHEMA)
    assert table.n_added == 1
    assert table.frame["left"].iloc[-1] == "no"


def test_rows_that_an_earlier_cycle_took_in_are_not_doubled():
    once = next_table(TRAINING, captured(["yes", "no"]), "left", SCHEMA)
    twice = next_table(once.frame, captured(["yes", "no", "no"]), "left", SCHEMA)
    assert (twice.n_added, twice.n_repeated) == (1, 2)
    assert len(twice.frame) == 6


def test_outcomes_that_are_no_value_of_the_target_are_left_out():
    training = TRAINING.assign(left=[1.5, 2.5, 3.5])
    table = next_table(training, captured(["4.5", "soon"]), "left", SCHEMA)
    assert (table.n_added, table.n_unreadable) == (1, 1)


@given(st.lists(st.sampled_from(["yes", "no", None]), max_size=12))
@settings(max_examples=15)
def test_the_counts_add_up(outcomes):
    table = next_table(TRAINING, captured(outcomes), "left", SCHEMA)
    assert len(table.frame) == table.n_training + table.n_added
    left_out = table.n_without_outcome + table.n_unreadable + table.n_repeated
    assert table.n_added + left_out == len(outcomes)


def test_a_table_without_the_target_is_refused():
    with pytest.raises(DataError, match="left"):
        next_table(TRAINING.drop(columns="left"), captured([]), "left")
