import time
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import func, select

from core.errors import RegistryError, ServingError
from core.serving import Answer, PredictionLog
from core.serving.answering import answer_call
from core.serving.api import create_api
from core.serving.capture_policies import FRESH_S, CapturePolicies
from core.serving.policy import CapturePolicy
from core.serving.receipt import find_kept, replay
from core.settings import Settings
from core.storage.tables import capture_policies, outcomes
from core.storage.types import now

KEY = b"a key of enough length"
ROW = {"age": 41, "plan": "basic", "member": True}


def kept_by(registry, service, policy, *rows, source="form"):
    """Return what the log holds of some rows."""
    log = PredictionLog(registry.database, policy)
    answered = answer_call(service, log, list(rows), source=source)
    return log, answered, log.read("binary").inputs


def test_a_dropped_column_is_never_written(registry, service):
    policy = CapturePolicy(drop=frozenset(["plan"]))
    _, _, inputs = kept_by(registry, service, policy, ROW)
    assert inputs.to_dict("records") == [{"age": 41, "member": True}]


def test_a_hashed_column_keeps_who_is_equal_and_needs_the_key(registry, service):
    policy = CapturePolicy(hashed=frozenset(["plan"]), key=KEY)
    other = {**ROW, "plan": "pro"}
    empty = {**ROW, "plan": None}
    _, _, inputs = kept_by(registry, service, policy, ROW, ROW, other, empty)
    first, again, different, missing = inputs["plan"]
    assert first == again != different
    assert "basic" not in first
    assert pd.isna(missing)
    assert CapturePolicy(hashed=policy.hashed, key=KEY * 2)._hash("plan", "basic") != (
        first
    )


def test_hashing_without_a_key_is_refused():
    with pytest.raises(ServingError, match="no key"):
        CapturePolicy(hashed=frozenset(["plan"]), key=b"short")


def test_a_receipt_says_what_was_not_kept(registry, service):
    policy = CapturePolicy(drop=frozenset(["plan"]))
    log, answered, _ = kept_by(registry, service, policy, ROW)
    receipt = replay(service, find_kept(log.database, "binary", answered.ids[0]))
    assert receipt.masked == ("plan",)
    assert receipt.to_dict()["masked"] == ["plan"]
    assert "masked" not in receipt.differing


def test_a_share_of_the_apis_calls_is_kept_and_all_of_the_forms(registry, service):
    policy = CapturePolicy(share=0.25)
    log, _, _ = kept_by(registry, service, policy, *[ROW] * 400, source="api")
    assert 60 < log.count("binary") < 140
    before = log.count("binary")
    answer_call(service, log, [ROW] * 5, source="form")
    assert log.count("binary") == before + 5


def test_old_predictions_go_with_their_outcomes(registry, service):
    log, answered, _ = kept_by(registry, service, None, *[ROW] * 3)
    log.add_outcomes("binary", [(answered.ids[0], "yes")])
    assert log.delete_before(now() - timedelta(days=1)) == 0
    assert log.delete_before(now() + timedelta(seconds=1)) == 3
    assert log.count("binary") == 0
    with log.database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(outcomes)) == 0


def test_capture_pauses_while_the_database_is_too_large(
    registry, service, settings, caller
):
    log = PredictionLog(registry.database, CapturePolicy(most_mb=1))
    assert not log.is_paused
    ready = caller(create_api(registry, log, settings))("GET", "/health/ready")
    assert ready.json() == {"status": "ready"}
    full = PredictionLog(registry.database, CapturePolicy(most_mb=0))
    call = caller(create_api(registry, full, settings))
    assert call("POST", "/projects/binary/predict", json=ROW).status_code == 200
    assert full.count("binary") == 0
    assert call("GET", "/health/ready").json()["capture"] == "paused"


CHOSEN = CapturePolicy(
    drop=frozenset(["plan"]), share=0.5, most_mb=7, is_queued=True, days=30
)


def test_a_projects_own_policy_counts_in_running_processes_within_a_second(
    registry, service
):
    running = PredictionLog(registry.database, CapturePolicy(days=9))
    answer_call(service, running, [ROW], source="form")
    CapturePolicies(registry.database, CapturePolicy()).put(
        "binary", CHOSEN, who="Ada", why="consent"
    )
    time.sleep(FRESH_S + 0.1)
    answer_call(service, running, [ROW], source="form")
    kept = running.read("binary").inputs.sort_values("plan").to_dict("records")
    assert [row["plan"] for row in kept][:1] == ["basic"]
    assert pd.isna(kept[1]["plan"])
    assert running.policies.of("binary") == CHOSEN
    assert running.policies.of("regression").days == 9


def test_a_policy_is_kept_with_who_when_and_why_and_taken_back(database):
    policies = CapturePolicies(database, CapturePolicy(share=0.75))
    policies.put("churn", CHOSEN, who="Ada", why="consent")
    policies.put("churn", None, who="Grace")
    assert policies.of("churn").share == 0.75
    back, first = policies.changes("churn")
    assert (back.who, back.policy) == ("Grace", None)
    assert (first.who, first.why, first.policy) == ("Ada", "consent", CHOSEN)
    assert back.at >= first.at
    with pytest.raises(RegistryError, match="Nobody"):
        policies.put("churn", CHOSEN, who=" ")


def test_columns_to_hash_are_left_out_where_the_key_is_gone(database):
    hashing = CapturePolicy(hashed=frozenset(["plan"]), key=KEY)
    policies = CapturePolicies(database, hashing)
    policies.put("churn", hashing, who="Ada")
    assert policies.of("churn") == hashing
    keyless = CapturePolicies(database, CapturePolicy()).of("churn")
    assert (keyless.drop, keyless.hashed) == ({"plan"}, frozenset())
    with database.connect() as connection:
        told = connection.execute(select(capture_policies.c.payload)).scalar_one()
    assert "key" not in told


def test_each_project_keeps_its_own_time(database):
    log = PredictionLog(database, CapturePolicy(days=10))
    log.policies.put("short", CapturePolicy(days=2), who="Ada")
    log.policies.put("ever", CapturePolicy(), who="Ada")
    for project in ("short", "ever", "usual"):
        for days in (1, 5, 20):
            at = now() - timedelta(days=days)
            facts = {"latency_ms": 1.0, "source": "api", "at": at}
            log.append(project, 1, [{"a": 1}], [Answer(1.0)], **facts)
    assert log.delete_old() == 3
    assert [log.count(each) for each in ("short", "ever", "usual")] == [1, 3, 2]


def test_one_project_pauses_and_the_others_do_not(registry, service):
    log = PredictionLog(registry.database)
    assert not log.is_paused
    log.policies.put("binary", CapturePolicy(most_mb=0), who="Ada")
    assert log.is_paused
    assert log.pauses("binary")
    assert not log.pauses("regression")
    answer_call(service, log, [ROW], source="form")
    assert log.count("binary") == 0


@pytest.mark.parametrize("fields", [{"share": 0.0}, {"share": 1.5}, {"days": 0}])
def test_a_share_or_time_out_of_range_is_refused(fields):
    with pytest.raises(ServingError, match="out of range"):
        CapturePolicy(**fields)


def test_settings_become_a_policy():
    policy = CapturePolicy.of(
        Settings(
            capture_drop="name, street",
            capture_hash="email,name",
            capture_key=KEY.decode(),
            capture_mode="queued",
            capture_days=30,
        )
    )
    assert policy.drop == {"name", "street"}
    assert policy.hashed == {"email"}
    assert (policy.is_queued, policy.days) == (True, 30)
    assert KEY.decode() not in repr(policy)
