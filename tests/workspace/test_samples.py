"""The finished examples: each sample goes round with real numbers."""

from datetime import timedelta

import pytest

from core.data import SAMPLES
from core.workspace import Cycle, Workspace
from core.workspace.samples import build_sample, load_sample


def build(workspace: Workspace, sample: str) -> tuple[Cycle, list[float]]:
    project = workspace.projects.create(load_sample(sample).title)
    told: list[float] = []
    cycle = build_sample(
        workspace,
        project.id,
        sample,
        on_progress=lambda share, _message: told.append(share),
        budget_s=2.0,
    )
    return cycle, told


def test_the_churn_example_is_complete_and_its_last_month_has_drifted(
    workspace: Workspace,
):
    cycle, told = build(workspace, "churn")
    states = {status.stage: status.state for status in workspace.status.of(cycle.id)}
    assert set(states.values()) == {"done", "next"}
    assert states["retrain"] == "next"
    assert told == sorted(told)

    months = load_sample("churn").months
    starts = [month.start for month in months]
    windows = zip(starts, [*starts[1:], None], strict=True)
    reports = [
        workspace.monitoring.report(cycle.project_id, since=since, until=until)
        for since, until in windows
    ]
    assert [report.drift.drifted for report in reports] == [False, False, True]
    assert workspace.monitoring.n_outcomes(cycle.project_id, 1) == 1_600

    alarms = {each.rule_id: each for each in workspace.alarms.list(cycle.project_id)}
    assert alarms["columns"].severity == "alarm"
    assert "worse" not in alarms
    first = alarms["columns"].since
    assert starts[2] - timedelta(days=7) < first <= starts[2] + timedelta(days=7)


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "churn"])
def test_a_bundled_set_is_trained_evaluated_and_live(workspace: Workspace, sample: str):
    cycle, _ = build(workspace, sample)
    found = workspace.evaluation.latest(cycle.id)
    assert found is not None
    headline = found.champion.metrics[found.champion.metric]
    assert headline.low is not None
    assert workspace.registry.champion(cycle.project_id) == 1
