"""How fast and how well tables are read: ``python benchmarks/reading.py [MB]``.

``--upload [MB]`` measures an upload instead: kept, read, written as Parquet. Speed and
memory stand against ``pandas.read_csv(engine="pyarrow")``: the two take turns, each
time in a new process that reads the file once; every figure is the median of five.
"""

import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

N_ROUNDS = 5
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def write_table(path: Path, size_mb: int) -> None:
    """Write a clean table of about so many MB: numbers, words, dates, yes and no."""
    rng, n_rows = np.random.default_rng(0), size_mb * 10_400
    days = pd.to_timedelta(rng.integers(0, 1500, n_rows), unit="D")
    score = np.where(rng.random(n_rows) < 0.1, np.nan, rng.gamma(2, 3, n_rows).round(4))
    table = pd.DataFrame(
        {
            "id": np.arange(n_rows),
            "age": rng.integers(18, 90, n_rows),
            "price": rng.normal(100, 20, n_rows).round(2),
            "x": rng.normal(size=n_rows),
            "plan": rng.choice(["basic", "plus", "pro"], n_rows),
            "city": rng.choice([f"city {i}" for i in range(500)], n_rows),
            "since": (pd.Timestamp("2020-01-01") + days).strftime("%Y-%m-%d"),
            "active": rng.choice(["yes", "no"], n_rows),
            "score": score,
            "count": rng.poisson(30, n_rows),
            "code": rng.choice(["A1", "B2", "C3"], n_rows),
            "w": rng.random(n_rows),
        }
    )
    table.to_csv(path, index=False)


def peak_bytes() -> int:
    """Return the most memory this process ever had (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(x for x in lines if x.startswith("VmHWM")).split()[1])


def measure(reader: str, path: str) -> None:
    """Print wall and CPU seconds of one reading, and peak memory over the table's."""
    small = io.BytesIO(b"a,b,c\n" + b"1,2.5,x\n" * 100)  # imports are not measured
    if reader == "rondo":
        from core.data import read_table

        read_table(small)
    else:
        pd.read_csv(small, engine="pyarrow")
    before, started, busy = peak_bytes(), time.perf_counter(), time.process_time()
    if reader == "rondo":
        frame = read_table(path).frame
    else:
        frame = pd.read_csv(path, engine="pyarrow")
    wall, cpu = time.perf_counter() - started, time.process_time() - busy
    share = (peak_bytes() - before) / frame.memory_usage(deep=True).sum()
    print(wall, cpu, share)


def measure_upload(size_mb: int) -> None:
    """Print peak memory of an upload over the size of its table, and the time."""
    from core.settings import Settings
    from core.workspace import open_workspace

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clean.csv"
        command = [sys.executable, __file__, "--write", str(path), str(size_mb)]
        subprocess.run(command, check=True, cwd=ROOT)
        settings = Settings(home=Path(folder) / "w", models=Path(folder) / "m")
        workspace = open_workspace(settings)
        project = workspace.projects.create("Upload")
        told: list[float] = []
        before, started = peak_bytes(), time.perf_counter()
        with path.open("rb") as file:
            made = workspace.data.import_files(
                project.id,
                {"clean.csv": file},
                on_progress=lambda share, _: told.append(share),
            )
        wall, peak = time.perf_counter() - started, peak_bytes() - before
        frame = workspace.data.frame(made.id)
        size = frame.memory_usage(deep=True).sum()
        print(
            f"Upload of {path.stat().st_size / 1e6:,.0f} MB: {wall:.1f} s, peak "
            f"{peak / size:.2f} x the table (to reach: 3), {len(told)} steps told"
        )


def compare_speed(size_mb: int) -> None:
    """Print the two readers beside each other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clean.csv"
        write_table(path, size_mb)
        print(f"Clean CSV of {path.stat().st_size / 1e6:,.0f} MB")
        runs: dict[str, list[list[float]]] = {"pandas": [], "rondo": []}
        for _ in range(N_ROUNDS):
            for reader, measured in runs.items():
                measured.append(_measured(reader, path))
        medians = {
            reader: [statistics.median(figures) for figures in zip(*read, strict=True)]
            for reader, read in runs.items()
        }
        for reader, (wall, cpu, share) in medians.items():
            print(f"  {reader:7} {wall:6.2f} s, CPU {cpu:6.2f} s, peak {share:4.2f} x")
        pandas, rondo = medians["pandas"], medians["rondo"]
        print(
            f"  ratio   {rondo[0] / pandas[0]:6.2f} (to reach: 1.5), "
            f"CPU {rondo[1] / pandas[1]:6.2f}"
        )


def _measured(reader: str, path: Path) -> list[float]:
    command = [sys.executable, __file__, "--measure", reader, str(path)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return [float(word) for word in out.stdout.split()]


def count_dialects() -> None:
    """Print how many tables of the corpus are read as meant."""
    from core.data import read_table
    from core.errors import DataError
    from tests.dialects import cases

    right, refused, wrong = 0, 0, []
    for case in cases():
        try:
            table = read_table(io.BytesIO(case.content), "t.csv", as_text=True)
        except DataError:
            refused += 1
            continue
        cells = table.frame.to_numpy(dtype=object).tolist()
        found = [[cell.strip() for cell in row] for row in cells]
        meant = [[cell.strip() for cell in row] for row in case.rows]
        names = tuple(table.frame.columns) if table.report.header else None
        same = (found, names) == (meant, case.names)
        right += same
        if not same:
            wrong.append(case.title)
    n_cases = right + refused + len(wrong)
    print(f"Dialects: {right} of {n_cases} as meant, {refused} refused, wrong: {wrong}")


def count_odd_files() -> None:
    """Print how many odd files are read as meant, said to be doubtful, or neither."""
    from tests.data.test_reading_odd_files import is_right, read, says_so
    from tests.odd_files import files

    right, said, silent = 0, 0, []
    for file in files():
        table = read(file)
        if is_right(file, table):
            right += 1
        elif says_so(table):
            said += 1
        else:
            silent.append(file.title)
    print(f"Odd files: {right} as meant, {said} refused or doubted, wrong: {silent}")


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure(*sys.argv[2:])
    elif "--write" in sys.argv:
        write_table(Path(sys.argv[2]), int(sys.argv[3]))
    elif "--upload" in sys.argv:
        measure_upload(int(sys.argv[2]) if len(sys.argv) > 2 else 300)
    else:
        count_dialects()
        count_odd_files()
        compare_speed(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
