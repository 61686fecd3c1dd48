"""MLflow's scoring protocol, as its clients send it to /invocations."""

import pytest

FORMS = {
    "dataframe_split": {"columns": ["age", "plan"], "data": [[41, "a"]]},
    "dataframe_records": [{"age": 41, "plan": "a"}],
    "instances": [{"plan": "a", "age": 41}],
    "inputs": {"age": [41], "plan": ["a"]},
}


def test_four_forms_of_a_row_get_one_answer(server):
    told = [server.post("/invocations", {k: v}).json for k, v in FORMS.items()]
    assert all(answer == told[0] for answer in told)
    assert len(told[0]["predictions"]) == 1


@pytest.mark.parametrize(
    "body", [FORMS, {}, {"rows": []}], ids=["all", "none", "other"]
)
def test_exactly_one_form_is_taken(server, body):
    reply = server.post("/invocations", body)
    assert reply.status == 400
    assert reply.json["error_code"] == "BAD_REQUEST"
    assert "exactly one" in reply.json["message"]


def test_csv_with_a_header(server):
    reply = server.post("/invocations", b"plan,age\na,41\n", "text/csv")
    assert len(reply.json["predictions"]) == 1


def test_a_line_of_names_is_data_when_the_caller_says_so(server):
    body = b"1,age\n"
    reply = server.post("/invocations", body, "text/csv; header=absent")
    assert len(reply.json["predictions"]) == 1


def test_version_and_health(server):
    assert server.get("/version").status == 200
    assert server.get("/health").status == 200
