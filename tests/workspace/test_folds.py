"""A project without a validation set goes all the way round."""

from pathlib import Path

import pytest

from core.modeling import TrainingPlan
from core.workspace import Workspace
from tests.fitted import enough
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, drifted, settings_in, use

WAYS = [
    pytest.param({"strategy": "stratified"}, id="same mix"),
    pytest.param({"strategy": "group", "column": "who"}, id="group"),
    pytest.param({"strategy": "time", "column": "fee"}, id="time"),
]


@pytest.mark.parametrize("way", WAYS)
def test_folds_of_the_training_rows_choose_the_champion(tmp_path: Path, way: dict):
    workspace = Workspace(settings_in(tmp_path, "home"))
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    table = customers(400)
    table["who"] = [f"c{i // 3}" for i in range(len(table))]
    dataset = workspace.data.add_frame(project.id, table, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    split = workspace.data.split(cycle.id, fractions=(0.8, 0.0, 0.2), **way)
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    run = workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-test", **enough()
    )
    n_judged = run.summary["n_judged"]
    later = way["strategy"] == "time"  # the first third is only learned from
    expected = split.n_train * 2 / 3 if later else split.n_train
    assert n_judged == pytest.approx(expected, rel=0.05)
    opened = workspace.evaluation.open(cycle.id)
    assert opened.champion.metrics
    version = workspace.evaluation.save_version(cycle.id, who="tester")
    workspace.registry.set_alias(project.id, "champion", version.number, who="tester")
    if way["strategy"] == "stratified":
        assert project.id == PROJECT
        use(workspace, drifted(150, 5), 1)
        report = workspace.monitoring.report(PROJECT)
        assert report is not None
    workspace.close()
