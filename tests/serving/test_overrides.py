import pandas as pd
import pytest

from core.data import Cohort, Condition
from core.errors import DataError, ServingError
from core.serving import Service
from core.serving.batch import score_table
from core.serving.overrides import Overrides
from core.storage.types import now
from tests.fitted import customers

YOUNG = {"age": 20, "spend": 10.0, "plan": "pro"}
OLD = {"age": 80, "spend": 10.0, "plan": "pro"}


def rule(text: str, name: str = "young") -> Cohort:
    return Cohort(name, (Condition("", "formula", text),))


@pytest.fixture
def overrides(registry):
    return Overrides(registry.database)


@pytest.fixture
def add(overrides, registry):
    """Put a rule above the model of a task."""

    def put(text="age < 30", outcome="yes", task="binary", name="young"):
        version = registry.load(task, 1)
        cohort = rule(text, name)
        return overrides.add(version, cohort, outcome, who="Ada", why="law")

    return put


def test_the_rule_answers_and_the_models_own_answer_is_kept(call, log, add):
    before = call("POST", "/projects/binary/predict", json=[YOUNG, OLD]).json()
    own = before["predictions"][0]["prediction"]
    other = "no" if own == "yes" else "yes"
    add(outcome=other)
    call.app.state.live.overrides.forget()
    young, old = call("POST", "/projects/binary/predict", json=[YOUNG, OLD]).json()[
        "predictions"
    ]
    assert (young["prediction"], young["overridden"]) == (other, "young")
    assert young["model_prediction"] == own
    assert young["probability"] == before["predictions"][0]["probability"]
    assert "overridden" not in old
    assert other in set(log.read("binary").meta["prediction"])


def test_its_receipt_still_matches(call, add):
    add(outcome="yes")
    call.app.state.live.overrides.forget()
    told = call("POST", "/projects/binary/predict", json=YOUNG).json()
    id_ = told["predictions"][0]["id"]
    assert call("GET", f"/projects/binary/predictions/{id_}").json()["matches"]


def test_answers_that_were_changed_are_counted(call, overrides, add):
    since = now()
    add(outcome="yes")
    call.app.state.live.overrides.forget()
    call("POST", "/projects/binary/predict", json=[YOUNG, OLD, YOUNG])
    assert overrides.counts("binary", since) == {"young": 2}


def test_an_ended_override_leaves_the_model_to_answer(overrides, add):
    made = add()
    assert [each.id for each in overrides.of("binary")] == [made.id]
    overrides.end("binary", made.id)
    assert overrides.of("binary") == ()
    add()  # its name is free again


def test_of_two_that_fit_the_older_one_counts(registry, overrides, add):
    add(outcome="yes")
    add("age < 90", outcome="no", name="all")
    service = Service(registry.load("binary", 1), lambda: overrides.of("binary"))
    young, old = service.predict([YOUNG, OLD])
    assert (young.prediction, old.prediction) == ("yes", "no")
    assert (young.overridden, old.overridden) == ("young", "all")


def test_a_batch_says_which_rows_were_overridden(registry, overrides, add):
    add("age < 30", outcome=7.0, task="regression")
    service = Service(
        registry.load("regression", 1), lambda: overrides.of("regression")
    )
    rows = customers()
    scored = score_table(service, rows, chunk_rows=7)
    young = rows["age"] < 30
    assert set(scored.loc[young, "prediction"]) == {7.0}
    assert set(scored.loc[young, "overridden"]) == {"young"}
    assert set(scored.loc[~young, "overridden"]) == {""}
    middle = (scored["low"] + scored["high"]) / 2
    own = pd.Series(registry.load("regression", 1).model.predict(rows))
    assert (middle - own).abs().max() < 1e-9


def test_a_rule_that_the_version_cannot_read_is_told_and_counts_for_nothing(
    registry, overrides, add
):
    made = add()
    lost = type(made)(
        "1", Cohort("lost", (Condition("gone", "==", 1),)), "yes", "Ada", "", now()
    )
    service = Service(registry.load("binary", 1), lambda: [lost])
    (answer,) = service.predict([YOUNG])
    assert answer.overridden is None
    assert any('"lost" does not fit' in told for told in answer.warnings)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"outcome": "perhaps"}, ServingError),
        ({"text": "none > 3"}, DataError),
        ({"task": "regression", "outcome": "yes"}, ServingError),
        ({"task": "regression", "outcome": float("nan")}, ServingError),
    ],
)
def test_what_cannot_be_answered_is_refused(add, given, kind):
    with pytest.raises(kind):
        add(**given)


def test_a_taken_name_is_refused(add):
    add()
    with pytest.raises(ServingError, match="already"):
        add()
