"""What no platform should see fail: odd rows, bad bodies, big bodies, slow loading."""

import http.client
import json

import pytest


def test_missing_values_are_answered(server):
    reply = server.post(
        "/invocations", {"instances": [{"age": None, "plan": None}, {}]}
    )
    assert reply.status == 200
    assert len(reply.json["predictions"]) == 2


def test_no_rows_give_no_answers(server):
    assert server.post("/invocations", {"instances": []}).json == {"predictions": []}


def test_text_for_a_number_names_column_and_row(server):
    rows = {"instances": [{"age": "abc", "plan": "a"}]}
    reply = server.post("/invocations", rows)
    assert reply.status == 400
    assert "'age', row 0" in reply.json["error"]
    assert "Traceback" not in reply.body.decode()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"3", "application/json", 400),
        (b'{"instances": 3}', "application/json", 400),
        (b'{"instances": [[1]]}', "application/json", 400),
        (b'{"instances": [], "params": {"colour": 1}}', "application/json", 400),
        (b'{"instances": [], "params": {"threshold": 2}}', "application/json", 400),
        (b'{"dataframe_split": {"data": [[1]]}}', "application/json", 400),
        (b'{"inputs": {"age": [1, 2], "plan": ["a"]}}', "application/json", 400),
        (b"1,2,3\n", "text/csv", 400),
        (b"x", "application/x-foo", 415),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    server, body, content_type, status
):
    reply = server.post("/invocations", body, content_type)
    assert reply.status == status
    assert reply.json["error"]


def test_a_body_over_the_limit_is_refused_before_it_is_read(start):
    small = start(MAX_BODY_MB="0.001", MAX_ROWS="3")
    assert small.post("/invocations", b" " * 2_000).status == 413
    assert small.post("/invocations", {"instances": [{}] * 4}).status == 413


def test_an_unknown_path_is_not_there(server):
    assert server.get("/etc/passwd").status == 404
    assert server.post("/v1/models/churn", {}).status == 404


def test_chunks_and_one_connection_for_many_calls(server):
    body = json.dumps({"instances": [{"age": 41}]}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for chunked in (True, False, True):
        sent = iter([body[:5], body[5:]]) if chunked else body
        connection.request("POST", "/invocations", sent, encode_chunked=chunked)
        reply = connection.getresponse()
        assert len(json.loads(reply.read())["predictions"]) == 1
    connection.close()


def test_a_threshold_moves_the_decision(server):
    rows = {"instances": [{"age": 41}], "params": {"threshold": 0.0}}
    assert server.post("/invocations", rows).json["predictions"] == [1]
    rows["params"]["threshold"] = 1.0
    assert server.post("/invocations", rows).json["predictions"] == [0]


def test_the_full_answer_has_probabilities_and_warnings(server):
    (answer,) = server.post("/predict", {"age": 500, "plan": "c"}).json["predictions"]
    assert answer["probabilities"].keys() == {"0", "1"}
    assert len(answer["warnings"]) == 2
