from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import func, select

from core.errors import ServingError
from core.serving import PredictionLog
from core.serving.answering import answer_call
from core.serving.api import create_api
from core.serving.policy import CapturePolicy
from core.serving.receipt import find_kept, replay
from core.settings import Settings
from core.storage.tables import outcomes
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


def test_settings_become_a_policy():
    policy = CapturePolicy.of(
        Settings(
            capture_drop="name, street",
            capture_hash="email,name",
            capture_key=KEY.decode(),
        )
    )
    assert policy.drop == {"name", "street"}
    assert policy.hashed == {"email"}
    assert KEY.decode() not in repr(policy)
