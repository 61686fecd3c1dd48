"""Is a change of concept noticed within a year of months, and does retraining pay.

A year of months, three ways to live with it::

    python -m benchmarks.closed_loop                   the generated stream
    python -m benchmarks.closed_loop --tables FOLDER   and adult.csv, telco_churn.csv
    python -m benchmarks.closed_loop --only still --still 10

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
"No lower than always" allows for noise: half a point of AUC. In years without a change
the policy must promote nothing.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.goals import print_line
from core.modeling import TrainingPlan
from core.monitoring.watch import Watch
from core.retraining import Gate, Mix, Order, Policy
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.watching import watch_once

START = datetime(2025, 1, 5, 9, tzinfo=UTC)
N_MONTHS, CHANGE, N_ROWS = 12, 7, 500
NOISE = 0.005
BUDGET_S = 4.0
FAMILIES = ("linear", "lightgbm")
ANYTHING = Gate("not worse", margin=1e9, slices=False, most_slower=None)


@dataclass(frozen=True)
class Stream:
    """A table to begin with, and twelve months of rows with their outcomes."""

    name: str
    table: pd.DataFrame
    months: tuple[pd.DataFrame, ...]


@dataclass(frozen=True)
class Year:
    """What one way of living with a stream came to."""

    way: str
    scores: tuple[float, ...]
    trainings: int
    promotions: int
    alarm: int | None

    def row(self) -> dict[str, object]:
        """Return a line of the table."""
        return {
            "way": self.way,
            "mean AUC": round(float(np.mean(self.scores)), 4),
            "before": round(float(np.mean(self.scores[: CHANGE - 1])), 4),
            "after": round(float(np.mean(self.scores[CHANGE:])), 4),
            "last": round(self.scores[-1], 4),
            "trainings": self.trainings,
            "promotions": self.promotions,
            "alarm in month": self.alarm,
        }


def generated(*, change: bool, n_rows: int = N_ROWS, seed: int = 0) -> Stream:
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


TABLES: Mapping[str, tuple[str, str, str]] = {
    "adult": ("class", ">50K", "age"),
    "telco_churn": ("Churn", "Yes", "MonthlyCharges"),
}
"""Of an open table: the target, its positive class, and the column that turns it."""


def of_table(folder: Path, name: str, *, change: bool, seed: int = 0) -> Stream:
    """Deal out the rows of an open table; at the change outcomes turn.

    From month 7 on the outcome is the opposite for rows above the median of one column:
    another relation between inputs and target, of rows drawn from the same law.
    """
    target, positive, by = TABLES[name]
    rows = pd.read_csv(folder / f"{name}.csv", skipinitialspace=True)
    rows = rows.sample(1_000 + N_MONTHS * N_ROWS, random_state=seed)
    yes = (rows[target].astype("str").str.strip() == positive).to_numpy()
    number = pd.to_numeric(rows[by], errors="coerce")
    above = (number > number.median()).to_numpy()
    inputs = rows.drop(columns=[target, *rows.columns.intersection(["customerID"])])

    def deal(start: int, n: int, *, changed: bool) -> pd.DataFrame:
        part = slice(start, start + n)
        label = np.where(yes[part] ^ (changed & above[part]), "yes", "no")
        return inputs.iloc[part].reset_index(drop=True).assign(label=label)

    months = [
        deal(1_000 + N_ROWS * k, N_ROWS, changed=change and k + 1 >= CHANGE)
        for k in range(N_MONTHS)
    ]
    title = name if change else f"{name}, no change"
    return Stream(title, deal(0, 1_000, changed=False), tuple(months))


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


def run(stream: Stream, way: str) -> Year:
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
                if alarmed is None and performance_alarms(workspace, project_id):
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
    return Year(way, tuple(scores), len(made), n_promoted, alarmed)


def performance_alarms(workspace: Workspace, project_id: str) -> int:
    """Count open alarms of performance; other alarms do not retrain by default."""
    rules = workspace.alarms.watch(project_id).rules
    watched = {r.id for r in rules if r.signal in ("realised", "estimated")}
    alarms = workspace.alarms.list(project_id, only_open=True)
    return sum(alarm.rule_id in watched for alarm in alarms)


def wait(workspace: Workspace, project_id: str) -> None:
    """Wait for the challenger that the policy has begun, if it has."""
    job = workspace.challenges.active(project_id)
    if job is not None:
        workspace.jobs.wait(job.id)


def judge_change(stream: Stream) -> None:
    """Print what the three ways came to, and whether the policy met its goals."""
    never, always, policy = found = [
        run(stream, w) for w in ("never", "always", "policy")
    ]
    print(pd.DataFrame([year.row() for year in found]).to_string(index=False))
    late = np.inf if policy.alarm is None else policy.alarm - CHANGE
    print_line("windows from the change to the alarm", late, most=1)
    print_line("promotions", policy.promotions, least=1)
    rows = [rows["label"].to_numpy() == "yes" for rows in stream.months]
    n_rows = sum(map(len, rows))
    for other, title, least in ((never, "never", 0.0), (always, "always", -NOISE)):
        gains = np.subtract(policy.scores, other.scores)
        error = 1.96 * gains.std(ddof=1) / np.sqrt(N_MONTHS)
        ends = (float(gains.mean() - error), float(gains.mean() + error))
        what = f"mean AUC over {title}-retrained, by month"
        print_line(what, float(gains.mean()), ends, n=n_rows, least=least)
    fewer = always.trainings - policy.trainings
    print_line("trainings fewer than always", fewer, least=1)


def judge_still(streams: Sequence[Stream]) -> None:
    """Print what the policy does in years without a change."""
    years = [run(stream, "policy") for stream in streams]
    print(pd.DataFrame([year.row() for year in years]).to_string(index=False))
    promoted = sum(year.promotions for year in years)
    print_line("promotions without a change", promoted, n=len(years), most=0)


def main() -> None:
    """Read the command line and measure."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("--tables", type=Path, help="folder of the open tables")
    parser.add_argument("--stream", choices=("generated", *TABLES), action="append")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--still", type=int, default=3, help="years without change")
    parser.add_argument("--only", choices=("change", "still"))
    given = parser.parse_args()
    tables = () if given.tables is None else tuple(TABLES)
    for name in given.stream or ("generated", *tables):
        make = (
            generated if name == "generated" else partial(of_table, given.tables, name)
        )
        seeds = range(given.seed, given.seed + given.still)
        if given.only != "still":
            print(f"\n{name}: the concept changes in month {CHANGE}")
            judge_change(make(change=True, seed=given.seed))
        if given.only != "change" and given.still:
            print(f"\n{name}: no change, {given.still} years")
            judge_still([make(change=False, seed=seed) for seed in seeds])


if __name__ == "__main__":
    main()
