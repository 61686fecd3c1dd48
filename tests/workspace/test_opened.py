"""Opened rows are looked at and compared on without opening them anew."""

import io

import pytest

from core.errors import EvaluationError, WorkspaceError
from core.evaluation.confusion import cell_rows, confusion
from core.modeling import TrainingPlan
from tests.fitted import enough
from tests.workspace.conftest import customers


def train_again(workspace, cycle, name):
    cycle = workspace.cycles.get(cycle.id)
    plan = TrainingPlan(
        target=cycle.target, task=cycle.task, budget_s=60, families=("linear",),
        n_jobs=1,
    )  # fmt: skip
    return workspace.training.execute(
        cycle.id, plan, split_id=cycle.split_id, run_id=name, **enough()
    )


def test_the_rows_of_each_cell_are_those_counted(workspace, trained_cycle):
    found = workspace.evaluation.open(trained_cycle.id)
    opened = workspace.opened.rows(trained_cycle.id)
    counted = confusion(opened.held)
    assert counted == found.champion.confusion
    for i, actual in enumerate(counted.labels):
        for j in range(len(counted.labels)):
            rows = cell_rows(opened.held, counted, i, j)
            assert len(rows) == counted.counts[i][j]
            assert set(opened.frame["left"].iloc[rows]) <= {actual}
    assert len(workspace.evaluation.openings(trained_cycle.id)) == 1


def test_before_an_opening_there_are_no_rows(workspace, trained_cycle):
    with pytest.raises(WorkspaceError):
        workspace.opened.rows(trained_cycle.id)
    with pytest.raises(WorkspaceError):
        workspace.opened.against(trained_cycle.id, 1)


def test_a_version_is_compared_on_the_same_rows(workspace, trained_cycle):
    run = workspace.training.run(trained_cycle.id)
    found = workspace.evaluation.open(trained_cycle.id)
    workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    workspace.training.choose(trained_cycle.id, run.baseline)
    workspace.evaluation.open(trained_cycle.id)
    against = workspace.opened.against(trained_cycle.id, 1)
    between = against.comparison.differences["roc_auc"]
    assert (between.first, between.second) == (
        0.5,
        found.champion.metrics["roc_auc"].value,
    )
    assert between.outcome == "worse"
    assert (against.n_learned, against.is_known) == (0, True)


def test_rows_that_the_version_has_learned_from_are_left_out(workspace, trained_cycle):
    workspace.data.split(trained_cycle.id, fractions=(0.4, 0.1, 0.5))
    train_again(workspace, trained_cycle, "run-1")
    first = workspace.data.part(workspace.data.split_of(trained_cycle.id).id, "train")
    workspace.evaluation.open(trained_cycle.id)
    workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    workspace.data.split_anew(trained_cycle.id)
    train_again(workspace, trained_cycle, "run-2")
    workspace.evaluation.open(trained_cycle.id)
    against = workspace.opened.against(trained_cycle.id, 1)
    rows = workspace.opened.rows(trained_cycle.id).frame
    equal = rows.merge(first.drop_duplicates(), how="inner")
    assert against.is_known
    assert against.n_learned >= len(equal) > 0
    assert against.comparison.n_rows == len(rows) - against.n_learned


def test_a_version_for_another_target_is_refused(workspace, trained_cycle):
    workspace.evaluation.open(trained_cycle.id)
    workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    workspace.cycles.set_target(trained_cycle.id, "fee", "regression")
    workspace.data.split(trained_cycle.id, strategy="random")
    train_again(workspace, trained_cycle, "run-3")
    workspace.evaluation.open(trained_cycle.id)
    with pytest.raises(EvaluationError, match="predicts 'left'"):
        workspace.opened.against(trained_cycle.id, 1)


def test_a_version_with_other_columns_is_compared_and_the_lack_told(
    workspace, trained_cycle
):
    workspace.evaluation.open(trained_cycle.id)
    workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    smaller = customers(240, random_state=1).drop(columns="calls")
    content = io.BytesIO(smaller.to_csv(index=False).encode())
    dataset = workspace.data.import_table(trained_cycle.project_id, content, "b.csv")
    workspace.cycles.use_dataset(trained_cycle.id, dataset.id)
    workspace.cycles.set_target(trained_cycle.id, "left", "binary")
    workspace.data.split(trained_cycle.id)
    train_again(workspace, trained_cycle, "run-4")
    workspace.evaluation.open(trained_cycle.id)
    against = workspace.opened.against(trained_cycle.id, 1)
    assert against.absent == ("calls",)
