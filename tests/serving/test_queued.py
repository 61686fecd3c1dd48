"""Answers that go out first: stored within half a second, counted until they are."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from core.serving import Answer, PredictionLog
from core.serving import queued as module
from core.serving.api import create_api
from core.serving.call_rows import draw_up
from core.serving.losses import CaptureLosses
from core.serving.policy import CapturePolicy
from core.serving.queued import BATCH, MOST, CaptureQueue
from core.serving.tally import Tally, left_behind

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
QUEUED = CapturePolicy(is_queued=True)


def rows(n=1):
    return draw_up(
        "churn", 1, [{"a": 1}] * n, [Answer(1.0)] * n, latency_ms=1.0, source="api"
    )


class Store:
    """Keeps what it is given, when it is let."""

    def __init__(self):
        self.kept, self.free, self.refusals = [], threading.Event(), 0
        self.free.set()

    def __call__(self, given):
        assert given
        assert self.free.wait(20)
        if self.refusals:
            self.refusals -= 1
            raise StorageError("The disk is full.", hint="Free some.")
        self.kept.extend(given)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def queue(store, tmp_path):
    opened = CaptureQueue(store, tmp_path)
    yield opened
    store.free.set()
    opened.close()


def wait_until(true):
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_rows_are_stored_though_no_more_come(queue, store):
    assert queue.take("churn", rows(3))
    assert store.kept == []
    wait_until(lambda: len(store.kept) == 3)


def test_many_rows_are_stored_without_waiting(queue, store, monkeypatch):
    monkeypatch.setattr(module, "HOLD_S", 3600.0)
    for _ in range(BATCH // 10):
        assert queue.take("churn", rows(10))
    wait_until(lambda: len(store.kept) == BATCH)


def test_a_full_queue_takes_nothing_more(queue, store, monkeypatch):
    monkeypatch.setattr(module, "STATED_S", 3600.0)
    store.free.clear()
    assert queue.take("churn", rows(MOST))
    assert not queue.take("churn", rows())
    store.free.set()
    wait_until(lambda: queue.take("churn", rows()))


def test_a_queue_that_lags_takes_nothing_more(queue, store, monkeypatch):
    monkeypatch.setattr(module, "STATED_S", 0.05)
    store.free.clear()
    assert queue.take("churn", rows())
    time.sleep(0.1)
    assert not queue.take("churn", rows())


def test_rows_that_could_not_be_stored_are_stored_later(queue, store):
    store.refusals = 1
    first = rows(2)
    queue.take("churn", first)
    wait_until(lambda: store.kept == first)


def test_closing_stores_what_waits_and_leaves_no_counts(queue, store, tmp_path):
    queue.take("churn", rows(3))
    queue.take("other", rows(2))
    assert len(list(tmp_path.iterdir())) == 2
    queue.close()
    assert len(store.kept) == 5
    assert list(tmp_path.iterdir()) == []
    assert not queue.take("churn", rows())


def test_closing_with_nothing_left_writes_nothing(queue, store):
    queue.take("churn", rows())
    wait_until(lambda: store.kept)
    queue.close()  # an empty write would fail in the thread, and so this test
    assert len(store.kept) == 1


def test_what_cannot_be_stored_at_the_end_is_reported(queue, store, tmp_path):
    store.refusals = 9
    queue.take("churn", rows(3))
    queue.close()
    ((_, loss),) = left_behind(tmp_path)
    assert (loss.project, loss.most) == ("churn", 3)


def test_without_room_for_the_counts_nothing_is_queued(store, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    assert not CaptureQueue(store, blocked / "folder").take("churn", rows())


def test_counts_of_a_living_worker_are_left_alone(tmp_path):
    tally = Tally(tmp_path, "churn")
    tally.accept(3, AT, AT)
    assert left_behind(tmp_path) == []
    assert tally.path.exists()
    tally.close()
    assert len(left_behind(tmp_path)) == 1


def test_a_file_that_tells_nothing_is_removed(tmp_path):
    (tmp_path / "half.tally").write_bytes(b"half")
    (tmp_path / "other.tally").write_bytes(b"\xff" * 512)
    assert left_behind(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 900)), max_size=8),
    st.integers(0, 8),
)
def test_the_counts_tell_what_was_accepted_and_not_stored(
    tmp_path_factory, calls, n_stored
):
    folder = tmp_path_factory.mktemp("counts")
    tally = Tally(folder, "churn")
    for n, ms in calls:
        at = AT + timedelta(milliseconds=ms)
        tally.accept(n, at, at)
    moments = [AT + timedelta(milliseconds=ms) for _, ms in calls]
    for done in range(min(n_stored, len(calls))):
        tally.stored(calls[done][0], min(moments[done + 1 :], default=None))
    tally.close()
    waiting = calls[n_stored:]
    found = [loss for _, loss in left_behind(folder)]
    assert [loss.most for loss in found] == [sum(n for n, _ in waiting)] * bool(waiting)
    for loss in found:
        assert loss.since == min(moments[n_stored:])
        assert loss.until == max(moments)


def test_a_loss_is_noted_once_and_told_once(database, tmp_path, caplog):
    tally = Tally(tmp_path, "churn")
    tally.accept(12, AT, AT + timedelta(seconds=0.4))
    tally.close()
    copy = tally.path.read_bytes()
    losses = CaptureLosses(database, tmp_path)
    with caplog.at_level(logging.WARNING, "rondo.api"):
        assert losses.look() == 1
        tally.path.write_bytes(copy)  # as if it could not be removed
        assert losses.look() == 0
    assert caplog.text.count("At most 12 predictions between 2026-03-02 09:30:00") == 1
    (loss,) = losses.of("churn")
    assert (loss.most, loss.since) == (12, AT)
    assert losses.of("churn", AT + timedelta(days=1)) == []
    assert losses.of("other") == []


def predict(call, *given):
    path = "/projects/binary/predict"
    answer = call("POST", path, json=list(given) or {"age": 41, "plan": "basic"})
    assert answer.status_code == 200
    return [each["id"] for each in answer.json()["predictions"]]


def test_a_queued_answer_is_given_before_it_is_stored(
    registry, settings, caller, monkeypatch
):
    monkeypatch.setattr(module, "HOLD_S", 3600.0)
    log = PredictionLog(registry.database, QUEUED, settings.home / "capture")
    ids = predict(caller(create_api(registry, log, settings)))
    assert log.count("binary") == 0
    log.close()
    assert log.read("binary").meta["id"].tolist() == ids


def test_a_closed_queue_leaves_answers_captured_before_they_are_given(
    registry, settings, caller
):
    log = PredictionLog(registry.database, QUEUED, settings.home / "capture")
    log.close()
    predict(caller(create_api(registry, log, settings)))
    assert log.count("binary") == 1


def test_what_may_not_be_written_is_not_queued_either(
    registry, settings, caller, monkeypatch
):
    policy = CapturePolicy(is_queued=True, drop=frozenset(["plan"]), share=0.5)
    log = PredictionLog(registry.database, policy, settings.home / "capture")
    taken = []
    monkeypatch.setattr(log._queue, "take", lambda _, rows: taken.extend(rows) or True)
    predict(
        caller(create_api(registry, log, settings)), *[{"age": 41, "plan": "pro"}] * 200
    )
    assert 40 < len(taken) < 160
    assert {name for row in taken for name in row["inputs"]} == {"age"}
