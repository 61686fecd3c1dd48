import pytest
from streamlit.testing.v1 import AppTest

from tests.bad_input import HOSTILE_NAMES


def form_page(names=("age", "plan", "senior", "joined", "remark")):
    import numpy as np
    import pandas as pd
    import streamlit as st

    from core.data.schema import describe_schema
    from pages.shared.predict_form import arrange, fields_of
    from pages.shared.predict_widgets import ask_record

    columns = [
        np.arange(60, dtype="int64"),
        pd.Series(["a", "b", "b"] * 20, dtype="str"),
        np.arange(60) % 3 == 0,
        pd.date_range("2020-01-01", periods=60, unit="us"),
        pd.Series(["said nothing at all"] * 60, dtype="str"),
    ]
    frame = pd.DataFrame(
        {name: columns[i % len(columns)] for i, name in enumerate(names)}
    )
    kinds = {name: "text" for i, name in enumerate(names) if i % len(columns) == 4}
    first, rest = arrange(fields_of(describe_schema(frame, kinds)), {})
    st.session_state["sent"] = ask_record(first, rest, "key")


def open_form(**kwargs) -> AppTest:
    return AppTest.from_function(form_page, kwargs=kwargs, default_timeout=20).run()


def send(form: AppTest) -> dict:
    form.button[0].click().run()
    assert not form.exception
    return form.session_state["sent"]


def test_nothing_is_sent_before_the_button():
    form = open_form()
    assert not form.exception
    assert form.session_state["sent"] is None


def test_the_form_starts_from_a_typical_row():
    assert send(open_form()) == {
        "age": 30,
        "plan": "b",
        "senior": False,
        "joined": "2020-01-30",
        "remark": "said nothing at all",
    }


def test_what_is_filled_in_is_sent():
    form = open_form()
    form.slider[0].set_value(41)
    form.selectbox[0].select("a")
    form.toggle[0].set_value(True)
    form.text_input[0].set_value("")
    sent = send(form)
    assert sent["age"] == 41
    assert sent["plan"] == "a"
    assert sent["senior"] is True
    assert sent["remark"] is None


def test_fields_can_be_left_empty():
    form = open_form()
    form.multiselect[0].set_value(["age", "senior", "joined"]).run()
    sent = send(form)
    assert (sent["age"], sent["senior"], sent["joined"]) == (None, None, None)


def test_a_number_may_lie_beyond_the_training_range():
    form = open_form()
    form.multiselect[0].set_value(["age"]).run()
    form.number_input[0].set_value(-5_000)
    assert send(form)["age"] == -5_000


def test_a_long_form_is_folded():
    form = open_form(names=tuple(f"f{i}" for i in range(40)))
    assert form.expander[0].label == "28 more fields, as in a typical row"
    assert len(send(form)) == 40


def test_a_form_of_hundreds_of_columns_draws_a_few_and_sends_all():
    form = open_form(names=tuple(f"f{i}" for i in range(300)))
    drawn = sum(len(form.get(kind)) for kind in ("slider", "selectbox", "toggle"))
    assert drawn < 80
    assert "228 others" in form.caption[0].value
    sent = send(form)
    assert len(sent) == 300
    assert sent["f295"] == 30


def test_a_field_that_is_not_drawn_can_be_brought_in():
    form = open_form(names=tuple(f"f{i}" for i in range(300)))
    form.multiselect[0].set_value(["f295"]).run()
    form.number_input[0].set_value(7)
    assert send(form)["f295"] == 7


def test_hostile_names_are_shown_as_they_are():
    form = open_form(names=HOSTILE_NAMES)
    assert not form.exception
    assert set(send(form)) == set(HOSTILE_NAMES)
    slider = form.slider[0].label
    assert "\\$x\\$" in slider
    assert "\\[b\\]\\(javascript" in slider
    assert "\\<script\\>" in slider


@pytest.mark.parametrize("name", ["", " ", "\n"])
def test_a_name_without_letters_has_a_field_too(name):
    assert list(send(open_form(names=(name, "b")))) == [name, "b"]
