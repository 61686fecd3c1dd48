"""The sealed rows: nothing but a counted opening reads them, and the count follows."""

import io

import pytest

from core.data import Recipe, Step
from core.errors import WorkspaceError
from core.modeling import TrainingPlan
from core.workspace.exporting import export_project, open_exported
from core.workspace.verify import verify_project
from tests.fitted import enough
from tests.workspace.conftest import customers


def train(workspace, cycle_id, name="run-test"):
    cycle = workspace.cycles.get(cycle_id)
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    return workspace.training.execute(
        cycle_id, plan, split_id=cycle.split_id, run_id=name, **enough()
    )


def copy_of(workspace, csv, name="A copy", recipe=None, random_state=0):
    project = workspace.projects.create(name)
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.import_table(project.id, io.BytesIO(csv), "other.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    if recipe is not None:
        workspace.cycles.save_recipe(cycle.id, recipe)
    workspace.data.split(cycle.id, random_state=random_state)
    return workspace.cycles.get(cycle.id)


def test_nothing_but_an_opening_reads_the_sealed_file(
    workspace, split_cycle, monkeypatch
):
    """Training, tuning, choosing and thresholds never touch the file."""
    sealed = workspace.data.part_key(split_cycle.split_id, "test")
    files, read = type(workspace.data.files), []
    for name in ("open", "read"):
        real = getattr(files, name)

        def watched(self, key, *args, _real=real, **options):
            if key == sealed:
                read.append(key)
            return _real(self, key, *args, **options)

        monkeypatch.setattr(files, name, watched)
    run = train(workspace, split_cycle.id)
    other = next(name for name in run.models if name != run.chosen)
    workspace.training.choose(split_cycle.id, other)
    run = workspace.training.choose(split_cycle.id, run.champion)
    workspace.decisions.curve(run)
    run = workspace.decisions.take_threshold(run, 0.3)
    workspace.evaluation.settle(split_cycle.id)
    with pytest.raises(WorkspaceError, match="sealed"):
        workspace.data.part(split_cycle.split_id, "test")
    assert read == []
    assert workspace.evaluation.openings(split_cycle.id) == []
    workspace.evaluation.open(split_cycle.id)
    assert read == [sealed]
    run = workspace.decisions.take_threshold(run, 0.6)
    workspace.evaluation.settle(split_cycle.id)
    assert read == [sealed]


def test_training_learns_from_no_value_of_the_test_rows(workspace, csv):
    """A word that only test rows hold is unknown to every model of the run."""
    frame = customers()
    cycle = copy_of(workspace, csv)
    test = workspace.data.positions(cycle.split_id)["test"]
    frame.loc[test, "plan"] = "sealed-word"
    marked = copy_of(workspace, frame.to_csv(index=False).encode(), "Marked")
    assert (workspace.data.positions(marked.split_id)["test"] == test).all()
    run = train(workspace, marked.id)
    for name in run.models:
        schema = workspace.training.model(run.id, name).schema
        for column in schema:
            assert "sealed-word" not in column.levels


def test_the_same_table_and_seed_find_the_count_again(workspace, trained_cycle, csv):
    workspace.evaluation.open(trained_cycle.id)
    again = copy_of(workspace, csv)
    assert len(workspace.evaluation.openings(again.id)) == 1
    train(workspace, again.id, "run-2")
    assert workspace.evaluation.open(again.id).n_openings == 2
    assert len(workspace.evaluation.openings(trained_cycle.id)) == 2


def test_another_recipe_does_not_hide_that_the_rows_were_open(
    workspace, trained_cycle, csv
):
    workspace.evaluation.open(trained_cycle.id)
    recipe = Recipe((Step("drop_columns", ("age",)),))
    cleaned = copy_of(workspace, csv, recipe=recipe)
    assert len(workspace.evaluation.openings(cleaned.id)) == 1


def test_another_seed_seals_other_rows(workspace, trained_cycle, csv):
    workspace.evaluation.open(trained_cycle.id)
    fresh = copy_of(workspace, csv, random_state=1)
    assert workspace.evaluation.openings(fresh.id) == []
    made = workspace.data.split_anew(trained_cycle.id)
    assert made.random_state == 1
    assert workspace.evaluation.openings(trained_cycle.id) == []


def test_a_split_that_no_seed_changes_is_not_split_anew(workspace, split_cycle):
    workspace.data.split(split_cycle.id, strategy="time", column="age")
    with pytest.raises(WorkspaceError, match="no chance"):
        workspace.data.split_anew(split_cycle.id)


def test_an_exported_project_carries_every_opening_of_its_rows(
    workspace, trained_cycle, csv
):
    workspace.evaluation.open(trained_cycle.id)
    again = copy_of(workspace, csv)
    packed = io.BytesIO()
    export_project(workspace, again.project_id, packed)
    sealed = workspace.data.get_split(again.split_id).content_hash
    with open_exported(packed) as exported:
        assert exported.n_openings(sealed) == 1


def test_a_decided_project_is_verified_with_its_decision(workspace, trained_cycle):
    run = workspace.training.run(trained_cycle.id)
    workspace.decisions.take_threshold(run, 0.85, "by hand")
    workspace.evaluation.open(trained_cycle.id)
    packed = io.BytesIO()
    export_project(workspace, trained_cycle.project_id, packed)
    figures = {figure.what: figure for figure in verify_project(packed)}
    recall = figures["Recall on test rows"]
    assert recall.equal
