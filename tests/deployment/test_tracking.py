"""Models that are registered with a tracking server, and servers that refuse."""

import socket
from typing import Any

import pytest

from core.deployment.tracking import DIGEST, Pushed, push_model, tracking_server
from core.deployment.tracking_calls import Caller
from core.errors import DeploymentError
from tests.deployment.tracking_server import Store, serving

FILES = {"MLmodel": b"{}", "model/a b.json": b"numbers"}


def server_of(store: Store, **secrets: str) -> Caller:
    found = tracking_server({"MLFLOW_TRACKING_URI": store.url, **secrets})
    assert found is not None
    return found


def push(store: Store, digest: str = "d", **options: Any) -> Pushed:
    tags = {"rondo.project": "churn", DIGEST: digest}
    return push_model(server_of(store), "churn", FILES, tags=tags, **options)


def test_a_model_is_registered_with_its_files_its_tags_and_its_alias():
    heard: list[tuple[float, str]] = []
    with serving() as store:
        pushed = push(
            store, alias="champion", on_progress=lambda *told: heard.append(told)
        )
    assert pushed == Pushed(
        "churn", "1", f"{store.url}/#/models/churn/versions/1", was_there=False
    )
    assert pushed.uri == "models:/churn/1"
    assert store.files == {
        f"1/run0/artifacts/model/{name}": content for name, content in FILES.items()
    }
    (version,) = store.models["churn"]
    assert version["source"] == "mlflow-artifacts:/1/run0/artifacts/model"
    assert {"key": DIGEST, "value": "d"} in version["tags"]
    assert store.runs[0]["status"] == "FINISHED"
    assert store.aliases == {"churn@champion": "1"}
    assert [text for _, text in heard][1:] == [
        "Sending MLmodel",
        "Sending model/a b.json",
    ]


def test_the_same_files_are_sent_once_and_others_become_the_next_version():
    with serving() as store:
        push(store)
        again = push(store, alias="champion")
        assert (again.version, again.was_there) == ("1", True)
        assert len(store.runs) == 1
        assert store.aliases == {"churn@champion": "1"}
        assert push(store, "other").version == "2"


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        ({"MLFLOW_TRACKING_TOKEN": "t0k"}, "Bearer t0k"),
        (
            {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "pw"},
            "Basic YWRhOnB3",
        ),
    ],
)
def test_secrets_are_sent_and_never_shown(secrets, expected):
    with serving(authorization=expected) as store:
        server = server_of(store, **secrets)
        push_model(server, "churn", FILES, tags={})
        assert "t0k" not in repr(server)
        assert "pw" not in repr(server)
        with pytest.raises(
            DeploymentError, match="does not let this caller in"
        ) as told:
            push(store)
    assert "MLFLOW_TRACKING_TOKEN" in told.value.hint


def test_a_push_that_breaks_off_leaves_a_failed_run_and_no_version():
    with (
        serving(fails_at="a%20b.json") as store,
        pytest.raises(DeploymentError, match="answers 500: No: INTERNAL_ERROR"),
    ):
        push(store)
    assert store.runs[0]["status"] == "FAILED"
    assert store.models == {"churn": []}


def test_a_server_whose_files_are_elsewhere_is_named_with_the_way_out():
    with (
        serving(artifacts="s3://bucket/1") as store,
        pytest.raises(DeploymentError, match="keeps files in 's3'") as told,
    ):
        push(store)
    assert "--serve-artifacts" in told.value.hint


@pytest.mark.parametrize("address", ["databricks", "file:///tmp/x", "sqlite:///a.db"])
def test_an_address_that_is_none_of_the_web_is_refused(address):
    with pytest.raises(DeploymentError, match="names no server of the web"):
        tracking_server({"MLFLOW_TRACKING_URI": address})


def test_a_server_that_is_down_is_named_without_its_password():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        uri = f"http://ada:secret@127.0.0.1:{port}"
        server = tracking_server({"MLFLOW_TRACKING_URI": uri})
        assert server is not None
        with pytest.raises(DeploymentError, match="cannot be reached") as told:
            push_model(server, "churn", FILES, tags={})
    assert "secret" not in f"{told.value.message}{told.value.hint}{server}"
