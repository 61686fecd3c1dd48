import json
import threading

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.serving import PredictionLog, Service
from core.serving.api import create_api
from tests.fitted import fit_model

ROW = {
    "age": 41,
    "spend": 60.5,
    "plan": "basic",
    "member": True,
    "since": "2024-05-31",
}
PREDICT = "/projects/binary/predict"
OUTCOMES = "/projects/binary/outcomes"


def error_of(response: httpx.Response) -> dict[str, str]:
    error = response.json()["error"]
    assert error["message"]
    assert error["hint"]
    return error


@pytest.mark.parametrize(
    ("body", "n"),
    [
        pytest.param(ROW, 1, id="one record"),
        pytest.param([ROW, ROW], 2, id="a list"),
        pytest.param({"rows": [ROW, ROW, ROW]}, 3, id="wrapped rows"),
        pytest.param([], 0, id="no rows"),
    ],
)
def test_rows_come_in_three_forms_and_every_answer_is_kept(call, log, body, n):
    response = call("POST", PREDICT, json=body)
    assert response.status_code == 200
    told = response.json()
    assert (told["project"], told["version"]) == ("binary", 1)
    assert log.read("binary").meta["id"].tolist() == [
        answer["id"] for answer in told["predictions"]
    ]
    assert len(told["predictions"]) == n


def test_the_answer_is_the_services_own(call, service):
    told = call("POST", PREDICT, json=ROW).json()["predictions"][0]
    told.pop("id")
    assert told == service.predict([ROW])[0].to_dict()


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_every_task_is_served(call, registry, task):
    told = call("POST", f"/projects/{task}/predict", json=ROW).json()["predictions"]
    expected = Service(registry.load(task, 1)).predict([ROW])[0]
    assert told[0]["prediction"] == expected.prediction


def test_a_new_champion_answers_the_next_call(call, registry):
    registry.add("binary", fit_model(seed=1), who="Ada")
    assert call("POST", PREDICT, json=ROW).json()["version"] == 1
    registry.set_alias("binary", "champion", 2, who="Ada")
    assert call("POST", PREDICT, json=ROW).json()["version"] == 2
    registry.roll_back("binary", who="Ada")
    assert call("POST", PREDICT, json=ROW).json()["version"] == 1


def test_a_wrong_type_names_row_column_value_and_what_is_allowed(call, log):
    response = call("POST", PREDICT, json=[ROW, ROW | {"age": "forty"}])
    assert response.status_code == 422
    assert response.json()["detail"] == [
        {
            "row": 1,
            "column": "age",
            "value": "forty",
            "allowed": "a whole number",
            "message": "'forty' in column 'age' of row 1 is not a whole number.",
        }
    ]
    assert log.count("binary") == 0


@pytest.mark.parametrize("project", ["nobody", "..%2f..%2fetc", "%00", "A"])
def test_an_unknown_project_is_not_found(call, project):
    response = call("POST", f"/projects/{project}/predict", json=ROW)
    assert response.status_code == 404
    error_of(response)


def test_a_project_where_nothing_is_live_says_so(call, registry):
    registry.remove_alias("binary", "champion", who="Ada")
    response = call("POST", PREDICT, json=ROW)
    assert response.status_code == 404
    assert "No version of project 'binary' is live" in error_of(response)["message"]


def test_a_live_version_that_was_tampered_with_does_not_answer(call, settings):
    (settings.models / "binary" / "1" / "model.pkl").write_bytes(b"other")
    response = call("POST", PREDICT, json=ROW)
    assert response.status_code == 503
    assert "was changed" in error_of(response)["message"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"{", 400, id="cut off"),
        pytest.param(b"", 400, id="empty"),
        pytest.param(b'{"age": NaN}', 400, id="NaN"),
        pytest.param(b'{"age": 1e999}', 422, id="infinite"),
        pytest.param(b'{"age": ' + b"9" * 400 + b"}", 422, id="huge"),
        pytest.param(b'{"age": ' + b"9" * 5000 + b"}", 400, id="endless digits"),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b"\xff\xfe\x00", 400, id="not UTF-8"),
        pytest.param(b"7", 400, id="a number"),
        pytest.param(b"[7]", 422, id="a list of numbers"),
        pytest.param(b'{"plan": "\\ud800"}', 200, id="half a character"),
        pytest.param(b'{"age": "\\ud800"}', 422, id="half a character for a number"),
    ],
)
def test_a_bad_body_gets_a_message(call, content, status):
    headers = {"Content-Type": "application/json"}
    response = call("POST", PREDICT, content=content, headers=headers)
    assert response.status_code == status
    if status != 200:
        error_of(response)


def test_another_content_type_is_refused(call):
    response = call("POST", PREDICT, data={"age": 41})
    assert response.status_code == 415
    assert "Content-Type" in error_of(response)["hint"]


def test_more_rows_than_allowed_name_the_limit(registry, log, settings, caller):
    few = settings.model_copy(update={"max_request_rows": 2})
    call = caller(create_api(registry, log, few))
    assert call("POST", PREDICT, json=[ROW] * 2).status_code == 200
    response = call("POST", PREDICT, json=[ROW] * 3)
    assert response.status_code == 413
    assert "2 are the limit" in error_of(response)["message"]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
