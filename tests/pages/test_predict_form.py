from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.samples import churn_sample
from core.data.schema import ColumnSchema, Schema, describe_schema
from core.serving.typical import decimals_of, nice_step
from pages.shared.predict_fields import EMPTY, Field, can_open, open_field, to_record
from pages.shared.predict_form import arrange, fields_of, importance_of


def field_for(values, kind=None) -> Field:
    frame = pd.DataFrame({"x": values})
    return fields_of(describe_schema(frame, {"x": kind} if kind else None))[0]


def test_a_number_slides_over_the_middle_98_percent_from_the_median():
    values = np.append(np.linspace(0, 10, 1_000), 900.5)
    field = field_for(values)
    assert field.control == "slider"
    assert 0 < field.low < 0.2
    assert 9.8 < field.high < 10
    assert field.default == pytest.approx(5, abs=field.step)


def test_a_whole_number_slides_in_whole_steps():
    field = field_for(np.arange(18, 90))
    assert field.control == "slider"
    assert {type(v) for v in (field.low, field.high, field.step, field.default)} == {
        int
    }
    assert field.number_format == "%d"


def test_a_wide_whole_number_slides_in_round_steps():
    field = field_for(np.arange(0, 1_000_000, 7))
    assert field.step == 5_000
    assert field.low % field.step == field.high % field.step == 0


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([4.5] * 9, id="always the same"),
        pytest.param([1e300, 2e300, 3e300], id="past what a browser counts"),
        pytest.param([np.nan] * 9, id="never present"),
        pytest.param([2**60, 2**61, 2**62], id="whole and huge"),
    ],
)
def test_a_number_that_cannot_slide_is_typed(values):
    assert field_for(values).control == "number"


def test_a_category_offers_its_levels_by_frequency_with_counts():
    field = field_for(["b", "a", "b", None])
    assert field.options == ("b", "a", EMPTY)
    assert field.default == "b"
    assert field.label_of("b") == "b (2)"
    assert field.label_of(EMPTY) == "leave empty (1)"


def test_a_category_typed_by_hand_is_its_own_label():
    assert field_for(["b", "a", "b"]).label_of("new") == "new"


@pytest.mark.parametrize(("values", "default"), [([1, 1, 0], True), ([0, 0, 1], False)])
def test_a_boolean_toggles_from_its_most_frequent_value(values, default):
    field = field_for(np.array(values, dtype=bool))
    assert (field.control, field.default) == ("toggle", default)


def test_a_date_starts_at_its_median_and_may_lie_in_the_future():
    field = field_for(pd.to_datetime(["2020-01-01", "2021-06-01", "2022-01-01"]))
    assert (field.control, field.default) == ("date", date(2021, 6, 1))
    assert field.high > date(2100, 1, 1)


def test_a_date_with_times_asks_for_the_time():
    values = pd.to_datetime(
        ["2020-01-01 10:30", "2020-01-02 11:30", "2020-01-03 00:00"]
    )
    field = field_for(values)
    assert (field.control, field.default) == (
        "moment",
        datetime.fromisoformat("2020-01-02T11:30"),
    )


def test_a_date_before_every_limit_is_within_its_own():
    field = field_for(pd.to_datetime(["1066-10-14", "1066-10-15", "2020-01-01"]))
    assert field.low == date(1066, 10, 14)


def test_a_text_is_typed():
    sentence = [f"the {i}th customer said something else" for i in range(30)]
    assert field_for(sentence, "text").control == "text"
    assert field_for(sentence, "text").default == ""


def test_identifiers_are_not_asked():
    schema = describe_schema(churn_sample().table).without("churn")
    assert "customer_id" in schema
    assert [field.name for field in fields_of(schema)] == [
        name for name in schema.names if name != "customer_id"
    ]


def test_a_hostile_name_stays_as_it_is():
    name = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"
    schema = Schema((ColumnSchema(name, "number", 0, 0, 0),))
    assert fields_of(schema)[0].name == name


@pytest.mark.parametrize(
    ("values", "control"),
    [
        (np.arange(90), "number"),
        (np.array([True, False]), "yes or no"),
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), "date"),
    ],
)
def test_an_opened_field_can_be_left_empty(values, control):
    field = field_for(values)
    assert can_open(field)
    opened = open_field(field)
    assert opened.control == control
    assert not can_open(opened)
    assert to_record([(opened, opened.default)]) == {"x": None}


def test_an_opened_boolean_still_says_yes_and_no():
    opened = open_field(field_for(np.array([True, False, True])))
    assert to_record([(opened, "yes")]) == {"x": True}
    assert to_record([(opened, "no")]) == {"x": False}


def test_a_category_called_yes_stays_a_word():
    field = field_for(["yes", "no", "yes"])
    assert to_record([(field, "yes")]) == {"x": "yes"}


def test_days_and_times_become_iso_text():
    day, moment = Field("day", "date", None), Field("at", "moment", None)
    values = [
        (day, date(2026, 5, 3)),
        (moment, datetime.fromisoformat("2026-05-03T12:30")),
    ]
    assert to_record(values) == {"day": "2026-05-03", "at": "2026-05-03T12:30:00"}


def test_the_most_important_fields_come_first_and_the_rest_keeps_its_order():
    fields = [Field(f"f{i}", "text", "") for i in range(20)]
    first, rest = arrange(fields, {"f19": 0.5, "f7": 0.1, "f3": -0.2})
    assert [field.name for field in first][:3] == ["f19", "f7", "f0"]
    assert len(first) == 12
    assert [field.name for field in rest] == [f"f{i}" for i in range(12, 19)] + ["f3"]


def test_a_short_form_is_not_folded():
    fields = [Field(f"f{i}", "text", "") for i in range(14)]
    assert arrange(fields, {})[1] == ()


@pytest.mark.parametrize("evaluation", [None, {}, {"importance": None}])
def test_a_version_without_importance_has_none(evaluation):
    assert importance_of(evaluation) == {}


finite = st.floats(-1e12, 1e12)


@settings(max_examples=25)
@given(st.lists(finite, min_size=3, max_size=40))
def test_a_slider_never_leaves_the_range_and_starts_inside(values):
    field = field_for(np.array(values))
    if field.control == "slider":
        slack = 1e-6 * field.step
        assert min(values) - slack <= field.low <= field.default
        assert field.default <= field.high <= max(values) + slack


@settings(max_examples=25)
@given(finite, finite)
def test_a_step_makes_a_slider_of_at_most_200_stops(a, b):
    low, high = min(a, b), max(a, b)
    if high - low > 1e-6:
        step = nice_step(low, high)
        assert 79 <= (high - low) / step <= 200.001
        assert round(step, decimals_of(step)) == step


@settings(max_examples=25)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=30))
def test_any_words_make_a_field_whose_default_is_sound(words):
    field = field_for(pd.Series(words, dtype="str"), "category")
    assert field.default in field.options
    assert to_record([(field, EMPTY)]) == {"x": None}
