import io

import pandas as pd
import pyarrow as pa
import pytest

from core.serving.tabular import ARROW, CSV
from tests.fitted import TARGETS, customers

PATH = "/projects/binary/predict"


def arrow(frame: pd.DataFrame) -> bytes:
    sink, table = io.BytesIO(), pa.Table.from_pandas(frame, preserve_index=False)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


@pytest.fixture
def rows():
    return customers(30).drop(columns=list(TARGETS.values()))


@pytest.fixture
def answers(call, rows):
    """What the same rows get as JSON."""
    body = rows.to_json(orient="records", date_format="iso")
    told = call(
        "POST", PATH, content=body, headers={"content-type": "application/json"}
    )
    return [each["probability"] for each in told.json()["predictions"]]


@pytest.mark.parametrize("kind", [CSV, ARROW])
def test_csv_and_arrow_get_the_answers_of_json(call, rows, answers, kind):
    body = rows.to_csv(index=False).encode() if kind == CSV else arrow(rows)
    told = call("POST", PATH, content=body, headers={"content-type": kind})
    assert told.status_code == 200, told.text
    assert [each["probability"] for each in told.json()["predictions"]] == answers


def test_the_answer_comes_in_the_form_asked_for(call, rows, answers, log):
    head = {"content-type": CSV, "accept": CSV}
    body = rows.to_csv(index=False).encode()
    told = call("POST", PATH, content=body, headers=head)
    assert told.headers["content-type"].startswith(CSV)
    table = pd.read_csv(io.BytesIO(told.content))
    assert table["probability"].tolist() == answers
    assert set(table["id"]) <= set(log.read("binary").meta["id"])
    told = call("POST", PATH, content=body, headers={**head, "accept": ARROW})
    table = pa.ipc.open_stream(told.content).read_pandas()
    assert table["probability"].tolist() == answers


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (CSV, b"", 400),
        (CSV, b"age,plan\n41,a,b,c\n1,2\n", 400),
        (CSV, b"age\nforty\n", 422),
        (ARROW, b"", 400),
        (ARROW, b"\xff\xff\xff\xff\x10\x00\x00\x00nonsense", 400),
        ("text/plain", b"age\n1\n", 415),
    ],
)
def test_bad_bodies_are_refused_in_words(call, kind, body, status):
    told = call("POST", PATH, content=body, headers={"content-type": kind})
    assert told.status_code == status
    assert told.json()["error"]["hint"]


@pytest.mark.parametrize("kind", [CSV, ARROW])
def test_too_many_rows_are_refused(call, kind):
    many = pd.DataFrame({"age": [1] * 10_001})
    body = many.to_csv(index=False).encode() if kind == CSV else arrow(many)
    told = call("POST", PATH, content=body, headers={"content-type": kind})
    assert told.status_code == 413


def test_a_flipped_bit_of_an_arrow_stream_is_never_a_fault(call, rows):
    sound = arrow(rows)
    for place in range(0, len(sound), max(1, len(sound) // 60)):
        body = bytearray(sound)
        body[place] ^= 0xFF
        told = call("POST", PATH, content=bytes(body), headers={"content-type": ARROW})
        assert told.status_code < 500, (place, told.text)


def test_a_project_describes_its_own_types(call):
    own = call("GET", "/projects/binary/openapi.json").json()
    path = own["paths"]["/projects/binary/predict"]["post"]
    assert path["parameters"] == []
    content = path["requestBody"]["content"]
    row = content["application/json"]["schema"]["oneOf"][0]
    assert row["properties"]["age"]["type"] == ["number", "null"]
    example = content["application/json"]["example"]
    assert call("POST", "/projects/binary/predict", json=example).status_code == 200
    told = call(
        "POST",
        "/projects/binary/predict",
        content=content[CSV]["example"].encode(),
        headers={"content-type": CSV},
    )
    assert told.status_code == 200
    assert not [path for path in own["paths"] if "{project}" in path]
