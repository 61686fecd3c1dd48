"""Explaining over the service and the API."""

import pandas as pd
import pytest

from core.data import Recipe, Replay, Step, describe_schema
from core.errors import EvaluationError
from core.registry import Registry
from core.serving import PredictionLog, Service
from core.serving.api import create_api
from tests.fitted import TARGETS, customers, fit_model

ROW = {"age": 41, "spend": 60.5, "plan": "basic", "member": True, "since": "2024-05-31"}
EXPLAIN = "/projects/{}/explain"


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Make live a version of each task that has its training rows with it."""
    for task in TARGETS:
        model = fit_model(task)
        if task == "binary":
            middle = float(pd.Series(model.predict_proba(customers())[:, 1]).median())
            model = model.with_threshold(middle)
        added = registry.add(task, model, who="Ada", reference=customers())
        registry.set_alias(task, "champion", added.number, who="Ada")
    return registry


@pytest.fixture
def service(registry: Registry) -> Service:
    return Service(registry.load("binary", 2))


def test_reasons_belong_to_the_answer_that_is_given(service):
    found = service.explain(ROW)
    assert found.answer == service.predict([ROW])[0]
    assert found.contributions.label == "yes"
    assert found.contributions.answer == pytest.approx(
        found.answer.probability, abs=1e-5
    )
    total = found.contributions.base + sum(i.effect for i in found.contributions.items)
    assert total == pytest.approx(found.contributions.output)


def test_the_other_class_is_wished_for_unless_another_is(service):
    found = service.explain(ROW)
    assert found.wish in {"yes", "no"} - {found.answer.prediction}
    assert found.counterfactuals is not None
    for one in found.counterfactuals.found:
        assert service.predict([ROW | one.record])[0].prediction == found.wish
    same = service.explain(ROW, wish=found.answer.prediction)
    assert same.counterfactuals.reached


def test_a_number_has_a_counterfactual_once_a_range_is_wished_for(registry):
    service = Service(registry.load("regression", 2))
    plain = service.explain(ROW)
    assert plain.counterfactuals is None
    least = plain.answer.prediction + 5
    found = service.explain(ROW, wish=(least, None))
    for one in found.counterfactuals.found:
        assert service.predict([ROW | one.record])[0].prediction >= least
    with pytest.raises(EvaluationError, match="no answer of this model"):
        Service(registry.load("binary", 2)).explain(ROW, wish=(1.0, 2.0))


def test_counterfactuals_speak_of_the_columns_that_a_caller_gives(registry):
    raw = customers().rename(columns={"spend": "cost"})
    recipe = Recipe((Step("rename", ("cost",), {"to": "spend"}),))
    inputs = describe_schema(raw[["age", "cost", "plan", "member", "since"]])
    lineage = {"replay": Replay(recipe, inputs).to_dict()}
    model = registry.load("binary", 2).model
    info = registry.add(
        "binary", model, who="Ada", reference=customers(), lineage=lineage
    )
    service = Service(registry.load("binary", info.number))
    row = {name: value for name, value in ROW.items() if name != "spend"}
    found = service.explain(row | {"cost": 60.5})
    assert "spend" in {item.column for item in found.contributions.items}
    assert found.counterfactuals.found
    for one in found.counterfactuals.found:
        assert set(one.record) <= set(inputs.names)
        changed = row | {"cost": 60.5} | one.record
        assert service.predict([changed])[0].prediction == found.wish


def test_a_version_without_training_rows_says_so(registry):
    with pytest.raises(EvaluationError, match="no training rows"):
        Service(registry.load("binary", 1)).explain(ROW)


@pytest.mark.parametrize("task", sorted(TARGETS))
def test_the_call_answers_what_the_service_says(
    caller, registry, database, settings, task
):
    call = caller(create_api(registry, PredictionLog(database), settings))
    response = call("POST", EXPLAIN.format(task), json=ROW)
    assert response.status_code == 200
    told = response.json()
    assert (told["project"], told["version"]) == (task, 2)
    expected = Service(registry.load(task, 2)).explain(ROW)
    assert told["contributions"]["sentence"] == expected.contributions.sentence
    assert told["answer"]["prediction"] == expected.answer.prediction


def test_the_call_takes_a_wish_and_directions(call):
    locked = dict.fromkeys(ROW, "locked")
    asked = {"row": ROW, "label": "no", "directions": locked}
    told = call("POST", EXPLAIN.format("binary"), json=asked).json()
    assert told["contributions"]["label"] == "no"
    assert told["counterfactuals"]["found"] == []
    wished = {"row": ROW, "wish": [None, 0]}
    told = call("POST", EXPLAIN.format("regression"), json=wished).json()
    assert told["wish"] == [None, 0.0]
    assert told["counterfactuals"] is not None


def test_nothing_of_an_explanation_is_captured(call, log):
    call("POST", EXPLAIN.format("binary"), json=ROW)
    assert log.count("binary") == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param([ROW], 400, id="a list"),
        pytest.param({"row": ROW, "other": 1}, 400, id="an unknown part"),
        pytest.param({"row": ROW, "wish": [1]}, 400, id="half a range"),
        pytest.param({"row": ROW, "wish": "perhaps"}, 400, id="an unknown class"),
        pytest.param({"row": ROW, "label": {}}, 400, id="a label that is none"),
        pytest.param({"row": ROW, "directions": ["age"]}, 400, id="listed directions"),
        pytest.param({"row": ROW, "directions": {"x": "up"}}, 400, id="unknown column"),
        pytest.param({"row": ROW, "directions": {"age": []}}, 400, id="odd direction"),
        pytest.param({"age": "old"}, 422, id="a value of another kind"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_next_step(call, body, status):
    response = call("POST", EXPLAIN.format("binary"), json=body)
    assert response.status_code == status
    assert response.json()["error"]["hint"]


def test_a_project_without_a_live_version_is_not_found(call):
    assert call("POST", EXPLAIN.format("nowhere"), json=ROW).status_code == 404


def test_the_call_is_described(call):
    described = call("GET", "/openapi.json").json()["paths"]
    assert "/projects/{project}/explain" in described
