"""Vertex AI: port and routes come from the environment."""

import pytest

ROWS = {"instances": [[41, "a"], [17, "b"]], "parameters": {"proba": True}}


@pytest.fixture(scope="module")
def vertex(start):
    return start(
        port_in="AIP_HTTP_PORT", AIP_MODE="PREDICTION", AIP_HEALTH_ROUTE="/h",
        AIP_PREDICT_ROUTE="/p", PORT="1",
    )  # fmt: skip


def test_its_own_routes_answer(vertex):
    assert vertex.get("/h").status == 200
    first, second = vertex.post("/p", ROWS).json["predictions"]
    assert first["probabilities"].keys() == {"0", "1"}
    assert first["probability"] > second["probability"]


def test_one_path_may_be_both_routes(start):
    path = "/v1/endpoints/7/deployedModels/8:predict"
    both = start(port_in="AIP_HTTP_PORT", AIP_HEALTH_ROUTE=path, AIP_PREDICT_ROUTE=path)
    assert both.get(path).status == 200
    assert len(both.post(path, ROWS).json["predictions"]) == 2


def test_the_routes_it_takes_by_default_answer_too(server):
    path = "/v1/endpoints/7/deployedModels/8:predict"
    assert server.get(path).status == 200
    assert len(server.post(path, ROWS).json["predictions"]) == 2
