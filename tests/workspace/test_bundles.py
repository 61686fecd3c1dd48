import pytest

from core.errors import JobError, RegistryError
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
