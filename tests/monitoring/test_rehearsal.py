"""A rehearsal counts the alarms a history would have raised."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.schema import describe_schema
from core.monitoring import check_quality
from core.monitoring.faults import FAULTS
from core.monitoring.rehearsal import episodes, quiet_threshold
from core.monitoring.rules import Rule, judge_values

AT_ONCE = Rule("r", "columns", 0.1, m=1, n=1)
VALUES = st.lists(st.none() | st.floats(0, 1), max_size=40)


@given(VALUES, st.integers(1, 60), st.integers(1, 4))
@settings(max_examples=25)
def test_the_quiet_threshold_keeps_its_promise_and_never_falls(values, one_in, m):
    rule = Rule("r", "columns", 0.1, m=m, n=4)
    threshold = quiet_threshold(rule, values, one_in)
    quiet = Rule("r", "columns", threshold, m=m, n=4)
    n_known = sum(value is not None for value in values)
    assert threshold >= rule.threshold
    assert len(episodes(judge_values(quiet, values))) <= n_known // one_in


def test_a_long_alarm_is_one_alarm():
    assert episodes(judge_values(AT_ONCE, [0, 1, 1, 1, 0, 1])) == [
        (1, "alarm"),
        (5, "alarm"),
    ]


def table() -> tuple[pd.DataFrame, "pd.Series"]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "fee": rng.normal(40, 9, 300),
            "age": rng.integers(18, 80, 300),
            "plan": pd.Series(rng.choice(["a", "b"], 300)),
        }
    )
    return frame, pd.Series(rng.choice(["yes", "no"], 300, p=[0.2, 0.8]))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("unit", "MONITOR-009"),
        ("category", "MONITOR-005"),
        ("missing", "MONITOR-001"),
        ("frozen", "MONITOR-008"),
    ],
)
def test_a_fault_is_found_by_the_check_that_is_meant_for_it(name, code):
    frame, truth = table()
    schema = describe_schema(frame)
    columns = FAULTS[name].choose(schema, frame.columns)
    broken, _ = FAULTS[name].apply((frame, truth), columns, np.random.default_rng(0))
    assert code in [each.code for each in check_quality(schema, broken)]
    assert frame.equals(table()[0])  # the stream itself is not touched


def test_a_label_shift_draws_the_rarer_outcome_more_often():
    rows = table()
    shifted = FAULTS["labels"].apply(rows, (), np.random.default_rng(0))
    assert (shifted[1] == "yes").mean() > 1.5 * (rows[1] == "yes").mean()


def test_a_fault_that_a_table_cannot_have_is_left_out():
    schema = describe_schema(table()[0][["plan"]])
    assert FAULTS["swapped"].choose(schema, ["plan"]) == ()
