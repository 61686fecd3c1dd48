"""Test rows that little can be said of: a message, and whatever can be shown."""

import io

import numpy as np
import pandas as pd
import pytest

from core.evaluation.held_out import look
from core.modeling import TrainingPlan
from core.workspace import open_workspace
from tests.fitted import customers, enough, fit_model
from tests.pages.test_evaluate import Site, words

PARTS = ("Confusion", "ROC and PR", "Lift and gain", "Calibration", "Uncertainty")


def table(n_rows=300):
    rng = np.random.default_rng(0)
    calls = rng.poisson(2, n_rows)
    left = np.where(calls + rng.normal(size=n_rows) > 2.5, "yes", "no")
    plan = rng.choice(["basic", "plus"], n_rows)
    sets = np.repeat(["train", "validation", "test"], n_rows // 3)
    return pd.DataFrame({"calls": calls, "plan": plan, "left": left, "set": sets})


def site_of(settings, frame):
    workspace = open_workspace(settings)
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    content = io.BytesIO(frame.to_csv(index=False).encode())
    dataset = workspace.data.import_table(project.id, content, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    split = workspace.data.split(cycle.id, strategy="column", column="set")
    plan = TrainingPlan(
        target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-1", **enough()
    )
    return Site(workspace, cycle.id)


def visited(site):
    """Return what every part says; none may fail."""
    site.workspace.evaluation.open(site.cycle_id)
    page, said = site.open(), []
    for part in PARTS:
        page.session_state["evaluate-part"] = part
        page.run()
        assert not page.exception, part
        said.append(words(page))
    for section in ("Decision", "Versions"):
        page.session_state["evaluate-section"] = section
        page.run()
        assert not page.exception, section
        said.append(words(page))
    return "\n".join(said)


def test_test_rows_of_one_class_are_told_and_counted(settings):
    frame = table()
    said = visited(site_of(settings, frame.mask(frame["set"] == "test").fillna(
        {"left": "no", "set": "test", "plan": "basic", "calls": 1}
    )))  # fmt: skip
    assert "EVAL-004" in said
    assert "Curves need rows of at least two classes" in said
    assert "Lift and gain need rows of at least two classes" in said
    assert "100 rows are right" in said


def test_ten_test_rows_are_told_to_be_few(settings):
    frame = table()
    few = frame.drop(frame.index[frame["set"] == "test"][10:])
    said = visited(site_of(settings, few))
    assert "On 10 test rows" in said
    assert "EVAL-003" in said


def test_categories_that_training_never_saw_are_counted(settings):
    frame = table()
    frame.loc[frame.index[-40:], "plan"] = "unheard of"
    said = visited(site_of(settings, frame))
    assert "EVAL-009" in said


def test_a_constant_prediction_is_told(settings):
    site = site_of(settings, table())
    run = site.workspace.training.run(site.cycle_id)
    site.workspace.training.choose(site.cycle_id, run.baseline)
    said = visited(site)
    assert "EVAL-011" in said


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_rows_without_a_target_are_left_out_and_the_others_keep_their_places(task):
    model = fit_model(task)
    frame = customers(60, random_state=3)
    frame.loc[[0, 7], model.target] = None
    glance = look(model, frame, model.target)
    assert glance.rows.n_missing == 2
    assert glance.rows.positions.tolist() == [i for i in range(60) if i not in (0, 7)]
    truth = frame[model.target].iloc[glance.rows.positions]
    if task == "regression":
        assert glance.held.y.tolist() == truth.tolist()
