"""A rule counts bad windows, and says nothing of those it cannot judge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MonitoringError
from core.monitoring.rules import DEFAULT_RULES, Rule, judge_values

THREE_OF_FOUR = Rule("r", "columns", 0.1)


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        pytest.param([0.5, 0, 0, 0], ["", "", "", ""], id="one bad window is chance"),
        pytest.param([0.5, 0.5], ["", "warning"], id="the second is a warning"),
        pytest.param([0.5, 0.5, 0, 0.5], ["", "warning", "", "alarm"], id="the third"),
        pytest.param([0.5, 0, 0, 0, 0.5], [""] * 5, id="what is long ago is forgotten"),
        pytest.param([0.1, 0.1, 0.1], [""] * 3, id="at the threshold is not above it"),
    ],
)
def test_two_of_four_warn_and_three_alarm(values, levels):
    assert [each.level for each in judge_values(THREE_OF_FOUR, values)] == levels


def test_broken_data_alarms_at_the_first_window():
    assert judge_values(DEFAULT_RULES[0], [0.0, 2.0])[1].level == "alarm"


@given(st.lists(st.none() | st.floats(0, 1), max_size=30))
@settings(max_examples=25)
def test_windows_without_a_value_change_nothing(values):
    known = [value for value in values if value is not None]
    judged = [each.level for each in judge_values(THREE_OF_FOUR, values)]
    assert judged == [each.level for each in judge_values(THREE_OF_FOUR, known)]


def test_a_rule_may_be_limited_to_warnings():
    mild = Rule("r", "joint", 0.0, m=1, n=1, severity="warning")
    assert judge_values(mild, [1.0])[0].level == "warning"


@pytest.mark.parametrize(
    "change", [{"signal": "mood"}, {"m": 5, "n": 4}, {"m": 0}, {"signal": "column:"}]
)
def test_a_rule_that_makes_no_sense_is_refused(change):
    with pytest.raises(MonitoringError):
        Rule.from_dict(THREE_OF_FOUR.to_dict() | change)
