import pytest

from core.serving.api import create_api

SCHEMA = "/projects/binary/schema"


@pytest.fixture
def with_key(registry, log, settings, caller):
    keyed = settings.model_copy(update={"api_key": "sesame"})
    return caller(create_api(registry, log, keyed), host="203.0.113.7")


def test_with_a_key_set_whoever_has_it_is_answered(with_key):
    assert with_key("GET", SCHEMA, headers={"X-API-Key": "sesame"}).status_code == 200


@pytest.mark.parametrize("given", [None, "", "sesam", "sesames", "ÿ"])
def test_with_a_key_set_nobody_else_is(with_key, given):
    headers = {} if given is None else {"X-API-Key": given.encode("latin-1")}
    for path in (SCHEMA, "/docs", "/openapi.json", "/metrics", "/nowhere"):
        response = with_key("GET", path, headers=headers)
        assert response.status_code == 401
        assert "X-API-Key" in response.json()["error"]["hint"]


@pytest.mark.parametrize("root_path", ["", "/api"])
def test_health_needs_no_key(with_key, root_path):
    response = with_key("GET", f"{root_path}/health/ready", root_path=root_path)
    assert response.status_code == 200


def test_health_in_the_middle_of_a_path_opens_nothing(with_key):
    assert with_key("GET", f"{SCHEMA}/health/live").status_code == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_without_a_key_this_machine_is_answered(registry, log, settings, caller, host):
    call = caller(create_api(registry, log, settings), host=host)
    assert call("GET", SCHEMA).status_code == 200


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        pytest.param("203.0.113.7", {}, id="from elsewhere"),
        pytest.param("testclient", {}, id="from nowhere"),
        pytest.param("127.0.0.1", {"Host": "evil.example"}, id="rebound name"),
        pytest.param("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, id="by proxy"),
    ],
)
def test_without_a_key_nobody_else_is(registry, log, settings, caller, host, headers):
    call = caller(create_api(registry, log, settings), host=host)
    response = call("GET", SCHEMA, headers=headers)
    assert response.status_code == 403
    assert "RONDO_API_KEY" in response.json()["error"]["hint"]
    assert call("GET", "/health/live", headers=headers).status_code == 200
