"""Threshold and calibration are decided on validation rows, and drive everything."""

import io

import numpy as np
import pytest

from core.errors import WorkspaceError
from core.evaluation.deciding import METRICS, best_place
from core.modeling import TrainingPlan
from tests.fitted import enough


def test_the_curve_counts_validation_rows_and_opens_nothing(workspace, trained_cycle):
    run = workspace.training.run(trained_cycle.id)
    curve = workspace.decisions.curve(run)
    split = workspace.data.split_of(trained_cycle.id)
    assert curve.n_rows == split.n_validation
    assert curve == workspace.decisions.curve(run)  # the second is read from its file
    assert workspace.evaluation.openings(trained_cycle.id) == []


def test_the_curve_tells_what_the_first_fit_said(workspace, trained_cycle):
    run = workspace.training.run(trained_cycle.id)
    curve, model = workspace.decisions.curve(run), workspace.decisions.model(run)
    judged = workspace.training.judged(run.id)
    shown = model.calibrated(judged.of(run.chosen))[:, 1]
    place = best_place(curve, METRICS["F1"](curve))
    flagged = shown >= curve.threshold[place]
    assert curve.true_positives[place] == (flagged & (judged.y == 1)).sum()
    assert curve.false_positives[place] == (flagged & (judged.y == 0)).sum()


def test_one_threshold_drives_report_version_and_answers(workspace, trained_cycle):
    before = workspace.evaluation.open(trained_cycle.id)
    run = workspace.training.run(trained_cycle.id)
    workspace.decisions.take_threshold(run, 0.9, "by hand")
    assert not workspace.evaluation.is_fresh(trained_cycle.id)
    after = workspace.evaluation.settle(trained_cycle.id)
    assert workspace.evaluation.is_fresh(trained_cycle.id)
    assert len(workspace.evaluation.openings(trained_cycle.id)) == 1
    assert after.champion.threshold == 0.9
    assert (
        after.champion.metrics["recall"].value < before.champion.metrics["recall"].value
    )
    assert after.champion.metrics["roc_auc"] == before.champion.metrics["roc_auc"]
    info = workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    project = trained_cycle.project_id
    workspace.registry.set_alias(project, "champion", info.number, who="Ada")
    service = workspace.service(project)
    assert service.version.threshold == 0.9
    rows = workspace.data.part(run.split_id, "validation").drop(columns="left")
    answers = service.predict(rows.to_dict("records"), strict=False)
    for answer in answers:
        assert (answer.prediction == "yes") == (answer.probability >= 0.9)
    held = workspace.explanations.explainer(trained_cycle.id)
    assert held.model.threshold == 0.9


def test_settling_again_changes_nothing(workspace, trained_cycle):
    assert workspace.evaluation.settle(trained_cycle.id) is None
    found = workspace.evaluation.open(trained_cycle.id)
    assert workspace.evaluation.settle(trained_cycle.id).id == found.id


def train(workspace, cycle, fractions, name):
    workspace.data.split(cycle.id, fractions=fractions)
    cycle = workspace.cycles.get(cycle.id)
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    return workspace.training.execute(
        cycle.id, plan, split_id=cycle.split_id, run_id=name, **enough()
    )


def test_out_of_fold_answers_serve_where_there_are_no_validation_rows(
    workspace, split_cycle
):
    run = train(workspace, split_cycle, (0.8, 0.0, 0.2), "run-f")
    n_train = workspace.data.split_of(split_cycle.id).n_train
    assert workspace.decisions.curve(run).n_rows == n_train


def test_a_recalibration_is_told_before_it_is_taken_and_keeps_who_is_flagged(
    workspace, split_cycle
):
    run = train(workspace, split_cycle, (0.4, 0.4, 0.2), "run-c")
    judged = workspace.training.judged(run.id)
    model = workspace.decisions.model(run)
    flagged = model.calibrated(judged.of(run.chosen))[:, 1] >= model.threshold
    found = workspace.decisions.recalibration(run)
    assert (found.n_rows, found.calibration.method) == (len(judged.y), "sigmoid")
    run = workspace.decisions.take_calibration(run, found.calibration)
    after = workspace.decisions.model(run)
    assert after.calibration.method == "sigmoid"
    assert workspace.decisions.present(run).calibration == "sigmoid"
    still = after.calibrated(judged.of(run.chosen))[:, 1] >= after.threshold
    assert (still != flagged).sum() <= 1  # one row may lie on the threshold itself
    again = workspace.decisions.take_calibration(run, None)
    assert workspace.decisions.model(again).calibration is None


def test_a_recalibration_keeps_the_groups_of_the_split_together(workspace, split_cycle):
    workspace.data.split(
        split_cycle.id, strategy="group", column="plan", fractions=(0.5, 0.3, 0.2)
    )
    cycle = workspace.cycles.get(split_cycle.id)
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    run = workspace.training.execute(
        cycle.id, plan, split_id=cycle.split_id, run_id="run-g", **enough()
    )
    judged = workspace.training.judged(run.id)
    assert judged.together is not None
    assert not judged.in_order


def test_numbers_have_neither(workspace, csv):
    project = workspace.projects.create("Fees")
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.import_table(project.id, io.BytesIO(csv), "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "fee", "regression")
    split = workspace.data.split(cycle.id, strategy="random")
    plan = TrainingPlan(
        target="fee", task="regression", budget_s=60, families=("linear",), n_jobs=1
    )
    run = workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-r", **enough()
    )
    with pytest.raises(WorkspaceError, match="two classes"):
        workspace.decisions.curve(run)
    with pytest.raises(WorkspaceError, match="no probability"):
        workspace.decisions.recalibration(run)
    assert np.isfinite(workspace.evaluation.open(cycle.id).champion.headline.value)


def test_a_decided_candidate_is_still_written_as_the_code_that_trains_it(
    workspace, trained_cycle
):
    run = workspace.training.run(trained_cycle.id)
    assert workspace.scripts.execute(run.id, run.chosen).proof.held
    before = run.models[run.chosen]
    run = workspace.decisions.take_threshold(run, 0.4, "by hand")
    assert workspace.training.undecided(run, run.chosen) == before
    assert workspace.scripts.latest(run, run.chosen) is None
    assert workspace.scripts.execute(run.id, run.chosen).proof.held


def test_a_version_says_why_it_decides_as_it_does(workspace, trained_cycle):
    run = workspace.training.run(trained_cycle.id)
    workspace.decisions.take_threshold(run, 0.4, "most F1 on 48 validation rows")
    workspace.evaluation.open(trained_cycle.id)
    info = workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    version = workspace.registry.load(trained_cycle.project_id, info.number)
    assert version.lineage["decided_because"] == "most F1 on 48 validation rows"
