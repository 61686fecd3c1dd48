"""Explanations of an evaluated model, kept with its evaluation."""

import io

import numpy as np
import pandas as pd
import pytest

from core.errors import WorkspaceError
from core.modeling import TrainingPlan
from core.settings import Settings
from core.storage.types import now
from core.workspace import Job, Workspace, open_workspace
from core.workspace.explanations import explain_test_row
from core.workspace.report import Report
from core.workspace.tasks import TASKS
from tests.fitted import enough


@pytest.fixture
def evaluated(settings: Settings) -> tuple[Workspace, str]:
    """Return a workspace and its cycle, whose test rows were opened once."""
    rng = np.random.default_rng(0)
    calls, age = rng.poisson(2, 300), rng.integers(18, 80, 300)
    left = np.where(calls + rng.normal(size=300) > 2.5, "yes", "no")
    frame = pd.DataFrame({"age": age, "calls": calls, "left": left})
    workspace = open_workspace(settings)
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    content = io.BytesIO(frame.to_csv(index=False).encode())
    dataset = workspace.data.import_table(project.id, content, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    split = workspace.data.split(cycle.id)
    plan = TrainingPlan("left", "binary", budget_s=60, families=("linear",), n_jobs=1)
    workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-1", **enough()
    )
    return workspace, cycle.id


def test_nothing_is_explained_before_the_test_rows_are_opened(evaluated):
    workspace, cycle_id = evaluated
    with pytest.raises(WorkspaceError, match="has been evaluated"):
        workspace.explanations.effects(cycle_id)


def test_effects_are_worked_out_once_and_kept_with_their_evaluation(evaluated):
    workspace, cycle_id = evaluated
    workspace.evaluation.open(cycle_id)
    assert workspace.explanations.effects(cycle_id) is None
    made = workspace.explanations.work_out(cycle_id)
    assert workspace.explanations.effects(cycle_id) == made
    assert {item.column for item in made.dependences} == {"age", "calls"}
    workspace.evaluation.open(cycle_id)
    assert workspace.explanations.effects(cycle_id) is None


def test_explaining_opens_nothing(evaluated):
    workspace, cycle_id = evaluated
    workspace.evaluation.open(cycle_id)
    workspace.explanations.work_out(cycle_id)
    assert len(workspace.explanations.rows(cycle_id)) == 60
    assert len(workspace.evaluation.openings(cycle_id)) == 1


def test_the_job_does_the_same(evaluated):
    workspace, cycle_id = evaluated
    workspace.evaluation.open(cycle_id)
    project_id = workspace.cycles.get(cycle_id).project_id
    job = Job("job-1", project_id, cycle_id, "effects", {}, "running", now())
    told = TASKS["effects"](workspace, job, Report(workspace.database, job))
    assert told["n_answers"] == workspace.explanations.effects(cycle_id).n_answers


def test_a_test_row_is_explained_and_turned(evaluated):
    workspace, cycle_id = evaluated
    workspace.evaluation.open(cycle_id)
    explainer = workspace.explanations.explainer(cycle_id)
    row = workspace.explanations.rows(cycle_id).head(1)
    said = explainer.model.predict(row)[0]
    wish = next(label for label in explainer.model.classes_ if label != said)
    reasons, search = explain_test_row(explainer, row, wish)
    assert reasons.items[0].column == "calls"
    for one in search.found:
        changed = row.iloc[0].to_dict() | one.record
        assert explainer.model.predict([changed])[0] == wish
    assert explain_test_row(explainer, row)[1] is None
