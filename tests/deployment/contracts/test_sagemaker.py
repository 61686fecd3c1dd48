"""SageMaker: `docker run IMAGE serve`, port 8080, /ping and /invocations."""

import signal
import subprocess
import sys

import pytest

ROW = {"age": 41, "plan": "a"}


@pytest.fixture(scope="module")
def sagemaker(start, image):
    """As SageMaker starts it; its /opt/ml/model is the model's folder here."""
    return start("serve", MODEL_DIR=str(image / "model"))


@pytest.fixture(scope="module")
def batch(start):
    return start("serve", SAGEMAKER_BATCH="true")


def test_ping_is_empty_and_says_ready(sagemaker):
    reply = sagemaker.get("/ping")
    assert (reply.status, reply.body) == (200, b"")


def test_any_other_word_ends_with_2(image):
    done = subprocess.run([sys.executable, "serve.py", "train"], cwd=image, check=False,
                          capture_output=True)  # fmt: skip
    assert done.returncode == 2


def test_json_in_json_out(sagemaker):
    reply = sagemaker.post("/invocations", {"instances": [ROW]})
    assert reply.status == 200
    assert reply.json["predictions"] in ([0], [1])


def test_csv_without_a_header_gives_a_line_a_row(sagemaker):
    reply = sagemaker.post(
        "/invocations", b"41,a\n17,b\n", "text/csv", Accept="text/csv"
    )
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/csv"
    assert reply.body.count(b"\n") == 2
    assert reply.body.endswith(b"\n")


def test_batch_transform_is_told_how_it_may_ask(batch):
    told = batch.get("/execution-parameters").json
    assert told["BatchStrategy"] == "MULTI_RECORD"
    assert isinstance(told["MaxConcurrentTransforms"], int)
    assert isinstance(told["MaxPayloadInMB"], int)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/csv", b"41,a\n17,b\n"),
        ("application/jsonlines", b'{"age":41,"plan":"a"}\n{"age":17,"plan":"b"}\n'),
    ],
)
def test_batch_transform_gets_back_the_type_it_sent(batch, content_type, body):
    reply = batch.post("/invocations", body, content_type)
    assert reply.headers["Content-Type"] == content_type
    assert len(reply.body.decode().splitlines()) == 2
    assert reply.body.endswith(b"\n")


def test_sigterm_ends_it_well_within_the_thirty_seconds(start):
    server = start("serve")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(25) == 0
