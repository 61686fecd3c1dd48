"""KServe: V1, and the Open Inference Protocol V2."""

import pytest


def tensor(name, datatype, data, shape=None):
    shape = shape or [len(data)]
    return {"name": name, "shape": shape, "datatype": datatype, "data": data}


AGE, PLAN = tensor("age", "FP64", [41, 17]), tensor("plan", "BYTES", ["a", "b"])


@pytest.fixture(scope="module")
def kserve(start):
    return start(MODEL_NAME="churn")


def test_v1_answers_under_the_model_s_name(kserve):
    assert kserve.get("/v1/models/churn").json == {"name": "churn", "ready": True}
    reply = kserve.post("/v1/models/churn:predict", {"instances": [[41, "a"]]})
    assert len(reply.json["predictions"]) == 1


def test_v2_says_that_it_lives_and_is_ready(kserve):
    assert kserve.get("/v2/health/live").json == {"live": True}
    assert kserve.get("/v2/health/ready").json == {"ready": True}
    assert kserve.get("/v2/models/churn/ready").json == {"name": "churn", "ready": True}
    assert kserve.get("/v2").json.keys() == {"name", "version", "extensions"}


def test_v2_describes_the_model(kserve):
    told = kserve.get("/v2/models/churn").json
    assert told["name"] == "churn"
    assert told["platform"]
    assert told["inputs"] == [
        {"name": "age", "datatype": "FP64", "shape": [-1]},
        {"name": "plan", "datatype": "BYTES", "shape": [-1]},
    ]
    assert told["outputs"][0]["datatype"] == "INT64"


@pytest.mark.parametrize("path", ["/infer", "/versions/3/infer"])
def test_v2_takes_a_tensor_a_column(kserve, path):
    body = {"id": "7", "inputs": [AGE, PLAN]}
    told = kserve.post(f"/v2/models/churn{path}", body).json
    assert (told["model_name"], told["id"]) == ("churn", "7")
    first, second = told["outputs"]
    assert first["name"] == "prediction"
    assert (first["shape"], first["datatype"]) == ([2], "INT64")
    assert (second["shape"], len(second["data"])) == ([2, 2], 4)


def test_v2_gives_only_the_outputs_asked_for(kserve):
    column = tensor("age", "FP64", [[41], [17]], [2, 1])
    body = {"inputs": [column, PLAN], "outputs": [{"name": "prediction"}]}
    told = kserve.post("/v2/models/churn/infer", body).json
    assert [output["name"] for output in told["outputs"]] == ["prediction"]


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param([tensor("age", "FP64", [41], [2])], id="shape and data differ"),
        pytest.param([AGE, tensor("plan", "BYTES", ["a"])], id="columns differ"),
        pytest.param([{"name": "age"}], id="no data"),
        pytest.param([tensor("age", "FP64", ["x"]), tensor("plan", "BYTES", ["a"])],
                     id="text for a number"),
        pytest.param([tensor("other", "FP64", [1])], id="no column of the model"),
        pytest.param(None, id="nothing"),
    ],
)  # fmt: skip
def test_v2_refuses_what_does_not_fit_with_an_error(kserve, inputs):
    reply = kserve.post("/v2/models/churn/infer", {"inputs": inputs})
    assert reply.status == 400
    assert isinstance(reply.json["error"], str)


@pytest.mark.parametrize("path", ["other/infer", "churn/versions/9/infer"])
def test_another_model_or_version_is_not_there(kserve, path):
    reply = kserve.post(f"/v2/models/{path}", {"inputs": [AGE, PLAN]})
    assert reply.status == 404
    assert "no" in reply.json["error"]
