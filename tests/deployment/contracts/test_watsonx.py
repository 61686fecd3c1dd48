"""watsonx: lists of fields and values, in any order of fields."""

BODY = {"input_data": [{"fields": ["plan", "age"], "values": [["a", 41]]}]}


def test_its_path_and_its_shape(server):
    path = "/ml/v4/deployments/5b1c/predictions?version=2026-01-01"
    (told,) = server.post(path, BODY).json["predictions"]
    assert told["fields"] == ["prediction", "probability"]
    ((label, shares),) = told["values"]
    assert label in (0, 1)
    assert abs(sum(shares) - 1) < 1e-9
    split = {"dataframe_split": {"columns": ["age", "plan"], "data": [[41, "a"]]}}
    assert server.post("/invocations", split).json["predictions"] == [label]
