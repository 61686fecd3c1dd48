"""The adviser answers every use, always alike, and each answer can change it."""

from dataclasses import fields, replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.deployment import KINDS
from core.deployment.adviser import Advice, Answers, advise

HINTS = get_type_hints(Answers)
NUMBERS = {
    "calls_per_hour": (1.0, 1e6),
    "rows_a_call": (1.0, 1e5),
    "goal_ms": (1.0, 1e5),
    "swing": (1.0, 50.0),
    "size_mb": (0.001, 2e3),
    "row_ms": (0.001, 1e3),
    "n_rows": (10, 10**7),
    "n_columns": (1, 5_000),
}


def values_of(name: str) -> list[Any]:
    """Return the values of an answer that are tried in examples."""
    kind = HINTS[name]
    if get_origin(kind) is not None:
        return list(get_args(kind))
    return [False, True] if kind is bool else list(NUMBERS[name])


def any_value(name: str) -> st.SearchStrategy[Any]:
    if name not in NUMBERS:
        return st.sampled_from(values_of(name))
    low, high = NUMBERS[name]
    if HINTS[name] is int:
        return st.integers(int(low), int(high))
    return st.floats(low, high)


anything = st.builds(
    Answers, **{each.name: any_value(each.name) for each in fields(Answers)}
)


@given(anything)
@settings(max_examples=100)
def test_every_use_gets_an_advice_with_reasons_and_the_same_one_again(answers):
    advice = advise(answers)
    assert advice == advise(replace(answers))
    assert advice.bundle in KINDS
    for choice in (advice.form, advice.place, advice.retraining):
        assert choice.reasons
        assert choice.option.benefits
        assert choice.option.risks
        assert choice.runner_up != choice.option
        assert not any("{" in reason for reason in choice.reasons)


@given(anything)
@settings(max_examples=100)
def test_what_must_not_be_is_never_advised(answers):
    advice = advise(answers)
    if answers.data == "stay":
        assert advice.place.option.name == "own"
    if answers.outcomes != "days":
        assert advice.retraining.option.name == "offline"
    if answers.language == "other" or answers.caller != "one":
        assert advice.form.option.name != "embedded"
    if answers.delay == "hours":
        assert advice.form.option.name == "batch"


def decided(advice: Advice) -> tuple[object, ...]:
    """Return what an advice decides, without its reasons."""
    choices = (advice.form, advice.place, advice.retraining)
    return (*(c.option.name for c in choices), advice.bundle, len(advice.steps))


USES = [
    Answers(),
    Answers(caller="one"),
    Answers(caller="one", changes="days", outcomes="days"),
    Answers(caller="one", language="javascript"),
    Answers(machines="none", data="anywhere"),
    Answers(machines="containers", data="anywhere", swing=8.0),
    Answers(delay="hours"),
    Answers(machines="none", calls_per_hour=10, data="anywhere"),
    Answers(caller="one", rows_a_call=5_000, row_ms=0.05, size_mb=300),
    Answers(caller="one", rows_a_call=500, row_ms=1.0, language="other"),
    Answers(caller="several", rows_a_call=900, row_ms=1.0),
    Answers(caller="several", rows_a_call=1_001, row_ms=1.0, n_columns=5),
    Answers(changes="months", outcomes="days", n_rows=2_500_000),
    Answers(changes="months", outcomes="days", learns_online=True, n_rows=50_000),
    Answers(changes="days", outcomes="days"),
    Answers(calls_per_hour=1_000, row_ms=5.0, swing=3.0),
    Answers(machines="containers", data="anywhere", swing=3.9, calls_per_hour=10),
]


@pytest.mark.parametrize("name", [each.name for each in fields(Answers)])
def test_every_answer_can_change_what_is_decided(name):
    changed = [
        (use, value)
        for use in USES
        for value in values_of(name)
        if decided(advise(use)) != decided(advise(replace(use, **{name: value})))
    ]
    assert changed
