"""Monitoring tried on test rows: silent on healthy ones, loud on broken ones."""

from collections.abc import Iterator

import pytest

from core.errors import MonitoringError
from core.monitoring.rehearsal import rehearse
from core.monitoring.rules import DEFAULT_RULES
from core.workspace import Workspace, rehearsing
from core.workspace.rehearsing import Rehearsal, Trial
from tests.workspace.live import PROJECT, build, copied


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("rehearsal")
    build(folder, n_rows=2_000)
    opened: Workspace = copied(folder, "own")
    yield opened
    opened.close()


def quietly(_share: float, _message: str) -> None:
    pass


def test_a_healthy_history_raises_no_alarm(workspace, monkeypatch):
    monkeypatch.setattr(rehearsing, "N_WINDOWS", 6)
    history = Rehearsal(workspace.monitoring.material, PROJECT, 1, 60).history(quietly)
    assert [each.n_rows for each in history] == [60] * 6
    assert all(each.n_alarms == 0 for each in rehearse(DEFAULT_RULES, history))


def test_broken_deliveries_are_caught_at_once_and_said_with_their_loss(workspace):
    rehearsal = Rehearsal(workspace.monitoring.material, PROJECT, 1, 60)
    trials = {t.fault: t for t in rehearsal.break_it(DEFAULT_RULES, quietly)}
    assert set(trials) == {
        "unit", "swapped", "category", "missing", "frozen", "labels"
    }  # fmt: skip
    for name in ("unit", "missing", "frozen"):
        assert (trials[name].caught_by, trials[name].n_windows) == ("Data broken", 1)
    assert trials["missing"].columns == ("calls",)
    assert trials["missing"].moved > 0.05
    assert trials["missing"].broken < trials["missing"].healthy
    again = Trial.from_dict(trials["unit"].to_dict())
    assert again == trials["unit"]


def test_too_few_test_rows_are_refused(workspace, monkeypatch):
    monkeypatch.setattr(rehearsing, "MIN_ROWS", 10_000)
    with pytest.raises(MonitoringError, match="too few"):
        Rehearsal(workspace.monitoring.material, PROJECT, 1)
