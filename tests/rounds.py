"""A project taken round to a champion by quick steps, for tests of what comes after."""

from typing import Any

import pandas as pd

from core.modeling import TrainingPlan
from core.workspace import Cycle, Workspace
from tests.fitted import enough

QUICK = TrainingPlan(
    target="left", task="binary", budget_s=60, families=("linear",), n_jobs=1
)


def go_round(
    workspace: Workspace,
    table: pd.DataFrame,
    plan: TrainingPlan = QUICK,
    ends: dict[str, Any] | None = None,
) -> Cycle:
    """Make the project “Who leaves” of a table whose target is "left".

    `ends` says where training ends, as `execute` is told: soon, unless it is given.
    """
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.add_frame(project.id, table, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    split = workspace.data.split(cycle.id)
    workspace.training.execute(
        cycle.id,
        plan,
        split_id=split.id,
        run_id="run-test",
        **(enough() if ends is None else ends),
    )
    workspace.evaluation.open(cycle.id)
    version = workspace.evaluation.save_version(cycle.id, who="tester")
    workspace.registry.set_alias(project.id, "champion", version.number, who="tester")
    return workspace.cycles.get(cycle.id)
