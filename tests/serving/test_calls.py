"""Calls are counted whatever became of them, by version and key, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from core.serving.api import create_api
from core.serving.calls import Call, CallLedger, measure_calls, read_calls
from core.serving.description import describe_version
from core.serving.keys import ApiKeys
from core.storage import Database

HOUR = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def one(status: int = 200, **given) -> Call:
    return Call("churn", given.pop("key_id", ""), status, 4.0, **given)


def test_answered_and_refused_calls_are_told_apart_by_key(
    registry, version, log, settings, caller, database
):
    key, secret = ApiKeys(database).create("shop", scopes=("predict",), project=None)
    api = create_api(registry, log, settings)
    call, path = caller(api), f"/projects/{version.project}/predict"
    with_key = {"headers": {"X-API-Key": secret}}
    good = describe_version(version)["example"]
    for _ in range(3):
        assert call("POST", path, json=good, **with_key).status_code == 200
    assert call("POST", path, json=[1], **with_key).status_code >= 400
    assert call("POST", path, json=good, headers={"X-API-Key": "no"}).status_code == 401
    call("POST", "/projects/nobody/predict", json=good)
    call("GET", "/health/live")
    api.state.ledger.flush()
    counts = read_calls(database, version.project)
    told = {(each.key_id, each.status < 400) for each in counts}
    assert told == {(key.id, True), (key.id, False), ("", False)}
    assert {each.version for each in counts} == {version.number}
    measured = measure_calls(counts)
    assert (measured["calls"], measured["strangers"]) == (4, 1)
    assert measured["asked"] == 3
    assert read_calls(database, "nobody") == ()


def test_counts_of_two_workers_add_up(database: Database):
    one_worker, other = (CallLedger(database, lambda: {"churn": 1}) for _ in range(2))

    def work(ledger: CallLedger) -> None:
        for _ in range(50):
            ledger.note(one(version=1, n_rows=2, n_warned=1), HOUR)
        ledger.flush()
        ledger.flush()  # nothing is left to add

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (one_worker, other)))
    measured = measure_calls(read_calls(database, "churn", version=1))
    assert (measured["calls"], measured["asked"]) == (100, 200)
    assert measured["warned_rows"] == 0.5


def test_what_the_database_does_not_take_is_added_later(database: Database):
    broken = Database("sqlite:////nowhere/at/all.db")
    ledger = CallLedger(broken, lambda: {"churn": 1})
    ledger.note(one(422), HOUR)
    ledger.flush()
    ledger._database = database
    ledger.flush()
    (kept,) = read_calls(database, "churn")
    assert (kept.n, kept.status, kept.version) == (1, 422, 1)


def test_a_share_of_few_calls_is_not_told(database: Database):
    ledger = CallLedger(database, lambda: {"churn": 1})
    for _ in range(19):
        ledger.note(one(500), HOUR)
    ledger.flush()
    assert "refused" not in measure_calls(read_calls(database, "churn"))
    ledger.note(one(200, version=1), HOUR)
    ledger.flush()
    assert measure_calls(read_calls(database, "churn"))["refused"] == 0.95
