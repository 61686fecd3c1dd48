"""What a profile costs, and what its leak scan catches.

    python -m benchmarks.data profile                    # 1M rows by 50 mixed columns
    python -m benchmarks.data profile --peers PEERS_ENV # beside Polars and ydata
    python -m benchmarks.data profile --peers PEERS_ENV --rounds 5   # medians of five
    python -m benchmarks.data leaks                      # planted leaks, honest columns

``--peers`` names a virtual environment that has ``polars`` and, if wanted,
``ydata-profiling``; neither is a dependency of Rondo. All run on the same Parquet
file, one after the other in each round, each in a process of its own, and the figures
are processor seconds after the file is read, so that a busy machine changes them
little.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.leaks import count_caught
from core.data import canonical, write_parquet

YDATA_ROWS = 100_000
"""ydata-profiling sees fewer rows; its figure is per cell."""

OWN = """
import pathlib, resource, sys
from core.data import profile, read_parquet
frame = read_parquet(pathlib.Path(sys.argv[1]))
profile(frame.head(2_000), "y")  # imports and first calls
used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
start = used(); report = profile(frame, "y")
print(used() - start, len(report.findings))
"""

POLARS = """
import resource, sys, polars
frame = polars.read_parquet(sys.argv[1])
used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
start = used(); frame.describe(); print(used() - start, polars.__version__)
"""

YDATA = """
import resource, sys, pandas, ydata_profiling
frame = pandas.read_parquet(sys.argv[1]).head(int(sys.argv[2]))
used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
start = used()
report = ydata_profiling.ProfileReport(frame, minimal=True, progress_bar=False)
report.get_description()
print(used() - start, ydata_profiling.__version__)
"""


def mixed_table(n_rows: int, random_state: int = 0) -> pd.DataFrame:
    """Make 50 columns: numbers, whole numbers, words, booleans, dates, ids, texts."""
    rng = np.random.default_rng(random_state)
    columns: dict[str, object] = {}
    for i in range(18):
        values = rng.lognormal(size=n_rows) if i % 3 == 0 else rng.normal(size=n_rows)
        if i % 4 == 0:
            values[rng.random(n_rows) < 0.05] = np.nan
        columns[f"number {i}"] = values
    for i, top in enumerate((2, 5, 10, 50, 100, 365, 1_000, 5_000, 50_000, 10**9)):
        columns[f"count {i}"] = rng.integers(0, top, n_rows)
    for i, n_levels in enumerate((2, 3, 5, 8, 12, 20, 40, 200, 1_000, 20_000)):
        levels = np.array([f"level {k}" for k in range(n_levels)], dtype=object)
        words = levels[rng.zipf(1.3, n_rows) % n_levels]
        if i % 3 == 0:
            words[rng.random(n_rows) < 0.03] = None
        columns[f"word {i}"] = words
    for i in range(4):
        columns[f"flag {i}"] = rng.random(n_rows) < 0.2 + 0.2 * i
    start = np.datetime64("2020-01-01", "us")
    for i in range(4):
        seconds = rng.integers(0, 10**8, n_rows).astype("timedelta64[s]")
        columns[f"date {i}"] = start + seconds
    columns["id"] = [f"K{i:07d}" for i in rng.permutation(n_rows)]
    columns["text"] = [
        f"order {a} was sent to {b} on time"
        for a, b in rng.integers(0, 10**6, (n_rows, 2))
    ]
    columns["code"] = rng.permutation(n_rows)
    signal = columns["number 1"] + rng.normal(size=n_rows)  # type: ignore[operator]
    columns["y"] = np.where(signal > 1, "yes", "no")
    return canonical(pd.DataFrame(columns))


def measure_profile(n_rows: int, peers: Path | None, n_rounds: int) -> None:
    """Print processor seconds of Rondo's profile and of its peers, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_parquet(mixed_table(n_rows), path)
        own, polars, ydata = [], [], []
        for _ in range(n_rounds):
            own.append(_run(Path(sys.executable), OWN, path))
            if peers is not None:
                python = peers / "bin" / "python"
                polars.append(_run(python, POLARS, path))
                ydata.append(_run(python, YDATA, path, str(YDATA_ROWS)))
    seconds = _report("Rondo", own)
    if peers is None or seconds is None:
        return
    theirs = _report("Polars describe", polars)
    if theirs is not None:
        print(f"Rondo / Polars {seconds / theirs:.2f}")
    theirs = _report(f"ydata-profiling, minimal, {YDATA_ROWS:,} rows", ydata)
    if theirs is not None:
        cell = seconds / n_rows / 50
        print(f"per cell Rondo takes 1/{theirs / YDATA_ROWS / 50 / cell:.0f}")


def _report(name: str, measured: list[float | None]) -> float | None:
    """Print the median of the rounds; None when there is none."""
    seconds = [value for value in measured if value is not None]
    if not seconds:
        return None
    rounds = " ".join(f"{value:.2f}" for value in seconds)
    middle = statistics.median(seconds)
    print(f"{name}: {middle:.2f} CPU s (rounds: {rounds})")
    return middle


def _run(python: Path, code: str, path: Path, *arguments: str) -> float | None:
    """Run code in the environment of a python; None when it cannot run there."""
    command = [str(python), "-c", code, str(path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"left out: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return None
    return float(done.stdout.split()[-2])


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("profile", "leaks"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    if given.what == "leaks":
        count_caught()
    else:
        measure_profile(given.rows, given.peers, given.rounds)


if __name__ == "__main__":
    sys.exit(main())
