import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WorkspaceError
from core.workspace import Workspace
from core.workspace.projects import slug


@given(st.text())
def test_a_slug_is_always_safe_in_paths_and_addresses(name):
    made = slug(name)
    assert made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(made) <= 48


def test_a_name_with_slashes_stays_in_the_workspace(workspace: Workspace):
    project = workspace.projects.create("../../etc/passwd")
    assert project.id == "etc-passwd"
    assert project.name == "../../etc/passwd"


def test_two_projects_may_share_a_name_but_not_an_id(workspace: Workspace):
    first, second = (workspace.projects.create("Churn") for _ in range(2))
    assert (first.id, second.id) == ("churn", "churn-2")


def test_renaming_keeps_the_id_so_that_addresses_stay(workspace: Workspace):
    project = workspace.projects.create("Churn")
    renamed = workspace.projects.rename(project.id, "Who leaves?")
    assert (renamed.id, renamed.name) == ("churn", "Who leaves?")


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_name_of_no_use_is_refused_with_a_next_step(workspace: Workspace, name):
    with pytest.raises(WorkspaceError, match="name of 1 to 120"):
        workspace.projects.create(name)


def test_a_new_project_begins_its_first_cycle(workspace: Workspace):
    project = workspace.projects.create("Churn")
    assert workspace.cycles.current(project.id).number == 1


def test_an_unknown_project_points_to_the_home_page(workspace: Workspace):
    with pytest.raises(WorkspaceError, match="home page"):
        workspace.projects.get("nobody")


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "aux."])
def test_names_that_windows_keeps_for_itself_are_no_folder(name):
    assert slug(name) == f"project-{slug(name).removeprefix('project-')}"


@pytest.mark.parametrize("name", ["a\x00b", "\ud800ab", "a\x07b\n"])
def test_what_no_database_takes_is_left_out_of_a_name(workspace: Workspace, name):
    assert workspace.projects.create(name).name == "ab"
