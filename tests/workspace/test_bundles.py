import pytest

from core.errors import DeploymentError, JobError, RegistryError
from tests.deployment.tracking_server import serving
from tests.fitted import fit_model


def test_a_bundle_is_built_once_however_often_it_is_asked_for(workspace):
    project = workspace.projects.create("Who leaves")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    first = workspace.bundles.start(project.id, 1, "embedded")
    second = workspace.bundles.start(project.id, 1, "embedded")
    assert first.id == second.id
    job = workspace.jobs.wait(first.id, timeout_s=120)
    assert job.result == {"kind": "embedded", "reason": ""}
    assert not workspace.bundles.building(project.id, 1)
    assert workspace.bundles.of(project.id, 1)["embedded"].offered


def test_of_a_version_that_was_tampered_with_no_bundle_is_built(workspace, settings):
    project = workspace.projects.create("Who leaves")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    (settings.models / project.id / "1" / "model.pkl").write_bytes(b"other")
    with pytest.raises(RegistryError, match="was changed"):
        workspace.bundles.build(project.id, 1, "embedded", lambda *_: None)
    job = workspace.bundles.start(project.id, 1, "embedded")
    with pytest.raises(JobError, match="was changed"):
        workspace.jobs.wait(job.id, timeout_s=120)


def test_a_version_is_pushed_by_a_job_and_is_champion_there_as_it_is_here(
    workspace, monkeypatch
):
    project = workspace.projects.create("Who leaves")
    workspace.registry.add(project.id, fit_model(), who="Ada")
    workspace.registry.set_alias(project.id, "champion", 1, who="Ada", why="first")
    with serving() as store:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", store.url)
        job = workspace.jobs.wait(workspace.bundles.start_push(project.id, 1).id)
    assert job.result is not None
    assert job.result["name"] == project.id
    assert workspace.bundles.last_push(project.id, 1) == job
    assert store.aliases == {f"{project.id}@champion": "1"}
    names = {name.partition("/model/")[2] for name in store.files}
    assert {"MLmodel", "model/model.json", "model_loader.py"} <= names


def test_without_a_server_a_push_says_what_to_set(workspace, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(DeploymentError, match="No tracking server") as told:
        workspace.bundles.push("p", 1, lambda *_: None)
    assert "MLFLOW_TRACKING_URI" in told.value.hint
