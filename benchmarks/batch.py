"""How fast a file is answered into a file, against the bare estimator.

    python -m benchmarks.batch                    200,000 rows of 20 columns
    python -m benchmarks.batch --rows 1000000

The rows are those of the churn example with columns of noise. The file is answered by
the command line in a process of its own, so that its memory can be told: the largest
resident set is printed for a quarter of the rows and for all of them. The bare
estimator, the best single LightGBM, answers a matrix that lies in memory already: no
reading, no cleaning, no encoding, no writing. Both have one native thread, and their
rates are those of CPU time, so that other work on the machine counts little.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from core.data import churn_sample
from core.modeling import train
from core.modeling.assembly import Assembly
from core.modeling.encoder import raw_columns
from core.registry import Registry
from core.serving import Service
from core.settings import Settings
from core.storage import open_database

PROJECT = "churn"
WIDTH = 20


def wide_sample(n_rows: int, random_state: int = 0) -> tuple[pd.DataFrame, str]:
    """Return rows of the example, drawn again and again, with columns of noise."""
    sample = churn_sample(0)
    rng = np.random.default_rng(random_state)
    table = sample.table.iloc[rng.integers(0, len(sample.table), n_rows)]
    table = table.reset_index(drop=True)
    for number in range(WIDTH + 1 - table.shape[1]):
        table[f"noise_{number}"] = rng.normal(0, 1, n_rows).round(4)
    return table, sample.target


def make_version(home: Path) -> tuple[Settings, Service]:
    """Train a version of the wide table, and make it live."""
    table, target = wide_sample(5_000)
    settings = Settings(home=home / "workspace", models=home / "models")
    registry = Registry.of(settings, open_database(settings))
    run = train(table, target, budget_s=10, families=("lightgbm",), n_jobs=1)
    single = next(
        run.models[name]
        for name in run.leaderboard["candidate"]
        if run.models[name].family == "lightgbm"
    )
    registry.add(PROJECT, single, who="benchmark", reference=table)
    registry.set_alias(PROJECT, "champion", 1, who="benchmark")
    return settings, Service(registry.load(PROJECT, 1))


def bare_rate(service: Service, table: pd.DataFrame) -> float:
    """Return the rows a second of the estimator alone, on its matrix."""
    model = service.version.model
    cleaned = service.cleaned(table)
    assembly = Assembly(model)
    threadpool_limits(1)
    encoded = assembly.encode(raw_columns(cleaned, model.schema), len(cleaned))
    start = time.process_time()
    assembly.output(encoded)
    return len(cleaned) / (time.process_time() - start)


def run_command(settings: Settings, source: Path, *more: str) -> tuple[float, float]:
    """Answer a file by the command line; return rows a second and MB at the most."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
    }
    command = [sys.executable, "-m", "benchmarks.batch", "--measured", str(source)]
    told = subprocess.run(
        [*command, str(source.with_suffix(".out.csv")), "--project", PROJECT, *more],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"(\d+) rows a CPU second, peak (\d+) MB", told)
    assert found is not None
    return float(found[1]), float(found[2])


def main() -> None:
    if sys.argv[1:2] == ["--measured"]:
        from core.serving.batch.__main__ import main as answer

        answer(sys.argv[2:])
        spent = resource.getrusage(resource.RUSAGE_SELF)
        with Path(sys.argv[3]).open("rb") as file:
            n_rows = sum(1 for _ in file) - 1
        rate = n_rows / (spent.ru_utime + spent.ru_stime)
        print(f"{rate:.0f} rows a CPU second, peak {spent.ru_maxrss // 1024} MB")
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    n_rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        settings, service = make_version(Path(folder))
        table, target = wide_sample(n_rows, random_state=1)
        table = table.drop(columns=target)
        bare = bare_rate(service, table)
        print(f"bare estimator: {bare:,.0f} rows a CPU second", flush=True)
        whole, part = Path(folder) / "all.csv", Path(folder) / "part.csv"
        table.to_csv(whole, index=False)
        table.head(n_rows // 4).to_csv(part, index=False)
        for name, source, more in (
            ("a quarter, unkept", part, ["--unkept"]),
            ("all, unkept", whole, ["--unkept"]),
            ("all, kept in the log", whole, []),
        ):
            rate, peak = run_command(settings, source, *more)
            print(
                f"{name:22s}{rate:10,.0f} rows a CPU second, {rate / bare:5.0%} "
                f"of bare; at most {peak:,.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
