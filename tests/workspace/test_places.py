"""Tables, splits, runs and versions live wherever fsspec can write."""

import io
import shutil

from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import Workspace
from tests.fitted import enough
from tests.workspace.conftest import customers


def test_a_cycle_is_kept_in_another_place_than_the_home(tmp_path):
    settings = Settings(
        home=tmp_path / "home",
        models=tmp_path / "models",
        files_url=f"memory://{tmp_path.name}/files",
        models_url=f"memory://{tmp_path.name}/models",
    )
    workspace = Workspace(settings)
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    raw = io.BytesIO(customers().to_csv(index=False).encode())
    dataset = workspace.data.import_table(project.id, raw, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    split = workspace.data.split(cycle.id)
    plan = TrainingPlan("left", "binary", budget_s=60, families=("linear",), n_jobs=1)
    workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-far", **enough()
    )
    workspace.evaluation.open(cycle.id)
    info = workspace.evaluation.save_version(cycle.id, who="tester")
    kept_here = list((tmp_path / "home").rglob("*.parquet"))
    assert kept_here == []

    shutil.rmtree(info.directory)  # as on a second machine
    version = workspace.registry.load(project.id, info.number)
    assert version.manifest.sha256 == info.manifest_sha256
    workspace.close()
