"""Windows of n rows: cut once, alike by all, and by no late row cut otherwise."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import delete, insert, select, update

from core.errors import MonitoringError
from core.monitoring.rules import Rule
from core.monitoring.watch import Watch
from core.serving.calls import Call, CallLedger
from core.storage.tables import predictions, windows
from core.storage.types import now
from core.workspace import Workspace
from core.workspace.row_windows import moment_of
from core.workspace.watching import watch_once
from core.workspace.window_rows import CLAIM_LASTS, Track, WindowRows
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, START, build, copied, drifted

Maker = Callable[[int, int], pd.DataFrame]
N = 50
TRACK = Track(PROJECT, 1, N)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("row-windows")
    build(made)
    return made


@pytest.fixture
def workspace(folder: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    opened = copied(folder, request.node.name)
    yield opened
    opened.close()


def capture(
    workspace: Workspace,
    n: int,
    at: datetime,
    *,
    seed: int = 1,
    make: Maker = customers,
) -> list[str]:
    """Answer n rows in one call at a moment; return their ids."""
    rows = make(n, seed).drop(columns="left")
    answers = workspace.service(PROJECT).predict(rows, strict=False)
    return workspace.log.append(
        PROJECT, 1, rows, answers, latency_ms=1.0, source="api", at=at
    )


def bring(workspace: Workspace) -> int:
    return workspace.monitoring.windows.bring_up_to_date(PROJECT, 1, N)


def kept(workspace: Workspace) -> list[tuple[str, int]]:
    listed = workspace.monitoring.windows.list(PROJECT, 1, N)
    return [(each.label, each.n_rows) for each in listed]


def cuts(workspace: Workspace) -> list[tuple[str, str]]:
    c = windows.c
    query = select(c.after, c.cut).where(c.period == f"{N}rows").order_by(c.start)
    with workspace.database.connect() as connection:
        return [(row.after, row.cut) for row in connection.execute(query)]


def so_far(workspace: Workspace) -> int:
    return workspace.monitoring.windows.so_far(PROJECT, 1, N)


def test_a_window_closes_with_its_nth_row_and_is_named_by_first_and_last(
    workspace: Workspace,
):
    for minute in range(3):
        capture(workspace, 40, START + timedelta(minutes=minute), seed=minute)
    assert (bring(workspace), bring(workspace)) == (2, 0)
    assert kept(workspace) == [
        ("1 · 2026-03-02 09:00 to 09:01", N),
        ("2 · 2026-03-02 09:01 to 09:02", N),
    ]
    assert so_far(workspace) == 20
    capture(workspace, 30, START + timedelta(hours=1), seed=5)
    assert (bring(workspace), so_far(workspace)) == (1, 0)


def test_rows_of_one_moment_make_windows_that_share_no_row(workspace: Workspace):
    ids = capture(workspace, 130, START)
    rows = WindowRows(workspace.database)
    (first, second), _ = rows.due(TRACK)
    parts = [rows.ids(TRACK, each) for each in (first, second)]
    assert [len(set(part)) for part in parts] == [N, N]
    assert not set(parts[0]) & set(parts[1])
    assert set(parts[0]) | set(parts[1]) < set(ids)
    assert first.start < second.start
    assert (bring(workspace), so_far(workspace)) == (2, 30)


def test_windows_are_cut_alike_in_whichever_order_rows_were_written(
    workspace: Workspace,
):
    for minute in range(4):
        capture(workspace, 30, START + timedelta(minutes=minute // 2), seed=minute)
    bring(workspace)
    expected = cuts(workspace)
    with workspace.database.begin() as connection:
        rows = [dict(r._mapping) for r in connection.execute(select(predictions))]
        for seed in range(3):
            connection.execute(delete(predictions))
            connection.execute(delete(windows))
            shuffled = np.random.default_rng(seed).permutation(len(rows))
            connection.execute(insert(predictions), [rows[i] for i in shuffled])
    assert bring(workspace) == len(expected) == 2
    assert cuts(workspace) == expected


def test_workers_cut_the_same_windows_and_do_none_twice(workspace: Workspace):
    capture(workspace, 170, START)
    with ThreadPoolExecutor(3) as workers:
        done = list(workers.map(lambda _: bring(workspace), range(3)))
    assert sum(done) + bring(workspace) == 3
    with workspace.database.connect() as connection:
        assert connection.scalars(select(windows.c.revision)).all() == [1, 1, 1]


def test_a_worker_that_saw_fewer_rows_cuts_nothing_behind_another_s_cut(
    workspace: Workspace,
):
    capture(workspace, 120, START + timedelta(hours=1))
    rows = WindowRows(workspace.database)
    stale, _ = rows.due(TRACK)
    capture(workspace, 40, START)
    assert bring(workspace) == 3
    assert rows.claim(TRACK, stale[0]) is None
    assert not rows.is_cut(TRACK, str(stale[0].cut))
    after = [each for each, _ in cuts(workspace)]
    assert len(after) == len(set(after)) == 3


def test_a_late_row_moves_no_cut_and_refreshes_the_window_it_stands_in(
    workspace: Workspace,
):
    for hour in range(3):
        capture(workspace, N, START + timedelta(hours=hour), seed=hour)
    bring(workspace)
    before = cuts(workspace)
    capture(workspace, 1, START + timedelta(minutes=30), seed=7)
    capture(workspace, 2, START - timedelta(days=1), seed=8)
    assert (bring(workspace), bring(workspace)) == (2, 0)
    assert cuts(workspace) == before
    assert [n for _, n in kept(workspace)] == [N + 2, N + 1, N]
    series = workspace.monitoring.windows.list(PROJECT, 1, N)[0].realised
    assert [each.n_rows for each in series.windows] == [N + 2]
    assert so_far(workspace) == 0


def test_rows_ahead_of_the_clock_wait_and_cuts_made_there_are_forgotten(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    capture(workspace, 30, START)
    capture(workspace, 30, now() + timedelta(days=2), seed=2)
    assert (bring(workspace), so_far(workspace)) == (0, 30)
    with monkeypatch.context() as jumped:
        ahead = now() + timedelta(days=3)
        jumped.setattr("core.workspace.row_windows.now", lambda: ahead)
        assert bring(workspace) == 1
    capture(workspace, 25, START + timedelta(hours=1), seed=3)
    assert bring(workspace) == 1
    ((_, cut),) = cuts(workspace)
    assert moment_of(cut) == START + timedelta(hours=1)


def test_late_outcomes_refresh_their_own_window_of_rows_alone(workspace: Workspace):
    first = capture(workspace, N, START)
    capture(workspace, N, START + timedelta(hours=1), seed=2)
    bring(workspace)
    workspace.log.add_outcomes(PROJECT, [(each, "no") for each in first[:40]])
    due = workspace.monitoring.windows.due(PROJECT, 1, N)
    assert [each.label[0] for each in due] == ["1"]
    assert (bring(workspace), bring(workspace)) == (1, 0)
    listed = workspace.monitoring.windows.list(PROJECT, 1, N)
    assert [each.n_labels for each in listed] == [40, 0]
    assert listed[0].realised.windows[0].label == listed[0].label
    assert workspace.monitoring.n_outcomes(PROJECT, 1) == 40


def test_a_window_of_rows_of_a_killed_worker_is_taken_up_once(workspace: Workspace):
    capture(workspace, 2 * N, START)
    rows = WindowRows(workspace.database)
    (first, *_), _ = rows.due(TRACK)
    assert rows.claim(TRACK, first) is not None  # and then it is killed
    assert bring(workspace) == 1
    long_ago = now() - CLAIM_LASTS - timedelta(seconds=1)
    with workspace.database.begin() as connection:
        connection.execute(
            update(windows).where(windows.c.revision == 0).values(claimed_at=long_ago)
        )
    assert (bring(workspace), bring(workspace)) == (1, 0)
    assert [n for _, n in kept(workspace)] == [N, N]


def test_rows_that_are_forgotten_in_time_shift_no_window(workspace: Workspace):
    for hour in range(3):
        capture(workspace, N, START + timedelta(hours=hour), seed=hour)
    bring(workspace)
    before = cuts(workspace)
    workspace.log.delete_before(START + timedelta(minutes=30))
    capture(workspace, 20, START + timedelta(hours=4), seed=6)
    assert (bring(workspace), so_far(workspace)) == (0, 20)
    assert cuts(workspace) == before


def test_an_alarm_fires_on_a_window_of_rows_and_only_once(workspace: Workspace):
    rule = Rule("columns", "columns", 0.1, m=1, n=1)
    workspace.alarms.save_watch(PROJECT, Watch(period=N, rules=(rule,)))
    capture(workspace, N, START)
    capture(workspace, 49, START + timedelta(hours=1), seed=2, make=drifted)
    assert watch_once(workspace).n_windows == 1
    assert workspace.alarms.n_open(PROJECT) == 0
    capture(workspace, 1, START + timedelta(hours=2), seed=3, make=drifted)
    assert watch_once(workspace).n_judged == 1
    (alarm,) = workspace.alarms.list(PROJECT)
    assert alarm.text.columns[0] == "calls"
    assert watch_once(workspace).n_judged == 0
    assert len(workspace.alarms.list(PROJECT)) == 1


@pytest.mark.parametrize("n", [49, 100_001, True, 50.5])
def test_a_number_of_rows_that_cannot_be_judged_is_refused(n: object):
    with pytest.raises(MonitoringError, match="no window by"):
        Watch.from_dict(Watch().to_dict() | {"period": n})


def test_each_whole_hour_of_calls_is_judged_with_the_window_it_ended_in(
    workspace: Workspace,
):
    ledger = CallLedger(workspace.database, workspace.registry.champions)
    for place in range(40):
        status = 503 if place % 2 else 200
        ledger.note(Call(PROJECT, "", status, 5.0, 1, 1, 0), START)
    ledger.flush()
    for place, minute in enumerate((30, 75, 100)):
        capture(workspace, N, START + timedelta(minutes=minute), seed=place)
    assert bring(workspace) == 3
    listed = workspace.monitoring.windows.list(PROJECT, 1, N)
    assert [each.service.get("calls") for each in listed] == [None, 40, None]
    assert [each.signals["errors"] is None for each in listed] == [True, False, True]
    assert listed[1].signals["errors"] == pytest.approx(0.352, abs=0.001)
