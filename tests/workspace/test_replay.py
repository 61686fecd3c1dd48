"""What is served is cleaned as the training rows were."""

import io

import pandas as pd
import pytest

from core.data import Recipe, Step
from core.modeling import TrainingPlan
from core.workspace import Workspace
from tests.fitted import enough
from tests.workspace.conftest import customers

RECIPE = Recipe(
    (
        Step("drop_duplicates"),
        Step("merge_levels", ("plan",), {"mapping": {"BASIC": "basic"}}),
        Step("blank_values", ("fee",), {"values": ["-1"]}),
        Step("flag_missing", ("fee",)),
    )
)


@pytest.fixture
def project(workspace: Workspace) -> str:
    """A project whose champion was trained on rows cleaned by the recipe."""
    table = customers(400)
    table.loc[::9, "plan"] = "BASIC"
    table.loc[::7, "fee"] = -1
    made = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(made.id)
    raw = io.BytesIO(table.to_csv(index=False).encode())
    dataset = workspace.data.import_table(made.id, raw, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    workspace.cycles.save_recipe(cycle.id, RECIPE)
    split = workspace.data.split(cycle.id)
    plan = TrainingPlan("left", "binary", budget_s=60, families=("linear",), n_jobs=1)
    workspace.training.execute(
        cycle.id, plan, split_id=split.id, run_id="run-test", **enough()
    )
    workspace.evaluation.open(cycle.id)
    info = workspace.evaluation.save_version(cycle.id, who="tester")
    workspace.registry.set_alias(made.id, "champion", info.number, who="tester", why="")
    return made.id


def test_a_row_as_it_was_is_answered_as_its_cleaned_self(
    workspace: Workspace, project: str
):
    service = workspace.service(project)
    row = {"age": 40, "calls": 4, "plan": "BASIC", "fee": -1}
    cleaned = pd.DataFrame(
        {"age": [40], "calls": [4], "plan": ["basic"], "fee": [None]}
    ).assign(**{"fee is missing": True})
    (given,), (known,) = service.predict([row]), service.predict_cleaned(cleaned)
    assert given.probability == known.probability
    assert not any("unknown" in words for words in given.warnings)


def test_callers_are_not_asked_for_columns_that_the_recipe_makes(
    workspace: Workspace, project: str
):
    names = workspace.service(project).version.schema.names
    assert "fee is missing" not in names
    assert {"plan", "fee", "calls"} <= set(names)


def test_captured_rows_are_compared_and_taken_in_as_cleaned(
    workspace: Workspace, project: str
):
    service = workspace.service(project)
    rows = customers(120, random_state=5).drop(columns="left")
    rows["plan"] = rows["plan"].replace("basic", "BASIC")
    ids = workspace.log.append(
        project, 1, rows, service.predict(rows), latency_ms=None, source="batch"
    )
    workspace.monitoring.add_outcomes(project, [(i, "no") for i in ids])
    report = workspace.monitoring.report(project)
    assert not report.drift.columns["plan"].changed
    assert not any("plan" in finding.columns for finding in report.quality)
    cycle = workspace.next_cycle.start(project)
    assert "BASIC" not in set(workspace.data.cleaned(cycle.id)["plan"])
