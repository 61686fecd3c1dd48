"""What a drift report costs, beside Evidently's tests on the same table."""

import resource
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.changes import words
from benchmarks.goals import print_line
from core.modeling.threads import one_thread
from core.monitoring import check_drift, summarise_reference

N_COLUMNS = 50
N_WINDOW = 100_000
N_LEVELS = 12
N_TIMES = 3

EVIDENTLY = """
import resource, sys, warnings; warnings.filterwarnings("ignore")
import evidently, pandas
from evidently import Report
from evidently.presets import DataDriftPreset
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before, now = (pandas.read_parquet(path) for path in sys.argv[1:3])
Report([DataDriftPreset()]).run(now.head(500), before.head(500)).dict()
start = used()
Report([DataDriftPreset()]).run(now, before).dict()
print(used() - start, evidently.__version__)
"""


def mixed(rng: np.random.Generator, n_rows: int) -> pd.DataFrame:
    """Draw 25 numbers and 25 categories."""
    half = N_COLUMNS // 2
    columns = {f"x{i}": pd.Series(rng.normal(size=n_rows)) for i in range(half)}
    for i in range(N_COLUMNS - half):
        columns[f"c{i}"] = words(rng.integers(0, N_LEVELS, n_rows))
    return pd.DataFrame(columns)


def _used_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def cost(n_rows: int, seed: int, peers: Path | None) -> None:
    """Print CPU seconds of one report with its fit, and of one window more.

    Parameters
    ----------
    n_rows : int
        Of the reference, and of the window that is compared with it.
    seed : int
    peers : Path or None
        Folder of environments; Evidently's is its ``evidently``.
    """
    rng = np.random.default_rng(seed)
    before, now = mixed(rng, n_rows), mixed(rng, n_rows)
    print(f"Cost, CPU seconds: {n_rows:,} x {N_COLUMNS}, one thread")
    check_drift(before.head(2_000), now.head(2_000))  # imports and first calls
    with one_thread():
        start = _used_s()
        reference = summarise_reference(before)
        fitted = _used_s()
        check_drift(reference, now)
        own = _used_s() - start
        window, times = now.head(N_WINDOW), []
        for _ in range(N_TIMES):
            begun = _used_s()
            check_drift(reference, window)
            times.append(_used_s() - begun)
    first = fitted - start
    print(f"    the reference {first:.2f}, the window {own - first:.2f}")
    print_line("reference and window", own, most=6.0)
    title = f"{len(window):,} rows against a kept reference"
    ends = (min(times), max(times))
    print_line(title, float(np.median(times)), ends, n=N_TIMES, most=0.5)
    if peers is not None:
        _beside_evidently(own, before, now, peers / "evidently")


def _beside_evidently(
    own: float, before: pd.DataFrame, now: pd.DataFrame, environment: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.parquet" for name in ("before", "now")]
        for path, table in zip(paths, (before, now), strict=True):
            table.to_parquet(path)
        python = str(environment / "bin" / "python")
        command = [python, "-c", EVIDENTLY, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        print(f"Evidently is left out: {last}")
        return
    *_, seconds, version = done.stdout.split()
    print_line(f"Evidently {version}", float(seconds))
    print_line("ours over Evidently's", own / float(seconds), most=0.125)
