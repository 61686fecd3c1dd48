import io

import numpy as np
import pandas as pd
import pytest

from core.data import Recipe, Step
from core.errors import RegistryError
from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import RunRecord, Workspace, open_workspace
from tests.fitted import customers, enough


@pytest.fixture
def workspace(settings: Settings) -> Workspace:
    return open_workspace(settings)


def trained(
    workspace: Workspace,
    target: str,
    task: str,
    families: tuple[str, ...],
    **plan: object,
) -> RunRecord:
    """Train on a cleaned table of every kind of column, split by its column of days."""
    project = workspace.projects.create("Script")
    cycle = workspace.cycles.current(project.id)
    others = {"churn", "level", "value"} - {target}
    frame = customers(160).drop(columns=list(others))
    frame["as_text"] = pd.Series(np.where(frame["age"] > 50, " old ", "young"))
    content = io.BytesIO(frame.to_csv(index=False).encode())
    dataset = workspace.data.import_table(project.id, content, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, target, task)  # type: ignore[arg-type]
    steps = (
        Step("trim_text", ("as_text",)),
        Step("clip", ("age",), {"minimum": 20, "maximum": 80}),
    )
    workspace.cycles.save_recipe(cycle.id, Recipe(steps))
    split = workspace.data.split(cycle.id, strategy="time", column="since")
    return workspace.training.execute(
        cycle.id,
        TrainingPlan(target, task, families=families, n_jobs=1, **plan),  # type: ignore[arg-type]
        split_id=split.id,
        run_id="run-script",
        **enough(2),
    )


@pytest.mark.parametrize(
    ("target", "task", "families"),
    [
        ("churn", "binary", ("linear", "lightgbm")),
        ("level", "multiclass", ("extra_trees",)),
        ("value", "regression", ("neural_network", "linear")),
    ],
)
def test_the_script_of_the_champion_makes_the_same_model_without_rondo(
    workspace: Workspace, target: str, task: str, families: tuple[str, ...]
) -> None:
    run = trained(workspace, target, task, families)
    record = workspace.scripts.execute(run.id, run.champion)
    assert record.proof.reason == ""
    assert record.proof.held
    assert record.proof.score == pytest.approx(run.row(run.champion)["score"])
    assert record.proof.n_rows > 100
    text = workspace.scripts.read(record)
    assert "core." not in text
    assert workspace.scripts.latest(run, run.champion) == record


def test_a_candidate_that_was_chosen_and_finished_is_written_as_it_is_now(
    workspace: Workspace,
) -> None:
    run = trained(workspace, "churn", "binary", ("linear", "lightgbm"))
    cycle = workspace.cycles.current(run.project_id)
    other = next(n for n in run.models if n not in (run.champion, run.baseline))
    before = workspace.scripts.execute(run.id, other)
    assert before.proof.held
    chosen = workspace.training.choose(cycle.id, other, "to be finished")
    assert workspace.scripts.latest(chosen, other) is None
    after = workspace.scripts.execute(run.id, other)
    assert after.proof.reason == ""
    assert after.sha256 != before.sha256


def test_what_a_script_cannot_write_is_said_and_nothing_is_offered(
    workspace: Workspace,
) -> None:
    run = trained(workspace, "churn", "binary", ("linear",), balanced=True)
    record = workspace.scripts.execute(run.id, run.champion)
    assert not record.proof.held
    assert "balanced classes" in record.proof.reason
    with pytest.raises(RegistryError, match="missing or was changed"):
        workspace.scripts.read(record)
