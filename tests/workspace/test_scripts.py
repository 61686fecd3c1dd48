import dataclasses
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data import Recipe, Step
from core.errors import RegistryError
from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import RunRecord, Workspace, open_workspace
from tests.fitted import customers, enough

FOLDS = (0.8, 0.0, 0.2)


@pytest.fixture
def workspace(settings: Settings) -> Workspace:
    return open_workspace(settings)


def trained(
    workspace: Workspace,
    target: str,
    task: str,
    families: tuple[str, ...],
    way: dict[str, Any] | None = None,
    **plan: object,
) -> RunRecord:
    """Train on a cleaned table of every kind of column, split by its column of days."""
    project = workspace.projects.create("Script")
    cycle = workspace.cycles.current(project.id)
    others = {"churn", "level", "value"} - {target}
    frame = customers(160).drop(columns=list(others))
    rng = np.random.default_rng(1)
    frame["count"] = rng.integers(0, 4, len(frame))
    frame["team"] = [f"t{number}" for number in rng.integers(0, 40, len(frame))]
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
    way = way or {"strategy": "time", "column": "since"}
    split = workspace.data.split(cycle.id, **way)
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
        ("value", "regression", ("catboost",)),
        ("level", "multiclass", ("catboost",)),
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


WISHES = [
    pytest.param(
        {"weight": "count", "balanced": True, "metric": "f1"},
        {"strategy": "stratified"}, ("linear", "lightgbm"), id="weights and classes",
    ),
    pytest.param(
        {"monotonic": {"age": 1, "spend": -1}},
        {"strategy": "time and group", "column": "since", "group": "team"},
        ("histogram_boosting", "linear"), id="directions, time and group",
    ),
    pytest.param(
        {}, {"strategy": "stratified", "fractions": FOLDS},
        ("linear", "extra_trees"), id="averaged over folds",
    ),
    pytest.param(
        {"weight": "count", "metric": "balanced_accuracy"},
        {"strategy": "group", "column": "team", "fractions": FOLDS},
        ("linear", "lightgbm"), id="folds of groups, with weights",
    ),
    pytest.param(
        {"balanced": True},
        {"strategy": "time", "column": "since", "fractions": FOLDS},
        ("lightgbm", "random_forest"), id="folds chained in time",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "way", "families"), WISHES)
def test_what_a_person_asked_of_the_run_is_written_and_proven(
    workspace: Workspace,
    plan: dict[str, Any],
    way: dict[str, Any],
    families: tuple[str, ...],
) -> None:
    run = trained(workspace, "churn", "binary", families, way=way, **plan)
    record = workspace.scripts.execute(run.id, run.champion)
    assert record.proof.reason == ""
    assert record.proof.held
    assert record.proof.score == pytest.approx(run.row(run.champion)["score"])


def test_an_ensemble_of_averaged_folds_is_written_and_proven(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "core.modeling.champion.gain_and_error", lambda *_, **__: (1, 0)
    )
    way = {"strategy": "stratified", "fractions": FOLDS}
    families = ("linear", "neural_network")
    run = trained(workspace, "value", "regression", families, way=way)
    entry = next(e for e in run.entries if e["candidate"] == "Ensemble")
    assert len(workspace.training.model(run.id, "Ensemble").members) == 10
    record = workspace.scripts.execute(run.id, "Ensemble")
    assert record.proof.reason == ""
    assert record.proof.score == pytest.approx(entry["score"])


def test_a_script_that_does_not_hold_is_not_offered(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(workspace, "churn", "binary", ("linear",))
    monkeypatch.setattr("core.modeling.script.proof.TOLERANCE", -1.0)
    record = workspace.scripts.execute(run.id, run.champion)
    assert not record.proof.held
    assert record.proof.reason


def test_what_cannot_be_written_is_said_and_there_is_no_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(workspace, "churn", "binary", ("linear",))
    old = dataclasses.replace(run, entries=())
    monkeypatch.setattr(workspace.scripts._training, "get", lambda _: old)
    record = workspace.scripts.execute(run.id, run.champion)
    assert "older" in record.proof.reason
    with pytest.raises(RegistryError, match="missing or was changed"):
        workspace.scripts.read(record)
