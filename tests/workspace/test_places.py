"""Tables, splits, runs and versions live wherever fsspec can write."""

import shutil

from core.settings import Settings
from core.workspace import Workspace
from tests.rounds import go_round
from tests.workspace.conftest import customers


def test_a_cycle_is_kept_in_another_place_than_the_home(tmp_path):
    settings = Settings(
        home=tmp_path / "home",
        models=tmp_path / "models",
        files_url=f"memory://{tmp_path.name}/files",
        models_url=f"memory://{tmp_path.name}/models",
    )
    workspace = Workspace(settings)
    cycle = go_round(workspace, customers())
    info = workspace.registry.versions(cycle.project_id)[0]
    kept_here = list((tmp_path / "home").rglob("*.parquet"))
    assert kept_here == []

    shutil.rmtree(info.directory)  # as on a second machine
    version = workspace.registry.load(cycle.project_id, info.number)
    assert version.manifest.sha256 == info.manifest_sha256
    workspace.close()
