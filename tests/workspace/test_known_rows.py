"""Rows of a split that a form starts from; test rows only as they were opened."""

import io
import posixpath

import pandas as pd
import pytest

from core.data import Recipe, Step
from core.errors import WorkspaceError
from core.modeling import TrainingPlan
from tests.fitted import enough
from tests.workspace.conftest import customers


@pytest.fixture
def watch(workspace, split_cycle, monkeypatch):
    """Every read of the sealed file from now on."""
    sealed = workspace.data.part_key(split_cycle.split_id, "test")
    files, read = type(workspace.data.files), []
    for name in ("open", "read"):
        real = getattr(files, name)

        def watched(self, key, *args, _real=real, **options):
            if posixpath.normpath(key) == sealed:
                read.append(key)
            return _real(self, key, *args, **options)

        monkeypatch.setattr(files, name, watched)
    return read


def save(workspace, cycle, **lineage):
    """Save a version of the run that says what is given of where it came from."""
    run = workspace.training.run(cycle.id)
    reference = workspace.data.part(run.split_id, "train")
    model = workspace.training.model(run.id, run.chosen)
    info = workspace.registry.add(
        cycle.project_id, model, who="Ada", reference=reference, lineage=lineage
    )
    return workspace.registry.load(cycle.project_id, info.number)


def test_rows_of_each_part_are_those_of_the_split(workspace, trained_cycle):
    found = workspace.evaluation.open(trained_cycle.id)
    workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    version = workspace.registry.load(trained_cycle.project_id, 1)
    rows = workspace.known_rows
    assert rows.parts(version) == ("training", "validation", "test")
    opened = workspace.explanations.rows(trained_cycle.id)
    for part, frame in (
        ("training", workspace.data.part(trained_cycle.split_id, "train")),
        ("validation", workspace.data.part(trained_cycle.split_id, "validation")),
        ("test", opened),
    ):
        row = rows.row(version, part, 7)
        told = {**row.values, "left": row.outcome}
        pd.testing.assert_series_equal(
            pd.Series(told)[list(frame.columns)], frame.iloc[6], check_names=False
        )
        assert (row.part, row.number, row.n_rows) == (part, 7, len(frame))
        with pytest.raises(WorkspaceError, match="no row"):
            rows.row(version, part, len(frame) + 1)
        with pytest.raises(WorkspaceError, match="no row"):
            rows.row(version, part, 0)
    assert found.n_openings == 1
    assert len(workspace.evaluation.openings(trained_cycle.id)) == 1


def test_a_column_that_the_recipe_renames_is_found_by_its_own_name(workspace):
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    table = io.BytesIO(customers().to_csv(index=False).encode())
    dataset = workspace.data.import_table(project.id, table, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    steps = (
        Step("rename", ("fee",), {"to": "price"}),
        Step("rename", ("price",), {"to": "paid"}),
    )
    workspace.cycles.save_recipe(cycle.id, Recipe(steps))
    split = workspace.data.split(cycle.id)
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-test", **enough()
    )
    workspace.evaluation.open(cycle.id)
    workspace.evaluation.save_version(cycle.id, who="Ada")
    version = workspace.registry.load(project.id, 1)
    row = workspace.known_rows.row(version, "test", 3)
    kept = workspace.explanations.rows(cycle.id).iloc[2]
    assert set(row.values) == {"age", "fee", "plan", "calls"}
    assert row.values["fee"] == kept["paid"]


def test_sealed_rows_are_never_handed_out(workspace, trained_cycle, watch):
    split = trained_cycle.split_id
    for evaluation in (
        None,
        "evaluation-guessed",
        split,
        f"../splits/{split}/test",
        f"x/../../splits/{split}/test",
    ):
        version = save(
            workspace, trained_cycle, split={"id": split}, evaluation=evaluation
        )
        assert workspace.known_rows.parts(version) == ("training", "validation")
        with pytest.raises(WorkspaceError, match="sealed"):
            workspace.known_rows.row(version, "test", 1)
    assert watch == []
    assert workspace.evaluation.openings(trained_cycle.id) == []


def test_an_opening_of_another_project_opens_nothing_here(
    workspace, trained_cycle, watch
):
    found = workspace.evaluation.open(trained_cycle.id)
    other = workspace.projects.create("Another")
    run = workspace.training.run(trained_cycle.id)
    model = workspace.training.model(run.id, run.chosen)
    lineage = {"split": {"id": run.split_id}, "evaluation": found.id}
    workspace.registry.add(other.id, model, who="Ada", lineage=lineage)
    version = workspace.registry.load(other.id, 1)
    assert workspace.known_rows.parts(version) == ()
    with pytest.raises(WorkspaceError, match="sealed"):
        workspace.known_rows.row(version, "test", 1)
    with pytest.raises(WorkspaceError, match="not kept here"):
        workspace.known_rows.row(version, "validation", 1)


def test_opened_rows_are_read_from_what_the_opening_kept(
    workspace, trained_cycle, watch
):
    found = workspace.evaluation.open(trained_cycle.id)
    del watch[:]
    version = save(
        workspace,
        trained_cycle,
        split={"id": trained_cycle.split_id},
        evaluation=found.id,
    )
    assert workspace.known_rows.row(version, "test", 1).part == "test"
    assert watch == []
