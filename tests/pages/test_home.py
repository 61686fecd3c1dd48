from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import Settings
from core.workspace import Workspace, open_workspace
from pages.shared.frame import md

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
HOSTILE = "$x$ :red[a] <script>alert(1)</script> ![i](http://x/t.png)"


@pytest.fixture
def workspace(settings: Settings) -> Workspace:
    return open_workspace(settings)


def home(project: str | None = None) -> AppTest:
    page = AppTest.from_file(str(ROUTER), default_timeout=30)
    if project is not None:
        page.session_state["project"] = project
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception
    return page


def test_a_first_visitor_sees_what_it_is_and_two_ways_to_begin(workspace: Workspace):
    page = home()
    assert "whole workflow" in page.title[0].value
    assert {"Create project", "Try it with sample data"} <= {
        button.label for button in page.button
    }


def test_a_created_project_is_on_disk_and_opens_on_explore(workspace: Workspace):
    page = home()
    page.text_input[0].input("Who leaves?")
    press(page, "Create project")
    (project,) = workspace.projects.list()
    assert project.name == "Who leaves?"
    assert page.session_state["project"] == project.id


def test_an_empty_name_is_refused_in_words(workspace: Workspace):
    page = press(home(), "Create project")
    assert "name of 1 to 120" in page.error[0].value
    assert list(workspace.projects.list()) == []


def test_the_wheel_shows_each_stage_and_the_next_action(workspace: Workspace):
    project = workspace.projects.create("Who leaves?")
    page = home(project.id)
    words = " ".join(text.value for text in page.markdown)
    for stage in ("Explore", "Train", "Evaluate", "Deploy", "Predict", "Monitor"):
        assert f"**{stage}**" in words
    assert any(button.label == "Go to Explore" for button in page.button)


def test_with_a_project_open_the_others_are_offered_without_it(workspace: Workspace):
    project, other = (workspace.projects.create(name) for name in ("One", "Two"))
    page = home(project.id)
    assert "Another project" in [box.label for box in page.expander]
    opens = [button.key for button in page.button if button.label == "Open"]
    assert opens == [f"open-{other.id}"]
    assert "One" in [caption.value for caption in page.sidebar.caption]


def test_a_name_with_markup_is_shown_as_it_is(workspace: Workspace):
    project = workspace.projects.create(HOSTILE)
    assert home(project.id).title[0].value == md(HOSTILE)


def test_an_unknown_project_in_the_address_shows_all_projects(workspace: Workspace):
    workspace.projects.create("Who leaves?")
    page = home("nobody")
    assert "whole workflow" in page.title[0].value or page.error


def test_several_cycles_are_listed_and_two_are_compared(workspace: Workspace):
    project = workspace.projects.create("Who leaves?")
    assert "All cycles" not in [head.value for head in home(project.id).header]
    workspace.cycles.create(project.id, note="the second turn")
    page = home(project.id)
    assert "All cycles" in [head.value for head in page.header]
    assert page.dataframe[0].value["Note"].tolist() == ["the second turn", ""]
    assert "do not differ" in " ".join(text.value for text in page.caption)
    assert "ring inside is cycle 1" in " ".join(text.value for text in page.caption)


def test_a_project_is_offered_as_a_file(workspace: Workspace):
    project = workspace.projects.create("Who leaves?")
    page = home(project.id)
    assert page.get("download_button")[0].proto.label == "Download the project"
    assert f"verify {project.id}.zip" in page.code[0].value
