"""How good the champion is on open tables, beside other trainers.

    python -m benchmarks.modeling DATA_FOLDER --budget 60 --seeds 3
    python -m benchmarks.modeling DATA_FOLDER --budget 60 --seeds 3 --peers PEERS
    python -m benchmarks.modeling DATA_FOLDER --budget 20 --tables telco_churn

Each seed holds out a fifth of the rows for the test; all contenders see the others,
one after the other, so that what else the machine does meets all of them alike.
Rondo and the peers (`benchmarks.modeling_peers` says how their environments are made)
have the same budget, two threads and the task's default metric; scikit-learn's
HistGradientBoosting as it comes, with categories as pandas' "category", takes what it
takes. "row ms" is the processor time of one row in the served form, the mean over 300
different rows. A figure is the mean over seeds, "gain" Rondo's over the contender with
its standard error, "rank" the mean rank on each draw. Run it on a machine that does
nothing else.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from benchmarks.modeling_peers import PEERS, run_peer
from core.data import Task, describe_schema, read_table
from core.modeling import METRICS, Metric, Model, find_metric, train
from core.modeling.encoder import raw_columns
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
    row_ms: float = float("nan")
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
    return Result(score, seconds, size, row_ms(run.champion, test), run.champion_name)


def row_ms(model: Model, test: pd.DataFrame, n_rows: int = 300) -> float:
    """Return the processor time of one row in the served form, each row another one."""
    places = np.arange(n_rows) % len(test)
    rows = [raw_columns(test.iloc[[place]], model.schema) for place in places]
    form = model.served_form
    for row in rows[:10]:
        form.output(row)
    start = time.process_time()
    for row in rows:
        form.output(row)
    return (time.process_time() - start) / n_rows * 1000


def histogram_boosting(
    rows: pd.DataFrame,
    test: pd.DataFrame,
    known: Target,
    arguments: argparse.Namespace,
) -> Result:
    """Fit scikit-learn's boosting as it comes and score it on the test rows."""
    del arguments
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
    output: Floats = read_output(model, table, known.n_outputs)  # type: ignore[arg-type]
    return Result(find_metric(None, known.task).score(truth.y, output), seconds)


Contender = Callable[[pd.DataFrame, pd.DataFrame, Target, argparse.Namespace], Result]


def peer(name: str) -> Contender:
    """Return the contender that runs in an environment of its own."""

    def run(
        rows: pd.DataFrame,
        test: pd.DataFrame,
        known: Target,
        arguments: argparse.Namespace,
    ) -> Result:
        output, seconds, _ = run_peer(
            PEERS[name], arguments.peers, rows, test, known,
            budget_s=arguments.budget, seed=arguments.seed,
        )  # fmt: skip
        if output is None:
            return Result(float("nan"), seconds)
        truth = match_target(test, known)
        metric = find_metric(None, known.task)
        return Result(metric.score(truth.y, output[truth.rows]), seconds)

    return run


def contenders(arguments: argparse.Namespace) -> dict[str, Contender]:
    """Return who takes part, by name."""
    found: dict[str, Contender] = {"Rondo": rondo, "HGB": histogram_boosting}
    if arguments.peers:
        there = [n for n in PEERS if (arguments.peers / PEERS[n].environment).is_dir()]
        found |= {name: peer(name) for name in there}
    return {n: run for n, run in found.items() if n in (arguments.only or found)}


def compare(
    name: str, frame: pd.DataFrame, arguments: argparse.Namespace
) -> dict[str, list[Result]]:
    """Run all contenders on every seed and print what each reached."""
    target, task = TABLES[name]
    metric = find_metric(None, task)
    found: dict[str, list[Result]] = {}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        arguments.seed = seed
        parts = _hold_out(len(frame), seed)
        rows, test = (frame.iloc[part].reset_index(drop=True) for part in parts)
        known = prepare_target(rows, target, task)
        for who, run in contenders(arguments).items():
            result = run(rows, test, known, arguments)
            found.setdefault(who, []).append(result)
            print(
                f"  {name} seed {seed} {who:18}{result.score:12.4f}"
                f"{result.seconds:8.1f} s  {result.name}",
                flush=True,
            )
    for who, results in found.items():
        print(line(name, metric, who, results, found.get("Rondo", results)), flush=True)
    return found


def _hold_out(n_rows: int, seed: int, share: int = 5) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(n_rows)
    return order[n_rows // share :], order[: n_rows // share]


def line(
    name: str, metric: Metric, who: str, theirs: list[Result], ours: list[Result]
) -> str:
    """Return one line of the table."""
    gains = [metric.gain(a.score, b.score) for a, b in zip(ours, theirs, strict=True)]
    error = np.std(gains) / np.sqrt(len(gains))
    return (
        f"{name:20}{metric.title:10}{who:18}"
        f"{np.mean([r.score for r in theirs]):>12.4f}"
        f"{np.mean(gains):>12.4f} ±{error:<9.4f}"
        f"{np.max([r.seconds for r in theirs]):>8.1f}"
        f"{np.mean([r.size_mb for r in theirs]):>8.1f}"
        f"{np.mean([r.row_ms for r in theirs]):>8.2f}"
    )


def mean_ranks(
    tables: dict[str, dict[str, list[Result]]],
) -> dict[str, float]:
    """Return each contender's mean rank over tables and seeds; a failure is last."""
    ranks: dict[str, list[float]] = {}
    for name, found in tables.items():
        metric = find_metric(None, TABLES[name][1])
        for draw in zip(*found.values(), strict=True):
            gains = pd.Series([metric.gain(r.score, 0.0) for r in draw], list(found))
            for who, rank in gains.rank(ascending=False, na_option="bottom").items():
                ranks.setdefault(str(who), []).append(rank)
    return {who: float(np.mean(found)) for who, found in ranks.items()}


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the CSV files lie")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a table")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="candidates at a time")
    parser.add_argument(
        "--validation", action="store_true", help="give a quarter as validation rows"
    )
    parser.add_argument("--tables", nargs="*", default=list(TABLES), choices=TABLES)
    parser.add_argument("--peers", type=Path, help="folder of environments")
    parser.add_argument("--only", nargs="*", help="contenders that take part")
    arguments = parser.parse_args()
    print(
        f"{'table':20}{'metric':10}{'contender':18}{'score':>12}{'gain':>12}"
        f"{'max s':>19}{'MB':>8}{'row ms':>8}"
    )
    tables = {}
    for name in arguments.tables:
        frame = read_table(arguments.folder / f"{name}.csv").frame
        tables[name] = compare(name, frame, arguments)
    ranks = sorted(mean_ranks(tables).items(), key=lambda item: item[1])
    print("rank:", ", ".join(f"{who} {rank:.2f}" for who, rank in ranks))


if __name__ == "__main__":
    main()
