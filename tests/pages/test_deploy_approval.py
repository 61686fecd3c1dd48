"""With four eyes, one person approves on the page and another promotes."""

import pytest

from core.settings import Settings
from core.workspace import open_workspace
from tests.fitted import fit_model
from tests.pages.test_deploy import Site, press, words


def test_one_approves_and_another_promotes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(settings)
    monkeypatch.setattr(workspace.registry, "four_eyes", True)
    project = workspace.projects.create("Customers who may leave")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    here = Site(workspace, project.id)
    page = here.open()
    page.text_input(key="promote-who").set_value("Ada")
    page = press(page, "Make version 1 the champion")
    assert "second person" in page.error[0].value
    page = here.open()
    assert "Not approved yet" in words(page)
    page.text_input(key="approve-who-1").set_value("Bo")
    page = press(page, "Approve version 1")
    assert "Approved by Bo" in words(page)
    page.text_input(key="promote-who").set_value("Ada")
    press(page, "Make version 1 the champion")
    assert here.champion == 1


def test_without_the_setting_nothing_is_asked(settings: Settings) -> None:
    workspace = open_workspace(settings)
    project = workspace.projects.create("Customers who may leave")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    assert "approved" not in words(Site(workspace, project.id).open())
