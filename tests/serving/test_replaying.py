"""Few rows are cleaned without a table, to the same values as with one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Recipe, Step, coerce, describe_schema
from core.data.replay import replay_of
from core.modeling.encoder import raw_columns
from core.serving.replaying import FEW_ROWS, QuickReplay

STEPS = (
    Step("merge_levels", ("plan",), {"mapping": {"BASIC": "basic"}}),
    Step("blank_values", ("fee",), {"values": ["-1"]}),
    Step("flag_missing", ("fee",)),
    Step("clip", ("age",), {"minimum": 20, "maximum": 60}),
    Step("formula", (), {"to": "spare", "formula": "fee / calls"}),
    Step("date_parts", ("since",), {"parts": ["month", "weekday"]}),
    Step("drop_columns", ("since",)),
)


def table(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n).astype(float),
            "fee": rng.choice([-1.0, 12.5, 30.0], n),
            "calls": rng.integers(1, 9, n).astype(float),
            "plan": rng.choice(["basic", "BASIC", "plus"], n),
            "city": rng.choice(["Rome", "Oslo"], n),
            "since": pd.to_datetime("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
        }
    )


@pytest.fixture(scope="module")
def replay():
    raw = table()
    raw["since"] = raw["since"].astype("datetime64[us]")
    recipe = Recipe(STEPS)
    wanted = describe_schema(recipe.apply(raw))
    return replay_of(recipe, raw, describe_schema(raw), wanted), wanted


RECORDS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "age": st.sampled_from([None, 3, 41.5, 99]),
            "fee": st.sampled_from([None, -1, 12.5]),
            "calls": st.sampled_from([None, 0, 4]),
            "plan": st.sampled_from([None, "BASIC", "plus", "new", ""]),
            "city": st.sampled_from([None, "Rome", "Bern"]),
            "since": st.sampled_from([None, "2024-02-29", "2025-12-31T10:00:00"]),
        },
    ),
    min_size=1,
    max_size=FEW_ROWS,
)


@settings(max_examples=60)
@given(RECORDS)
def test_few_records_become_what_a_table_of_each_would(replay, records):
    made, wanted = replay
    found = QuickReplay(made, wanted).columns(records)
    if found is None:  # a value needs more than a look: the long way decides
        return
    assert list(found) == list(wanted.names)
    for row, record in enumerate(records):
        frame = coerce(made.apply(coerce([record], made.inputs)), wanted)
        for name, values in raw_columns(frame, wanted).items():
            expected, got = values[0], found[name][row]
            assert (pd.isna(expected) and pd.isna(got)) or expected == got


def test_what_was_worked_out_is_not_worked_out_again(replay, monkeypatch):
    made, wanted = replay
    quick = QuickReplay(made, wanted)
    record = {"age": 41.0, "fee": -1, "calls": 2, "plan": "BASIC", "city": "Rome"}
    first = quick.columns([record])
    monkeypatch.setattr(Recipe, "apply", lambda *_: pytest.fail("worked out again"))
    again = quick.columns([record, record])
    assert again["plan"] == first["plan"] * 2


def test_many_records_are_left_to_the_table(replay):
    assert QuickReplay(*replay).columns([{"age": 41.0}] * (FEW_ROWS + 1)) is None
