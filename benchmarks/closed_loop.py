"""Is a change of concept noticed within a year of months, and does retraining pay.

A year of months, three ways to live with it::

    python -m benchmarks.closed_loop                the generated stream
    python -m benchmarks.closed_loop --tables       two open tables made into streams

Each stream has twelve months of rows with outcomes. The model learns from a table of
the time before; in month 7 the relation between inputs and target changes, or, in the
control, it does not. Three ways to live with that are compared, each in a workspace of
its own, with the jobs, alarms and records of the application:

- never: the first champion answers all year;
- always: retrained every month on all rows, and promoted whatever the verdict;
- policy: Rondo's default policy (performance alarm, old rows weighed by trial, a third
  kept aside, promoted only when proven better).

Printed are the mean ROC AUC over the months, the trainings, the promotions, and the
month whose outcomes raised the alarm. Each row is answered before it is learned from.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.metrics import roc_auc_score

from core.modeling import TrainingPlan
from core.monitoring.watch import Watch
from core.retraining import Gate, Mix, Order, Policy
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.watching import watch_once

START = datetime(2025, 1, 5, 9, tzinfo=UTC)
N_MONTHS, CHANGE = 12, 7
BUDGET_S = 4.0
FAMILIES = ("linear", "lightgbm")
ANYTHING = Gate("not worse", margin=1e9, slices=False, most_slower=None)


@dataclass(frozen=True)
class Stream:
    """A table to begin with, and twelve months of rows with their outcomes."""

    name: str
    table: pd.DataFrame
    months: tuple[pd.DataFrame, ...]


def generated(*, change: bool, n_rows: int = 500, seed: int = 0) -> Stream:
    """Five numbers and a category; at the change two numbers swap what they mean."""
    rng = np.random.default_rng(seed)

    def draw(n: int, *, changed: bool) -> pd.DataFrame:
        x = rng.normal(size=(n, 5))
        kind = rng.choice(["a", "b", "c"], n)
        a, b = (1, 0) if changed else (0, 1)
        score = 2 * x[:, a] - 1.5 * x[:, b] * (kind == "a") + 0.5 * x[:, 2]
        label = np.where(score + rng.logistic(size=n) > 0, "yes", "no")
        table = pd.DataFrame(x, columns=[f"x{i}" for i in range(5)])
        return table.assign(kind=kind, label=label)

    months = [
        draw(n_rows, changed=change and month >= CHANGE)
        for month in range(1, N_MONTHS + 1)
    ]
    name = "generated" if change else "generated, no change"
    return Stream(name, draw(2 * n_rows, changed=False), tuple(months))


def of_table(name: str, load: Callable[..., tuple], *, change: bool) -> Stream:
    """Draw rows of an open table with a little noise; at the change outcomes turn."""
    rng = np.random.default_rng(1)
    X, y = load(return_X_y=True, as_frame=True)
    X = X.iloc[:, :8].set_axis([f"c{i}" for i in range(8)], axis=1)
    y = (y == 1).to_numpy()

    def draw(n: int, *, changed: bool) -> pd.DataFrame:
        rows = rng.integers(0, len(X), n)
        drawn = X.iloc[rows].reset_index(drop=True)
        drawn = drawn + rng.normal(size=drawn.shape) * 0.3 * X.std().to_numpy()
        truth = y[rows] ^ (changed & (drawn["c0"] > X["c0"].median()).to_numpy())
        return drawn.assign(label=np.where(truth, "yes", "no"))

    months = [
        draw(400, changed=change and month >= CHANGE)
        for month in range(1, N_MONTHS + 1)
    ]
    title = name if change else f"{name}, no change"
    return Stream(title, draw(800, changed=False), tuple(months))


def begin(folder: Path, stream: Stream) -> tuple[Workspace, str]:
    """Make the first champion."""
    workspace = Workspace(Settings(home=folder / "home", models=folder / "models"))
    project = workspace.projects.create(stream.name)
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.add_frame(project.id, stream.table, "before.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "label", "binary")
    split = workspace.data.split(cycle.id)
    plan = TrainingPlan("label", "binary", budget_s=BUDGET_S, families=FAMILIES)
    workspace.training.execute(cycle.id, plan, split_id=split.id, run_id="run-first")
    workspace.evaluation.open(cycle.id)
    version = workspace.evaluation.save_version(cycle.id, who="benchmark")
    workspace.registry.set_alias(
        project.id, "champion", version.number, who="benchmark"
    )
    return workspace, project.id


def live_through(
    workspace: Workspace, project_id: str, rows: pd.DataFrame, month: int
) -> float:
    """Answer a month's rows, then learn their outcomes; return the month's AUC."""
    number = workspace.registry.champion(project_id)
    service = workspace.service(project_id)
    inputs = rows.drop(columns="label")
    answers = service.predict(inputs, strict=False)
    at = START + timedelta(days=30.4 * (month - 1))
    ids = workspace.log.append(
        project_id, number, inputs, answers, latency_ms=1.0, source="batch", at=at
    )
    workspace.log.add_outcomes(project_id, zip(ids, rows["label"], strict=True))
    output = service.version.model.output(service.cleaned(inputs))
    chance = output if output.ndim == 1 else output[:, 1]
    return roc_auc_score(rows["label"] == "yes", chance)


def run(stream: Stream, way: str) -> dict[str, object]:
    """Live through the year one way."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, project_id = begin(Path(folder), stream)
        workspace.alarms.save_watch(project_id, Watch(period="month"))
        if way == "policy":
            policy = Policy(active=True, order=Order(budget_s=BUDGET_S))
            workspace.policies.save(project_id, policy)
        scores, alarmed = [], None
        for month, rows in enumerate(stream.months, 1):
            scores.append(live_through(workspace, project_id, rows, month))
            if way == "policy":
                watch_once(workspace)
                if alarmed is None and workspace.alarms.n_open(project_id):
                    alarmed = month
                wait(workspace, project_id)
            elif way == "always":
                order = Order(mix=Mix(kept_aside=0.1), budget_s=BUDGET_S, gate=ANYTHING)
                given = workspace.challenges.arguments(
                    project_id, order, "benchmark", "always"
                )
                workspace.challenges.execute(project_id, given, lambda *_: None)
        made = workspace.challenges.list(project_id)
        entries = workspace.registry.history(project_id)
        n_promoted = sum(entry.alias == "champion" for entry in entries) - 1
        workspace.close()
    return {
        "way": way,
        "mean AUC": round(float(np.mean(scores)), 4),
        "before": round(float(np.mean(scores[: CHANGE - 1])), 4),
        "after": round(float(np.mean(scores[CHANGE:])), 4),
        "trainings": len(made),
        "promotions": n_promoted,
        "alarm in month": alarmed,
    }


def wait(workspace: Workspace, project_id: str) -> None:
    """Wait for the challenger that the policy has begun, if it has."""
    job = workspace.challenges.active(project_id)
    if job is not None:
        workspace.jobs.wait(job.id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tables", action="store_true")
    streams = [generated(change=True), generated(change=False)]
    if parser.parse_args().tables:
        streams = [
            of_table(name, load, change=change)
            for name, load in (("cancer", load_breast_cancer), ("wine", load_wine))
            for change in (True, False)
        ]
    for stream in streams:
        start = time.perf_counter()
        found = [run(stream, way) for way in ("never", "always", "policy")]
        print(f"\n{stream.name} ({time.perf_counter() - start:.0f} s)")
        print(pd.DataFrame(found).to_string(index=False))


if __name__ == "__main__":
    main()
