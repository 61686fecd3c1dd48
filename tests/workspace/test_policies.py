"""Policies: every trigger is followed once, and nothing happens without one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.monitoring.watch import Watch
from core.retraining import Mix, Order, Policy
from core.workspace import Workspace
from core.workspace.watching import something_is_due, watch_once
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, build, copied, use
from tests.workspace.test_challenge import capture, changed
from tests.workspace.test_crash import killed_in_the_middle

QUICK = Order(mix=Mix(old_weight=0.0, kept_aside=0.3), budget_s=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("policies")
    build(made, 700)
    return made


@pytest.fixture
def site(folder: Path, request) -> Iterator[Workspace]:
    workspace = copied(folder, request.node.name[:60])
    yield workspace
    under_way = workspace.challenges.active(PROJECT)
    if under_way is not None:
        workspace.jobs.cancel(under_way.id)
    workspace.close()


def kept(workspace: Workspace, *triggers, **numbers) -> Policy:
    return workspace.policies.save(
        PROJECT, Policy(True, triggers, order=QUICK, **numbers)
    )


def test_without_a_policy_nothing_begins(site):
    capture(site, changed(300, 3))
    site.alarms.save_watch(PROJECT, Watch())
    assert watch_once(site).n_begun == 0
    assert site.policies.due(PROJECT) is None
    assert not site.policies.get(PROJECT).active


def test_a_performance_alarm_begins_one_retraining_however_many_look(site):
    kept(site, "performance")
    capture(site, changed(300, 3), month=1)
    use(site, customers(5, 4), month=2)  # closes the window before
    done = watch_once(site)
    assert done.failed == ()
    assert done.n_begun == 1
    job = site.challenges.active(PROJECT)
    assert job.arguments["why"].startswith("Alarm: Performance, from outcomes")
    assert job.arguments["fresh_from"].startswith("2026-04")
    site.jobs.cancel(job.id)
    with ThreadPoolExecutor(3) as looks:
        found = list(looks.map(lambda _: site.policies.look(PROJECT), range(3)))
    assert found == [None, None, None]
    assert not something_is_due(site)
    begun = [e for e in site.registry.history(PROJECT) if e.who == "policy"]
    assert [entry.action for entry in begun] == ["retraining begun"]


def test_two_workers_take_a_trigger_once(site):
    kept(site, "outcomes", n_outcomes=100)
    capture(site, customers(150, 3))
    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(lambda _: site.policies.look(PROJECT), range(4)))
    (job,) = [each for each in found if each is not None]
    assert site.challenges.active(PROJECT).id == job.id
    begun = [e for e in site.registry.history(PROJECT) if e.who == "policy"]
    assert len(begun) == 1
    site.jobs.cancel(job.id)
    assert site.policies.due(PROJECT) is None
    capture(site, customers(60, 5), month=2)
    assert "200 outcomes" in site.policies.due(PROJECT).why


def test_a_trigger_outlives_a_worker_that_is_killed_before_its_job(site):
    kept(site, "outcomes", n_outcomes=100)
    capture(site, customers(150, 3))
    with killed_in_the_middle(site.settings, "trigger", PROJECT):
        pass
    assert site.challenges.active(PROJECT) is None
    capture(site, customers(160, 5), month=2)  # by now another one has fired, too
    assert site.policies.due(PROJECT).why.startswith("100 outcomes")
    assert something_is_due(site)
    job = site.policies.look(PROJECT)
    assert job.arguments["why"].startswith("100 outcomes")
    site.jobs.cancel(job.id)
    assert site.policies.due(PROJECT).why.startswith("300 outcomes")


def test_a_trigger_is_kept_while_something_else_is_made(site):
    kept(site, "outcomes", n_outcomes=100)
    capture(site, customers(150, 3))
    fired = site.policies.due(PROJECT)
    site.policies._take(PROJECT, fired)
    by_hand = site.challenges.start(PROJECT, QUICK, who="Ada")
    assert site.policies.look(PROJECT) is None
    site.jobs.cancel(by_hand.id)
    assert site.policies.due(PROJECT) == fired


def test_a_trigger_of_a_champion_that_is_gone_is_not_followed(site):
    kept(site, "outcomes", n_outcomes=100)
    capture(site, customers(150, 3))
    site.policies._take(PROJECT, site.policies.due(PROJECT))
    version = site.service(PROJECT).version
    site.registry.add(PROJECT, version.model, who="Ada", lineage=dict(version.lineage))
    site.registry.set_alias(PROJECT, "champion", 2, who="Ada")
    site.policies.save(PROJECT, Policy(True, ("drift",), order=QUICK))
    assert site.policies.due(PROJECT) is None


def test_a_trigger_waits_for_outcomes_to_learn_from(site):
    kept(site, "outcomes", n_outcomes=50, least_outcomes=100)
    capture(site, customers(60, 3))
    assert site.policies.due(PROJECT) is None
    capture(site, customers(60, 4), month=2)
    assert site.policies.due(PROJECT) is not None


def test_a_schedule_counts_days_from_the_last_decision(site, monkeypatch):
    from datetime import timedelta

    from core.workspace import policies

    kept(site, "schedule", every_days=30, least_outcomes=10)
    capture(site, customers(60, 3))
    assert site.policies.due(PROJECT) is None
    later = policies.now() + timedelta(days=31)
    monkeypatch.setattr(policies, "now", lambda: later)
    assert site.policies.due(PROJECT).why.startswith("30 days since")


def test_outcomes_that_were_learned_from_are_not_new(site):
    capture(site, customers(100, 3))
    assert site.next_cycle.n_fresh(PROJECT, 1) == 100
    site.next_cycle.start(PROJECT, Mix(kept_aside=0.25))
    site.next_cycle.remember_update(PROJECT, 1, site.next_cycle.draw(PROJECT).cut)
    assert site.next_cycle.n_fresh(PROJECT, 1) == 0
    cut = site.next_cycle.draw(PROJECT, Mix(kept_aside=0.25)).cut
    site.next_cycle.remember_update(PROJECT, 1, cut)
    assert site.next_cycle.n_fresh(PROJECT, 1) == 25


def test_a_policy_that_makes_no_sense_is_not_kept(site):
    with pytest.raises(WorkspaceError, match="policy"):
        kept(site, "outcomes", n_outcomes=0)
    assert not site.policies.get(PROJECT).active
