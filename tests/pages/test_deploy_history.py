"""The history says what was live at any moment."""

from datetime import timedelta

import pytest

from core.settings import Settings
from core.storage.types import now
from core.workspace import open_workspace
from tests.fitted import fit_model
from tests.pages.test_deploy import Site, words

LATER = now() + timedelta(days=9)


def test_what_was_live_at_a_moment_is_answered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(settings)
    project = workspace.projects.create("Customers who may leave")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    workspace.registry.set_alias(project.id, "champion", 1, who="Ada")
    page = Site(workspace, project.id).open("History")
    before, after = now().date() - timedelta(days=1), now().date() + timedelta(days=1)
    page.date_input(key="live-day").set_value(after).run()
    assert "is still to come" in words(page)
    monkeypatch.setattr("pages.shared.deploy_history.now", lambda: LATER)
    page = page.run()
    assert "**version 1** was live: Boosting 0" in words(page)
    page.date_input(key="live-day").set_value(before).run()
    assert not page.exception
    assert f"On {before} at" in words(page)
    assert "no version was live" in words(page)
