import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RegistryError, ServingError
from core.registry.folder import MODEL
from core.serving import Answer
from core.serving.api import create_api
from core.serving.routing import FRESH_S, Guardrails, Route, Routes, described
from core.serving.shadow import Shadow, agreement
from core.serving.watchdog import Watchdog
from tests.fitted import fit_model

ROW = {"age": 41, "spend": 60.5, "plan": "basic", "member": True}
PREDICT = "/projects/binary/predict"
HALF = Route("challenger", 0.5, number=2)


@pytest.fixture
def challenged(registry):
    """A registry whose project has a challenger, version 2, and a shadow, 3."""
    for seed, alias in ((1, "challenger"), (2, "shadow")):
        number = registry.add("binary", fit_model(seed=seed), who="Ada").number
        registry.set_alias("binary", alias, number, who="Ada")
    return registry


@pytest.fixture
def routes(database):
    return Routes(database)


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=50)
def test_a_key_that_met_the_challenger_still_does_when_the_share_grows(key, a, b):
    small, large = (replace(HALF, share=share) for share in sorted((a, b)))
    assert small.takes("p", key) <= large.takes("p", key)


def test_about_the_share_of_keys_meets_the_challenger():
    tenth = replace(HALF, share=0.1)
    met = sum(tenth.takes("p", key) for key in range(20_000)) / 20_000
    assert 0.09 < met < 0.11


def test_calls_are_shared_and_a_key_always_meets_the_same_version(
    challenged, routes, log, settings, caller
):
    route = replace(HALF, sticky_by="age")
    routes.put("binary", route, who="Ada", why="try it")
    call = caller(create_api(challenged, log, settings))
    met = {
        age: {call("POST", PREDICT, json=ROW | {"age": age}).json()["version"]}
        | {call("POST", PREDICT, json=ROW | {"age": age}).json()["version"]}
        for age in range(20, 32)
    }
    assert all(len(versions) == 1 for versions in met.values())
    assert set.union(*met.values()) == {1, 2}
    assert set(log.read("binary").meta["version"]) == {1, 2}


def test_a_key_in_the_header_decides_before_the_column(
    challenged, routes, log, settings, caller
):
    routes.put("binary", replace(HALF, sticky_by="age"), who="Ada")
    call = caller(create_api(challenged, log, settings))
    for key in ("a", "b", "c", "d"):
        answer = call("POST", PREDICT, json=ROW, headers={"X-Route-Key": key})
        assert answer.json()["version"] == (2 if HALF.takes("binary", key) else 1)


def test_a_challenger_that_cannot_answer_costs_no_caller_an_answer_and_is_sent_home(
    challenged, routes, log, settings, caller
):
    rails = Guardrails(least_calls=3)
    routes.put("binary", Route("challenger", 1.0, guardrails=rails), who="Ada")
    (challenged.load("binary", 2).directory / MODEL).write_bytes(b"broken")
    call = caller(create_api(challenged, log, settings))
    for _ in range(4):
        answer = call("POST", PREDICT, json=ROW)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
    route = Routes(log.database).of("binary")
    assert route.in_force == "champion"
    assert "failed 3 of its last 3 calls" in route.tripped_why
    last = challenged.history("binary")[-1]
    assert (last.who, last.number) == ("guardrail", 2)


def test_rows_that_nobody_can_answer_do_not_count_against_the_challenger(
    challenged, routes, log, settings, caller
):
    rails = Guardrails(least_calls=1)
    routes.put("binary", Route("challenger", 1.0, guardrails=rails), who="Ada")
    call = caller(create_api(challenged, log, settings))
    for _ in range(3):
        assert call("POST", PREDICT, json={"age": "forty"}).status_code == 422
    assert Routes(log.database).of("binary").tripped_at is None


def test_the_shadow_answers_the_same_rows_and_nobody_is_given_it(
    challenged, routes, log, settings, caller
):
    routes.put("binary", Route("shadow"), who="Ada")
    call = caller(create_api(challenged, log, settings))
    for _ in range(3):
        assert call("POST", PREDICT, json=[ROW, ROW]).json()["version"] == 1
    deadline = time.monotonic() + 20
    while agreement(log.database, "binary", 3)[1] < 6:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert set(log.read("binary").meta["version"]) == {1}


def test_a_shadow_that_fails_harms_nobody(log):
    shadow = Shadow(log.database)

    def load():
        raise ServingError("It is gone.", hint="Look for it.")

    shadow.ask(load, [ROW], ["0a"])
    shadow.close()
    assert agreement(log.database, "binary", 3) == (0, 0)


def test_a_route_counts_in_other_processes_within_a_second(challenged, routes):
    elsewhere = Routes(challenged.database)
    assert elsewhere.of("binary").mode == "champion"
    routes.put("binary", HALF, who="Ada")
    time.sleep(FRESH_S + 0.05)
    assert elsewhere.of("binary").in_force == "challenger"
    routes.put("binary", Route(), who="Ada", why="enough")
    assert routes.of("binary").in_force == "champion"
    told = [entry.why for entry in challenged.history("binary")[-2:]]
    assert told == [described(HALF), f"{described(Route())} enough"]


@pytest.mark.parametrize(
    "route",
    [
        replace(HALF, share=1.5),
        replace(HALF, guardrails=Guardrails(most_errors=-1)),
        replace(HALF, guardrails=Guardrails(most_shift=float("nan"))),
        replace(HALF, guardrails=Guardrails(least_calls=0)),
    ],
)
def test_a_route_without_sense_is_refused(challenged, routes, route):
    with pytest.raises(ServingError):
        routes.put("binary", route, who="Ada")


def test_a_route_needs_its_version_and_a_name(registry, routes):
    with pytest.raises(ServingError, match="challenger"):
        routes.put("binary", HALF, who="Ada")
    with pytest.raises(RegistryError):
        routes.put("binary", Route(), who=" ")


def seen(
    challenger: list[Answer],
    rails: Guardrails,
    ms: float = 1.0,
    usual: Answer = Answer("no", 0.2),  # noqa: B008  frozen
) -> str | None:
    watchdog, route = Watchdog(), replace(HALF, guardrails=rails)
    for answers, is_challenger in (
        ([usual] * 200, False),
        (challenger, True),
    ):
        for answer in answers:
            watchdog.note("p", route, [answer], ms, is_challenger=is_challenger)
    return watchdog.judge("p", route)


def test_a_challenger_that_answers_much_higher_is_found_and_a_like_one_is_not():
    assert seen([Answer("yes", 0.7)] * 200, Guardrails()).startswith(
        "the challenger's mean answer is 0.7, the champion's 0.2"
    )
    assert seen([Answer("no", 0.3)] * 200, Guardrails()) is None


def test_of_several_classes_each_is_compared():
    low, high = (
        Answer(label, 0.6, {"low": 0.2, "mid": 0.2, "high": 0.2} | {label: 0.6})
        for label in ("low", "high")
    )
    assert seen([high] * 200, Guardrails(), usual=low).startswith(
        "the challenger's mean probability of high is 0.6, the champion's 0.2"
    )
    assert seen([low] * 200, Guardrails(), usual=low) is None


def test_a_slow_challenger_is_found():
    rails = Guardrails(most_p95_ms=5)
    assert "take up to 9.0 ms" in seen([Answer("no", 0.2)] * 200, rails, ms=9.0)
    assert seen([Answer("no", 0.2)] * 200, rails, ms=4.0) is None


def test_few_calls_are_not_judged():
    assert seen([Answer("yes", 0.9)] * 99, Guardrails()) is None
