import time

import pytest
from sqlalchemy import select

from core.errors import ServingError
from core.serving.api import create_api
from core.serving.keys import FRESH_S, ApiKeys
from core.storage.tables import api_keys

SCHEMA, OUTCOMES = "/projects/binary/schema", "/projects/binary/outcomes"


@pytest.fixture
def keys(database):
    return ApiKeys(database)


@pytest.fixture
def from_afar(registry, log, settings, caller):
    return caller(create_api(registry, log, settings), host="203.0.113.7")


def status(call, path, secret, method="GET", **options):
    return call(method, path, headers={"X-API-Key": secret}, **options).status_code


def test_a_key_lets_a_caller_from_elsewhere_in(keys, from_afar):
    _, secret = keys.create("shop", scopes=["read"])
    assert status(from_afar, SCHEMA, secret) == 200


def test_a_key_opens_only_what_it_was_made_for(keys, from_afar):
    _, reads = keys.create("dashboard", project="binary", scopes=["read"])
    assert status(from_afar, SCHEMA, reads) == 200
    assert status(from_afar, OUTCOMES, reads, "POST", json={"outcomes": []}) == 403
    assert status(from_afar, "/projects/regression/schema", reads) == 403
    assert status(from_afar, "/metrics", reads) == 403


def test_a_revoked_key_is_refused(registry, log, settings, caller, keys):
    key, secret = keys.create("shop", scopes=["read"])
    call = caller(create_api(registry, log, settings), host="203.0.113.7")
    assert status(call, SCHEMA, secret) == 200
    keys.revoke(key.id)
    time.sleep(FRESH_S + 0.05)
    assert status(call, SCHEMA, secret) == 401
    with pytest.raises(ServingError):
        keys.revoke(key.id)


def test_calls_beyond_the_limit_are_told_when_to_come_back(keys, from_afar):
    _, secret = keys.create("busy", scopes=["read"], per_minute=2)
    answers = [
        from_afar("GET", SCHEMA, headers={"X-API-Key": secret}) for _ in range(5)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 0 < int(refused[0].headers["retry-after"]) <= 60


def test_the_key_itself_is_not_kept(keys, database):
    _, secret = keys.create("shop")
    with database.connect() as connection:
        (row,) = connection.execute(select(api_keys)).all()
    assert secret not in map(str, row)


def test_the_list_of_a_project_has_its_own_keys_and_those_for_all(keys):
    keys.create("a", project="binary")
    keys.create("b", project="regression")
    keys.create("c")
    assert {key.name for key in keys.list("binary")} == {"a", "c"}
    assert {key.name for key in keys.list()} == {"a", "b", "c"}


@pytest.mark.parametrize(
    "given",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["everything"]},
        {"name": "a", "per_minute": 0},
    ],
)
def test_a_key_without_sense_is_refused_with_the_next_step(keys, given):
    with pytest.raises(ServingError) as refused:
        keys.create(**given)
    assert refused.value.hint
    assert not keys.list()
