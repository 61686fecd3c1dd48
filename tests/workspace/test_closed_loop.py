"""The whole way back, as `benchmarks.closed_loop` measures it, on a few hundred rows.

Months of outcomes, the default policy, and nobody at the keyboard: after a change of
the relation between inputs and target the alarm comes, a challenger is made, proven
and promoted, and the answers are right again; without a change nothing is promoted.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from core.modeling import train
from core.monitoring.watch import Watch
from core.retraining import Gate, Policy
from core.workspace import Workspace
from core.workspace import training as training_module
from core.workspace.watching import watch_once
from tests.fitted import enough
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, START, build, copied
from tests.workspace.test_challenge import changed

N_ROWS, CHANGE = 300, 2
USUAL = Policy(active=True)
# Times of so small models say nothing on a busy machine.
POLICY = replace(
    USUAL, order=replace(USUAL.order, gate=replace(Gate(), most_slower=None))
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("loop")
    build(made, 700)
    return made


@pytest.fixture
def site(
    folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    def quick(*given, **options):
        for name in ("on_progress", "should_stop"):
            options.pop(name)
        return train(*given, **{**options, "n_jobs": 1}, **enough(1))

    monkeypatch.setattr(training_module, "train", quick)
    workspace = copied(folder, request.node.name[:60])
    workspace.alarms.save_watch(PROJECT, Watch(period="month"))
    workspace.policies.save(PROJECT, POLICY)
    yield workspace
    workspace.close()


def live_through(workspace: Workspace, month: int, rows: pd.DataFrame) -> None:
    """Answer a month, learn its outcomes, watch, and do at once what is begun."""
    service = workspace.service(PROJECT)
    inputs, at = rows.drop(columns="left"), START + timedelta(days=31 * month)
    ids = workspace.log.append(
        PROJECT,
        service.version.number,
        inputs,
        service.predict(inputs),
        latency_ms=2.0,
        source="batch",
        at=at,
    )
    workspace.log.add_outcomes(PROJECT, zip(ids, rows["left"], strict=True))
    assert watch_once(workspace).failed == ()
    job = workspace.challenges.active(PROJECT)
    if job is not None:
        workspace.jobs.cancel(job.id)
        workspace.challenges.execute(PROJECT, job.arguments, lambda *_: None)


def share_right(workspace: Workspace, rows: pd.DataFrame) -> float:
    answers = workspace.service(PROJECT).predict(rows.drop(columns="left"))
    pairs = zip(answers, rows["left"], strict=True)
    return sum(each.prediction == truth for each, truth in pairs) / len(rows)


def test_a_change_of_concept_is_noticed_learned_and_promoted_without_a_hand(site):
    fresh = changed(N_ROWS, 9)
    never_retrained = share_right(site, fresh)
    for month in range(1, 4):
        make = changed if month >= CHANGE else customers
        live_through(site, month, make(N_ROWS, month))
        if month < CHANGE:
            assert site.challenges.list(PROJECT) == []
    first = site.challenges.list(PROJECT)[-1]
    assert first.why.startswith("Alarm: Performance")
    assert site.registry.champion(PROJECT) > 1
    assert len(site.challenges.list(PROJECT)) < 3
    assert share_right(site, fresh) > never_retrained + 0.2


def test_in_months_without_a_change_nothing_is_promoted(site):
    for month in range(1, 4):
        live_through(site, month, customers(N_ROWS, 10 + month))
    assert site.registry.champion(PROJECT) == 1
