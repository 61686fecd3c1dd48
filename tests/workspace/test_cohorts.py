import pytest

from core.data import Cohort, Condition
from core.errors import DataError, WorkspaceError

YOUNG = Cohort("young", (Condition("age", "<", 30),))


@pytest.fixture
def project_id(workspace):
    return workspace.projects.create("Who leaves").id


def test_a_cohort_is_kept_by_project(workspace, project_id):
    other = workspace.projects.create("Another").id
    workspace.cohorts.save(project_id, YOUNG)
    assert list(workspace.cohorts.list(project_id)) == [YOUNG]
    assert list(workspace.cohorts.list(other)) == []


def test_a_name_is_taken_once(workspace, project_id):
    workspace.cohorts.save(project_id, YOUNG)
    with pytest.raises(WorkspaceError, match="already"):
        workspace.cohorts.save(project_id, Cohort("Young", YOUNG.conditions))


def test_a_renamed_cohort_keeps_its_rule(workspace, project_id):
    workspace.cohorts.save(project_id, YOUNG)
    workspace.cohorts.rename(project_id, "young", "under thirty")
    (found,) = workspace.cohorts.list(project_id)
    assert (found.name, found.conditions) == ("under thirty", YOUNG.conditions)


def test_a_deleted_cohort_is_gone_and_its_name_free(workspace, project_id):
    workspace.cohorts.save(project_id, YOUNG)
    workspace.cohorts.delete(project_id, "young")
    assert list(workspace.cohorts.list(project_id)) == []
    with pytest.raises(WorkspaceError, match="no cohort"):
        workspace.cohorts.get(project_id, "young")
    workspace.cohorts.save(project_id, YOUNG)
    assert workspace.cohorts.get(project_id, "young") == YOUNG


def test_the_profile_of_a_cohort_is_of_its_rows_and_computed_once(
    workspace, split_cycle, monkeypatch
):
    data, table = workspace.data, split_cycle.dataset_id
    everyone = data.profile(table, "left", "binary")
    report = data.profile(table, "left", "binary", YOUNG)
    assert report.n_rows == YOUNG.mask(data.frame(table)).sum() < everyone.n_rows
    assert report["age"].schema.maximum < 30
    monkeypatch.setattr("core.workspace.datasets.profile", None)
    same_rule = Cohort("another name", YOUNG.conditions)
    assert data.profile(table, "left", "binary", same_rule).n_rows == report.n_rows


def test_a_cohort_without_rows_has_no_profile(workspace, split_cycle):
    nobody = Cohort("nobody", (Condition("age", "<", 0),))
    with pytest.raises(DataError):
        workspace.data.profile(split_cycle.dataset_id, "left", "binary", nobody)
