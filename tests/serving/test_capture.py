import asyncio
import threading

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from core.errors import StorageError
from core.serving import Answer
from core.serving.answerer import Answerer
from core.serving.call_rows import draw_up
from core.serving.capture import Capture
from core.serving.live import LiveServices
from core.storage.tables import predictions


@pytest.fixture
def capture(log):
    opened = Capture(log)
    yield opened
    opened.close()


def rows_of_a_call(n=1):
    return draw_up("churn", 1, [{"a": 1}] * n, [Answer(1.0)] * n, **FACTS)


ROW = {"age": 41, "spend": 60.5, "plan": "basic", "member": True}
FACTS = {"latency_ms": 1.0, "source": "api"}


@pytest.fixture
def gate(log):
    """Holds transactions up until it is set; counts them."""
    opened, begun = threading.Event(), []

    def wait(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT"):
            begun.append(statement)
            assert opened.wait(20)

    event.listen(log.database.engine, "before_cursor_execute", wait)
    yield opened, begun
    opened.set()
    event.remove(log.database.engine, "before_cursor_execute", wait)


def test_calls_that_come_during_a_write_share_the_next_one(capture, log, gate):
    opened, begun = gate
    first = capture.write(rows_of_a_call())
    while not begun:
        pass
    later = [capture.write(rows_of_a_call(2)) for _ in range(50)]
    assert len({id(future) for future in later}) == 1
    assert not first.done()
    opened.set()
    later[0].result(20)
    assert first.done()
    assert log.count("churn") == 101


def test_rows_are_kept_in_the_order_of_the_calls(capture, log):
    calls = [rows_of_a_call(3) for _ in range(20)]
    for future in [capture.write(call) for call in calls]:
        future.result(20)
    expected = [row["id"] for call in calls for row in call]
    assert sorted(log.read("churn").meta["id"]) == sorted(expected)


def test_a_write_that_fails_is_told_to_its_calls_and_the_next_one_works(capture, log):
    def refuse(*_):
        raise OperationalError("insert", {}, Exception("disk is full"))

    event.listen(log.database.engine, "before_cursor_execute", refuse)
    with pytest.raises(StorageError, match="disk is full"):
        capture.write(rows_of_a_call()).result(20)
    event.remove(log.database.engine, "before_cursor_execute", refuse)
    capture.write(rows_of_a_call()).result(20)
    assert log.count("churn") == 1


def answerer(registry, log):
    live = LiveServices(registry)
    live.load_champions()
    return Answerer(live, log)


def test_a_caller_that_hangs_up_takes_nobodys_rows_along(registry, log):
    """Three calls share a transaction that waits; one of them is cancelled."""
    answer = answerer(registry, log)

    async def scene() -> None:
        with log.database.begin():  # another process writes for a while
            first, leaves, stays = (
                asyncio.create_task(answer("binary", [ROW])) for _ in range(3)
            )
            await asyncio.sleep(0.05)
            leaves.cancel()
            await asyncio.sleep(0.01)
            assert not first.done()
        await first
        await stays

    asyncio.run(scene())
    assert log.count("binary") == 3


def test_calls_of_one_turn_of_the_loop_share_a_transaction(registry, log, monkeypatch):
    answer, rounds = answerer(registry, log), []
    insert = log.database.quick.insert

    def count(table, rows):
        rounds.append(len(rows))
        return insert(table, rows)

    monkeypatch.setattr(log.database.quick, "insert", count)

    async def scene() -> None:
        await asyncio.gather(*(answer("binary", [ROW]) for _ in range(16)))

    asyncio.run(scene())
    assert rounds == [16]
    assert log.count("binary") == 16


def test_what_the_short_way_keeps_is_what_the_long_way_keeps(log):
    short, long = rows_of_a_call(), rows_of_a_call()
    short[0] |= {"key": "k", "threshold": 0.25, "inputs": {"é": [None, "a"]}}
    long[0] |= {name: short[0][name] for name in short[0] if name != "id"}
    assert log.write_now(short)
    log.write(long)
    with log.database.connect() as connection:
        first, second = connection.execute(select(predictions)).mappings().all()
    assert {**first, "id": ""} == {**second, "id": ""}


def test_a_full_disk_is_told_to_every_call_of_the_round(registry, log, monkeypatch):
    answer = answerer(registry, log)

    def refuse(_table, _rows):
        raise StorageError("The database or disk is full.", hint="Free some.")

    monkeypatch.setattr(log.database.quick, "insert", refuse)

    async def scene() -> list[object]:
        calls = (answer("binary", [ROW]) for _ in range(3))
        return await asyncio.gather(*calls, return_exceptions=True)

    told = asyncio.run(scene())
    assert [type(each) for each in told] == [StorageError] * 3
    monkeypatch.undo()
    asyncio.run(scene())
    assert log.count("binary") == 3


def test_loops_of_two_threads_keep_rows_at_once(capture, log):
    seen = []

    def keep_elsewhere():
        asyncio.run(capture.keep(rows_of_a_call(2)))
        seen.append(log.count("churn"))

    def in_between():  # after the task has begun, and before its round ends
        other = threading.Thread(target=keep_elsewhere)
        other.start()
        other.join()

    async def keep():
        here = asyncio.create_task(capture.keep(rows_of_a_call(3)))
        asyncio.get_running_loop().call_soon(in_between)
        await here
        seen.append(log.count("churn"))

    asyncio.run(keep())
    assert seen == [2, 5]
