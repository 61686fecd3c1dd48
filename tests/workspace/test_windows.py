"""Windows are summarised once, refreshed when something came, and add up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.errors import MonitoringError
from core.monitoring.watch import Watch
from core.serving.calls import Call, CallLedger
from core.storage.tables import windows
from core.storage.types import now
from core.workspace import Workspace
from core.workspace.rehearsing import Rehearsal
from core.workspace.wandering import Wandering
from core.workspace.watching import watch_once
from core.workspace.window_rows import CLAIM_LASTS, Track, WindowRows
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, START, build, copied, drifted, use
from tests.workspace.test_crash import killed_in_the_middle

MONTH = Track(PROJECT, 1, "month")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("windows")
    build(made)
    return made


@pytest.fixture
def workspace(folder: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    opened = copied(folder, request.node.name)
    use(opened, customers(120, 1), 0)
    use(opened, drifted(120, 2), 1)
    yield opened
    opened.close()


def bring(workspace: Workspace) -> int:
    return workspace.monitoring.windows.bring_up_to_date(PROJECT, 1, "month")


def test_each_window_is_summarised_once(workspace: Workspace):
    assert (bring(workspace), bring(workspace)) == (2, 0)
    first, second = workspace.monitoring.windows.list(PROJECT, 1, "month")
    assert (first.label, first.n_rows, first.signals["columns"]) == ("2026-03", 120, 0)
    assert second.first_columns == ("calls",)
    assert second.harm["calls"] > 0.05


def test_what_is_kept_equals_what_the_rows_themselves_say(workspace: Workspace):
    bring(workspace)
    _, second = workspace.monitoring.windows.list(PROJECT, 1, "month")
    kept = workspace.monitoring.windows.report(PROJECT, 1, "month", second.start)
    live = workspace.monitoring.report(PROJECT, since=second.start, until=second.end)
    assert kept.drift.to_dict() == live.drift.to_dict()
    assert kept.harm == live.harm


def test_windows_added_up_say_what_all_rows_say(workspace: Workspace):
    bring(workspace)
    kept = workspace.monitoring.windows.together(PROJECT, 1, "month")
    live = workspace.monitoring.report(PROJECT)
    for name, column in live.drift.columns.items():
        assert kept.drift.columns[name].effect == pytest.approx(column.effect)
        assert kept.drift.columns[name].drifted == column.drifted


def test_late_outcomes_refresh_their_own_window_alone(workspace: Workspace):
    bring(workspace)
    track = workspace.log.read(PROJECT, limit=None)
    first = track.meta["id"].head(40)
    workspace.log.add_outcomes(PROJECT, [(each, "no") for each in first])
    due = workspace.monitoring.windows.due(PROJECT, 1, "month")
    assert [each.label for each in due] == ["2026-03"]
    assert bring(workspace) == 1
    labels = [
        w.n_labels for w in workspace.monitoring.windows.list(PROJECT, 1, "month")
    ]
    assert labels == [40, 0]
    assert workspace.monitoring.n_outcomes(PROJECT, 1) == 40
    assert bring(workspace) == 0


def test_late_rows_refresh_their_window(workspace: Workspace):
    bring(workspace)
    use(workspace, customers(1, 9), 0)
    assert bring(workspace) == 1
    rows = [w.n_rows for w in workspace.monitoring.windows.list(PROJECT, 1, "month")]
    assert rows == [121, 120]


def test_rows_before_between_and_after_the_known_windows_are_found(
    workspace: Workspace,
):
    bring(workspace)
    for month in (3, -2, 1):
        use(workspace, customers(2, 9), month)
        assert bring(workspace) == 1
    kept = workspace.monitoring.windows.list(PROJECT, 1, "month")
    assert [(window.label, window.n_rows) for window in kept] == [
        ("2025-12", 2),
        ("2026-03", 120),
        ("2026-04", 122),
        ("2026-06", 2),
    ]


def test_two_workers_share_the_windows_and_do_none_twice(workspace: Workspace):
    with ThreadPoolExecutor(2) as workers:
        done = list(workers.map(lambda _: bring(workspace), range(2)))
    assert sum(done) == 2
    with workspace.database.connect() as connection:
        revisions = connection.scalars(
            windows.select().with_only_columns(windows.c.revision)
        ).all()
    assert revisions == [1, 1]


def test_a_window_of_a_killed_worker_is_taken_up_again(workspace: Workspace):
    rows = WindowRows(workspace.database)
    (first, *_), _ = rows.due(MONTH)
    assert rows.claim(MONTH, first) is not None  # and then it is killed
    assert bring(workspace) == 1
    long_ago = now() - CLAIM_LASTS - timedelta(seconds=1)
    with workspace.database.begin() as connection:
        connection.execute(
            update(windows).where(windows.c.revision == 0).values(claimed_at=long_ago)
        )
    assert bring(workspace) == 1
    assert len(workspace.monitoring.windows.list(PROJECT, 1, "month")) == 2


def test_a_worker_that_was_believed_dead_changes_nothing(workspace: Workspace):
    rows = WindowRows(workspace.database)
    (first, *_), _ = rows.due(MONTH)
    rows.claim(MONTH, first)
    assert not rows.save(MONTH, first.start, "another token", {"n_rows": 1})


def test_rows_to_label_are_those_without_outcome_and_stay_the_same(
    workspace: Workspace,
):
    live = workspace
    ids = list(live.log.read(PROJECT).meta["id"])
    chosen = live.monitoring.to_label(PROJECT, 1, 12)
    assert len(chosen) == chosen["id"].nunique() == 12
    assert chosen.equals(live.monitoring.to_label(PROJECT, 1, 12))
    live.log.add_outcomes(PROJECT, [(each, "yes") for each in chosen["id"]])
    assert not set(chosen["id"]) & set(live.monitoring.to_label(PROJECT, 1, 300)["id"])
    live.log.add_outcomes(PROJECT, [(each, "no") for each in ids])
    assert live.monitoring.to_label(PROJECT, 1, 12).empty


def count_calls(workspace: Workspace, status: int, n: int, day: int = 70) -> None:
    """Let calls be counted on a day after the start, in one hour."""
    at = START + timedelta(days=day)
    ledger = CallLedger(workspace.database, workspace.registry.champions)
    for _ in range(n):
        version = 1 if status < 400 else None
        ledger.note(Call(PROJECT, "", status, 5.0, version, 1, 0), at)
    ledger.flush()


def test_a_window_in_which_every_call_was_refused_is_an_alarm(workspace: Workspace):
    bring(workspace)
    count_calls(workspace, 503, 40)
    (due,) = workspace.monitoring.windows.due(PROJECT, 1, "month")
    assert due.label == "2026-05"
    assert (bring(workspace), bring(workspace)) == (1, 0)
    newest = workspace.monitoring.windows.list(PROJECT, 1, "month")[-1]
    assert (newest.n_rows, newest.service["refused"]) == (0, 1.0)
    workspace.alarms.judge(PROJECT, 1)
    (alarm,) = [a for a in workspace.alarms.list(PROJECT) if a.rule_id == "errors"]
    assert "91.2% (share of calls, at least; the limit is 5.0%)" in alarm.text.cause
    assert alarm.text.harm == "40 of 40 calls got no answer."
    assert alarm.text.columns == ()


def test_calls_refused_after_the_last_row_refresh_their_window(workspace: Workspace):
    bring(workspace)
    count_calls(workspace, 200, 30, day=32)
    count_calls(workspace, 422, 10, day=32)
    assert bring(workspace) == 1
    newest = workspace.monitoring.windows.list(PROJECT, 1, "month")[-1]
    assert newest.service["refused"] == 0.25
    assert newest.signals["errors"] == pytest.approx(0.142, abs=0.001)
    assert newest.n_rows == 120


def test_calls_of_another_version_make_no_windows_of_an_old_one(workspace: Workspace):
    bring(workspace)
    ledger = CallLedger(workspace.database, lambda: {PROJECT: 2})
    ledger.note(Call(PROJECT, "", 503, 5.0), START + timedelta(days=100))
    ledger.flush()
    assert bring(workspace) == 0


def test_a_window_whose_worker_was_killed_is_taken_up_and_counted_once(
    workspace: Workspace,
):
    with killed_in_the_middle(workspace.settings, "window", PROJECT):
        pass
    assert workspace.monitoring.windows.list(PROJECT, 1, "month") == ()
    with workspace.database.begin() as connection:  # the claim grows old
        old = windows.c.claimed_at.is_not(None)
        stale = now() - CLAIM_LASTS - timedelta(minutes=1)
        connection.execute(update(windows).where(old).values(claimed_at=stale))
    assert watch_once(workspace).n_windows == 2
    kept = workspace.monitoring.windows.list(PROJECT, 1, "month")
    assert [each.n_rows for each in kept] == [120, 120]
    assert watch_once(workspace).n_windows == 0


@pytest.fixture
def unevaluated(workspace: Workspace) -> int:
    """A live version that was saved without an evaluation."""
    old = workspace.service(PROJECT).version
    info = workspace.registry.add(
        PROJECT, old.model, who="Ada", reference=old.reference, lineage={}
    )
    workspace.registry.set_alias(PROJECT, "champion", info.number, who="Ada")
    rows = drifted(120, 5).drop(columns="left")
    answers = workspace.service(PROJECT).predict(rows, strict=False)
    workspace.log.append(
        PROJECT, info.number, rows, answers, latency_ms=1.0, source="api", at=START
    )
    ids = workspace.log.read(PROJECT, version=info.number).meta["id"]
    workspace.log.add_outcomes(PROJECT, [(each, "no") for each in ids[:60]])
    return info.number


def test_a_version_without_an_evaluation_is_watched_without_an_estimate(
    workspace: Workspace, unevaluated: int
):
    assert watch_once(workspace).failed == ()
    (kept,) = workspace.monitoring.windows.list(PROJECT, unevaluated, "month")
    assert kept.first_columns == ("calls",)
    assert kept.estimated is None
    assert kept.realised is not None
    assert len(workspace.monitoring.to_label(PROJECT, unevaluated, 5)) == 5
    partly = workspace.monitoring.partly_labelled(PROJECT, unevaluated)
    assert partly.ages["n_labels"].sum() == 60
    with pytest.raises(MonitoringError, match="0 test rows"):
        Rehearsal(workspace.monitoring.material, PROJECT, unevaluated)


def weeks(workspace: Workspace, n: int, rows=customers, first: int = 0) -> None:
    """Capture a table in each of n weeks, and judge each as it closes."""
    for week in range(first, first + n):
        service, table = workspace.service(PROJECT), rows(120, 50 + week)
        inputs = table.drop(columns="left")
        at = START + timedelta(days=100 + 7 * week)
        answers = service.predict(inputs, strict=False)
        workspace.log.append(
            PROJECT, 1, inputs, answers, latency_ms=1.0, source="api", at=at
        )
    watch_once(workspace)


def test_variation_is_learned_from_healthy_windows_alone(workspace: Workspace):
    workspace.alarms.save_watch(PROJECT, Watch(period="week"))
    wandering = Wandering(workspace.database, workspace.monitoring.material)
    track = Track(PROJECT, 1, "week")
    weeks(workspace, 7)
    assert wandering.reference(track, now()).n_live == 0  # four must have closed since
    weeks(workspace, 3, first=7)
    assert wandering.reference(track, now()).n_live == 5
    weeks(workspace, 12, drifted, first=10)
    (alarm,) = [a for a in workspace.alarms.list(PROJECT) if a.rule_id == "columns"]
    assert alarm.severity == "alarm"
    assert wandering.reference(track, now()).n_live == 10
    newest = workspace.monitoring.windows.list(PROJECT, 1, "week")[-1]
    assert newest.effects["calls"] > 0.5
    report = workspace.monitoring.windows.report(PROJECT, 1, "week", newest.start)
    assert report.n_watched in (5, 10)
