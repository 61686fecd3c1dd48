from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.modeling import TrainingPlan
from core.workspace import Workspace
from tests.fitted import enough
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, settings_in, use


def live(folder: Path, family: str) -> Workspace:
    """A project whose champion is of one family."""
    workspace = Workspace(settings_in(folder, "home"))
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.add_frame(project.id, customers(400), "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    split = workspace.data.split(cycle.id)
    plan = TrainingPlan("left", "binary", families=(family,), n_jobs=1)
    run = workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-test", **enough(1)
    )
    name = next(n for n in run.models if run.row(n)["family"] == family)
    workspace.training.choose(cycle.id, name, "It goes on learning")
    workspace.evaluation.open(cycle.id)
    version = workspace.evaluation.save_version(cycle.id, who="tester")
    workspace.registry.set_alias(project.id, "champion", version.number, who="tester")
    return workspace


def test_a_version_learns_from_later_rows_and_says_where_it_came_from(
    tmp_path: Path,
) -> None:
    workspace = live(tmp_path, "online")
    later = customers(200, 7)
    old = workspace.service(PROJECT).version
    info = workspace.updates.make_version(PROJECT, later, who="tester")
    assert info.number == old.number + 1
    assert info.state == "draft"
    new = workspace.registry.load(PROJECT, info.number)
    assert new.lineage["updated_from"] == old.number
    assert (new.lineage["updated_rows"], new.lineage["updates"]) == (200, 1)
    assert new.lineage["dataset_id"] == old.lineage["dataset_id"]
    assert (new.model.output(later) != old.model.output(later)).any()
    assert workspace.service(PROJECT).version.number == old.number
    tested = info.summary["headline"]
    assert tested["low"] < tested["value"] < tested["high"]
    again = workspace.updates.make_version(
        PROJECT, later, who="tester", number=info.number
    )
    assert workspace.registry.load(PROJECT, again.number).lineage["updates"] == 2
    workspace.close()


def test_captured_rows_with_outcomes_are_what_it_learns_from(tmp_path: Path) -> None:
    workspace = live(tmp_path, "online")
    with pytest.raises(WorkspaceError, match="No captured prediction"):
        workspace.updates.rows_with_outcomes(PROJECT)
    rows = customers(80, 3)
    ids = use(workspace, rows, 1)
    workspace.log.add_outcomes(PROJECT, zip(ids, rows["left"], strict=True))
    found = workspace.updates.rows_with_outcomes(PROJECT)
    assert sorted(found["left"]) == sorted(rows["left"])
    info = workspace.updates.make_version(PROJECT, found, who="tester")
    assert "80 more rows" in info.note
    workspace.close()


def test_a_version_that_cannot_learn_on_says_so(tmp_path: Path) -> None:
    workspace = live(tmp_path, "linear")
    with pytest.raises(WorkspaceError, match="cannot learn from later rows"):
        workspace.updates.make_version(PROJECT, customers(50, 3), who="tester")
    workspace.close()
