"""Changed rules of quality: from when they hold, and for which versions."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import MonitoringError
from core.monitoring.quality_rules import QualityRule
from core.storage.types import now
from core.workspace import Workspace
from core.workspace.rehearsing import Rehearsal
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, START, build, copied, use

NARROW = QualityRule("fee", "range", "39 to 41", "problem")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules")
    build(made, 1_000)
    return made


@pytest.fixture
def workspace(folder: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    opened = copied(folder, request.node.name)
    for month in (0, 1):
        use(opened, customers(120, month + 1), month)
    opened.monitoring.windows.bring_up_to_date(PROJECT, 1, "month")
    yield opened
    opened.close()


def save(workspace: Workspace, *rules: QualityRule, **given):
    version = workspace.service(PROJECT).version
    given = {"who": "tester", "why": "they must be so", **given}
    return workspace.monitoring.rules.save(version, rules, **given)


def faults(workspace: Workspace) -> list[int]:
    workspace.monitoring.windows.bring_up_to_date(PROJECT, 1, "month")
    kept = workspace.monitoring.windows.list(PROJECT, 1, "month")
    return [len(each.faults) for each in kept]


def test_what_was_changed_is_kept_with_who_when_and_why(workspace: Workspace):
    save(workspace, NARROW)
    save(workspace)
    newest, first = workspace.monitoring.rules.history(PROJECT, 1)
    assert (first.who, first.why, first.rules) == (
        "tester",
        "they must be so",
        (NARROW,),
    )
    assert newest.rules == ()
    assert newest.saved_at >= first.saved_at


def test_windows_that_had_ended_stay_as_they_were_judged(workspace: Workspace):
    saved = save(workspace, NARROW)
    assert saved.since <= now()
    assert faults(workspace) == [0, 0]


def test_late_outcomes_do_not_rejudge_a_window_by_later_rules(workspace: Workspace):
    save(workspace, NARROW)
    ids = workspace.log.read(PROJECT).meta["id"].head(5)
    workspace.log.add_outcomes(PROJECT, [(each, "no") for each in ids])
    assert faults(workspace) == [0, 0]


def test_a_rule_set_back_on_purpose_is_judged_from_then_on(workspace: Workspace):
    assert faults(workspace) == [0, 0]
    save(workspace, NARROW, since=START + timedelta(days=30))
    assert faults(workspace) == [0, 1]


def test_an_alarm_is_raised_by_an_own_rule(workspace: Workspace):
    workspace.alarms.judge(PROJECT, 1)
    assert not workspace.alarms.list(PROJECT)
    save(workspace, NARROW, since=START + timedelta(days=30))
    faults(workspace)
    workspace.alarms.judge(PROJECT, 1)
    (alarm,) = workspace.alarms.list(PROJECT)
    assert "own rule" in alarm.text.cause


def test_a_table_brought_in_and_the_rehearsal_go_by_the_rules_of_now(
    workspace: Workspace,
):
    save(workspace, NARROW)
    table = customers(120, 9).drop(columns="left")
    report = workspace.monitoring.report_for(PROJECT, table)
    assert [each.code for each in report.quality] == ["MONITOR-006"]
    rehearsal = Rehearsal(workspace.monitoring.material, PROJECT, 1, 50)
    history = rehearsal.history(lambda *_: None)
    assert all(window.signals["quality"] == 1 for window in history)


def test_a_later_version_takes_the_rules_over(workspace: Workspace):
    save(workspace, NARROW)
    assert workspace.monitoring.rules.at(PROJECT, 2) == (NARROW,)
    assert workspace.monitoring.rules.at(PROJECT, 1, START) == ()


def test_a_rule_that_cannot_be_read_is_refused_and_nothing_kept(workspace: Workspace):
    with pytest.raises(MonitoringError):
        save(workspace, QualityRule("fee", "range", "between"))
    assert workspace.monitoring.rules.history(PROJECT, 1) == ()