def test_a_body_above_the_limit_is_not_read_on(
    registry, log, settings, caller, declared
):
    small = settings.model_copy(update={"max_request_mb": 1})
    call = caller(create_api(registry, log, small))

    async def pieces():
        for _ in range(3):
            yield b" " * (1 << 19)

    response = call(
        "POST",
        PREDICT,
        content=b" " * (3 << 19) if declared else pieces(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert "1 MB" in error_of(response)["message"]


def test_outcomes_join_by_id(call, log):
    ids = [a["id"] for a in call("POST", PREDICT, json=[ROW] * 2).json()["predictions"]]
    body = {
        "outcomes": [
            {"id": ids[0], "outcome": "no"},
            {"id": "unheard of", "outcome": "no"},
            {"id": ids[1], "outcome": None},
        ]
    }
    assert call("POST", OUTCOMES, json=body).json() == {
        "n_added": 1,
        "n_replaced": 0,
        "n_repeated": 0,
        "n_empty": 1,
        "n_unknown": 1,
        "unknown": ["unheard of"],
    }
    assert log.read("binary", with_outcomes=True).meta["outcome"].tolist() == ["no"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param([], 400, id="no object"),
        pytest.param({"outcomes": {}}, 400, id="no list"),
        pytest.param({"outcomes": [{"id": "0a"}]}, 400, id="no outcome"),
        pytest.param({"outcomes": [{"id": 7, "outcome": "no"}]}, 400, id="no text id"),
        pytest.param({"outcomes": [{"id": "0a", "outcome": "so"}]}, 422, id="no label"),
    ],
)
def test_bad_outcomes_get_a_message(call, body, status):
    response = call("POST", OUTCOMES, json=body)
    assert response.status_code == status
    error_of(response)


def test_outcomes_are_taken_after_the_service_has_ended(call, registry):
    (answer,) = call("POST", PREDICT, json=ROW).json()["predictions"]
    registry.remove_alias("binary", "champion", who="Ada")
    body = {"outcomes": [{"id": answer["id"], "outcome": "yes"}]}
    assert call("POST", OUTCOMES, json=body).json()["n_added"] == 1
    assert call("POST", "/projects/none/outcomes", json=body).status_code == 404


def test_the_schema_tells_columns_and_an_example_that_is_answered(call):
    told = call("GET", "/projects/binary/schema").json()
    assert [column["name"] for column in told["columns"]] == list(ROW)
    assert told["row_schema"]["properties"]["age"]["type"] == ["number", "null"]
    answer = call("POST", PREDICT, json=told["example"]).json()["predictions"][0]
    assert answer["warnings"] == []


def test_health_tells_whether_the_database_answers(call, database):
    assert call("GET", "/health/live").json() == {"status": "live"}
    assert call("GET", "/health/ready").json() == {"status": "ready"}


def test_a_log_that_cannot_be_written_gives_no_answer(call, database):
    lane = database.quick
    lane.scalar(f"PRAGMA max_page_count={lane.scalar('PRAGMA page_count', ())}", ())
    response = call("POST", PREDICT, json=[ROW] * 500)
    assert response.status_code == 503
    assert "full" in response.json()["error"]["message"]
    assert PredictionLog(database).count("binary") == 0
    lane.scalar("PRAGMA max_page_count=1000000", ())
    assert call("POST", PREDICT, json=[ROW] * 500).status_code == 200


def test_the_documentation_needs_no_network(call):
    page = call("GET", "/docs", root_path="/api")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "/api/projects/binary/schema" in page.text
    assert "/projects/{project}/predict" in page.text


def test_openapi_describes_every_call(call):
    paths = call("GET", "/openapi.json").json()["paths"]
    assert set(paths) == {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/projects/{project}/schema",
        "/projects/{project}/openapi.json",
        "/projects/{project}/predict",
        "/projects/{project}/explain",
        "/projects/{project}/outcomes",
        "/projects/{project}/predictions/{prediction_id}",
    }
    predict = paths["/projects/{project}/predict"]["post"]
    assert predict["requestBody"]["required"]
    assert {"200", "404", "413", "422"} <= predict["responses"].keys()
    assert "422" not in paths["/projects/{project}/schema"]["get"]["responses"]


def test_metrics_count_rows_and_refusals(call):
    call("POST", PREDICT, json=[ROW, ROW | {"age": 140}])
    call("POST", PREDICT, json={"age": "forty"})
    text = call("GET", "/metrics").text
    assert 'rondo_predictions_total{project="binary",version="1"} 2.0' in text
    assert (
        'rondo_predictions_with_warnings_total{project="binary",version="1"} 1.0'
        in text
    )
    assert 'rondo_refused_calls_total{status="422"} 1.0' in text


def test_calls_at_once_are_all_answered_and_kept(call, log):
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(call("POST", PREDICT, json=ROW).status_code for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 20
    assert log.count("binary") == 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ROW, "rows", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
SMALL = hypothesis_settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SMALL
@given(body=JSON)
def test_no_body_brings_the_server_down(call, body):
    headers = {"Content-Type": "application/json"}
    content = json.dumps(body).encode()
    response = call("POST", PREDICT, content=content, headers=headers)
    assert response.status_code in (200, 400, 422)
    json.loads(response.content, parse_constant=pytest.fail)


@SMALL
@given(outcomes=st.lists(st.fixed_dictionaries({"id": st.text(), "outcome": JSON})))
def test_no_outcome_brings_the_server_down(call, outcomes):
    response = call(
        "POST",
        OUTCOMES,
        content=json.dumps({"outcomes": outcomes}).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code in (200, 400, 422)


def test_a_fault_of_ours_is_told_by_reference_alone(call, caplog):
    def fail() -> None:
        raise ZeroDivisionError("an inner secret")

    call.app.add_api_route("/fault", fail)
    response = call("GET", "/fault", raise_app_exceptions=False)
    assert response.status_code == 500
    assert "secret" not in response.text
    reference = error_of(response)["hint"].split()[-1].rstrip(".")
    assert f"call failed [{reference}]" in caplog.text


def test_calls_that_do_not_exist_point_to_the_documentation(call):
    assert "/docs" in error_of(call("GET", "/nowhere"))["hint"]
    assert call("GET", PREDICT).status_code == 405
