"""How good the champion is on open tables, beside a default HistGradientBoosting.

    python benchmarks/modeling.py DATA_FOLDER --budget 60 --seeds 3
    python benchmarks/modeling.py DATA_FOLDER --budget 20 --tables telco_churn

Each seed holds out a fifth of the rows for the test; both contenders see the others.
Rondo chooses by the task's default metric and keeps the budget; the other one takes
what it takes, with categories as pandas' "category". A figure is the mean over seeds;
"better" says whether Rondo's is at least as good as the other's, within its standard
error. Run it on a machine that does nothing else.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from core.data import Task, describe_schema, read_table
from core.modeling import METRICS, Metric, find_metric, train
from core.modeling.estimators import read_output
from core.modeling.metrics import Floats
from core.modeling.target import Target, match_target, prepare_target

TABLES: dict[str, tuple[str, Task]] = {
    "titanic": ("Survived", "binary"),
    "telco_churn": ("Churn", "binary"),
    "adult": ("class", "binary"),
    "wine_quality": ("quality", "multiclass"),
    "california_housing": ("median_house_value", "regression"),
    "bike_hour": ("cnt", "regression"),
}


@dataclass(frozen=True)
class Result:
    """What one contender reached on one draw of the test rows."""

    score: float
    seconds: float
    size_mb: float = float("nan")
    name: str = ""


def rondo(
    rows: pd.DataFrame, test: pd.DataFrame, known: Target, arguments: argparse.Namespace
) -> Result:
    """Train with the budget and score the champion on the test rows."""
    start = time.perf_counter()
    held_out = None
    if arguments.validation:  # as the Train page does
        parts = _hold_out(len(rows), arguments.seed, share=4)
        rows, held_out = (rows.iloc[part].reset_index(drop=True) for part in parts)
    run = train(
        rows,
        known.name,
        task=known.task,
        validation=held_out,
        budget_s=arguments.budget,
        n_jobs=arguments.jobs,
        random_state=arguments.seed,
    )
    seconds = time.perf_counter() - start
    truth, metric = match_target(test, known), METRICS[run.metric]
    score = metric.score(truth.y, run.champion.output(test.iloc[truth.rows]))
    size = run.leaderboard["size_bytes"][0] / 1e6
    return Result(score, seconds, size, run.champion_name)


def histogram_boosting(rows: pd.DataFrame, test: pd.DataFrame, known: Target) -> Result:
    """Fit scikit-learn's boosting as it comes and score it on the test rows."""
    start = time.perf_counter()
    kinds = describe_schema(rows.drop(columns=known.name)).kinds
    words = [name for name, kind in kinds.items() if kind in ("category", "id", "text")]
    few = [name for name in words if rows[name].nunique() <= 250]
    dates = [name for name, kind in kinds.items() if kind == "date"]
    levels = {name: sorted(rows[name].dropna().unique()) for name in few}

    def prepare(frame: pd.DataFrame) -> pd.DataFrame:
        table = frame[list(kinds)].drop(columns=[n for n in words if n not in few])
        numbers = {name: table[name].astype("int64").astype(float) for name in dates}
        seen = {n: table[n].where(table[n].isin(levels[n])) for n in few}
        codes = {n: pd.Categorical(seen[n], categories=levels[n]) for n in few}
        return table.assign(**numbers, **codes)

    kind = (
        HistGradientBoostingRegressor
        if known.task == "regression"
        else HistGradientBoostingClassifier
    )
    model = kind(random_state=0).fit(prepare(rows.iloc[known.rows]), known.y)
    seconds = time.perf_counter() - start
    truth = match_target(test, known)
    table = prepare(test.iloc[truth.rows])
    output: Floats = read_output(model, table, known.n_outputs)
    return Result(find_metric(None, known.task).score(truth.y, output), seconds)


def compare(name: str, frame: pd.DataFrame, arguments: argparse.Namespace) -> str:
    """Run both contenders on every seed and return one line of the table."""
    target, task = TABLES[name]
    metric = find_metric(None, task)
    ours, theirs = [], []
    for seed in range(arguments.seeds):
        arguments.seed = seed
        parts = _hold_out(len(frame), seed)
        rows, test = (frame.iloc[part].reset_index(drop=True) for part in parts)
        known = prepare_target(rows, target, task)
        theirs.append(histogram_boosting(rows, test, known))
        ours.append(rondo(rows, test, known, arguments))
    return line(name, metric, ours, theirs)


def _hold_out(n_rows: int, seed: int, share: int = 5) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(n_rows)
    return order[n_rows // share :], order[: n_rows // share]


def line(name: str, metric: Metric, ours: list[Result], theirs: list[Result]) -> str:
    """Return one line of the table."""
    gains = [metric.gain(a.score, b.score) for a, b in zip(ours, theirs, strict=True)]
    error = np.std(gains) / np.sqrt(len(gains))
    return (
        f"{name:20}{metric.title:10}"
        f"{np.mean([r.score for r in ours]):>12.4f}"
        f"{np.mean([r.score for r in theirs]):>12.4f}"
        f"{'yes' if np.mean(gains) >= -error else 'NO':>8}"
        f"{np.max([r.seconds for r in ours]):>8.1f}"
        f"{np.mean([r.size_mb for r in ours]):>8.1f}"
        f"  {', '.join(r.name for r in ours)}"
    )


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the CSV files lie")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a table")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="candidates at a time")
    parser.add_argument(
        "--validation", action="store_true", help="give a quarter as validation rows"
    )
    parser.add_argument("--tables", nargs="*", default=list(TABLES), choices=TABLES)
    arguments = parser.parse_args()
    print(
        f"{'table':20}{'metric':10}{'Rondo':>12}{'HGB':>12}{'better':>8}"
        f"{'max s':>8}{'MB':>8}  champion"
    )
    for name in arguments.tables:
        frame = read_table(arguments.folder / f"{name}.csv").frame
        print(compare(name, frame, arguments), flush=True)


if __name__ == "__main__":
    main()
