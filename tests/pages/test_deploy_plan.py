"""The tab Plan advises, measures and reckons for a version."""

import pytest

from core.deployment.capacity import LoadTest, Machine, level_of
from core.settings import Settings
from core.storage.types import now
from core.workspace import Workspace, open_workspace
from pages.shared.deploy_capacity import machine_words
from tests.fitted import customers, fit_model
from tests.pages.test_deploy import Site, press, words


def load(slow_ms: float = 4.0) -> LoadTest:
    levels = tuple(
        level_of(n, [slow_ms * n] * 100, 0, 1.0, cpu_s=0.1, memory_mb=200.0)
        for n in (1, 64)
    )
    return LoadTest(now(), 1, 1, 2.0, levels, Machine("<b>", 2, 8.0, 3.0))


@pytest.fixture
def here(settings: Settings) -> Site:
    workspace = open_workspace(settings)
    project = workspace.projects.create("Customers who may leave")
    workspace.registry.add(project.id, fit_model(), who="Ada", reference=customers())
    return Site(workspace, project.id)


def test_an_answer_changes_the_advice(here):
    page = here.open("Plan")
    assert "As a service" in page.subheader[0].value
    page.selectbox(key="advice-delay").set_value("hours").run()
    assert not page.exception
    assert "In batch" in page.subheader[0].value
    assert "embedded in a program" in words(page)


def test_the_advised_bundle_is_built_from_here(here, monkeypatch):
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        "core.workspace.bundles.Bundles.start", lambda _, *given: asked.append(given)
    )
    press(here.open("Plan"), "Build this bundle")
    assert asked == [(here.project_id, 1, "container")]


def test_before_a_load_test_no_cost_is_told(here):
    page = here.open("Plan")
    assert "It needs a load test" in words(page)
    assert not page.metric


def test_what_was_measured_is_shown_with_cost_and_the_goal_counts(here, monkeypatch):
    monkeypatch.setattr("core.workspace.capacity.Capacity.latest", lambda *_: load())
    page = here.open("Plan")
    assert "one copy answered **100.0 calls a second**" in words(page)
    labels = [metric.label for metric in page.metric]
    assert labels[0] == "Copies at the peak"
    page.number_input(key="load-goal").set_value(1.0).run()
    assert not page.exception
    assert "No level kept 1 ms" in words(page)
    assert not page.metric


def test_a_load_test_is_a_job_and_asked_for_once(here, monkeypatch):
    kept: list[object] = []

    def submit(self: object, kind: str, project: str, given: object) -> None:
        kept.append((kind, project, given))

    monkeypatch.setattr("core.workspace.jobs.Jobs.submit", submit)
    press(here.open("Plan"), "Run the load test")
    wanted = {"number": 1, "rows_a_call": 1}
    assert kept == [("capacity", here.project_id, wanted)]


def test_a_busy_machine_is_said():
    assert "it was busy" in machine_words(load())


def test_the_workspace_finds_the_last_finished_test(here: Site):
    workspace: Workspace = here.workspace
    assert workspace.capacity.latest(here.project_id, 1) is None
