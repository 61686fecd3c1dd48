"""What a million outcomes in one upload cost, and whether memory stays flat.

    python -m benchmarks.outcomes [--rows 1000000]

Builds the churn example, copies one captured prediction as often as there are rows, and
takes a CSV of outcomes in: nine in ten are new, one in twenty repeats an earlier one,
one in twenty names no prediction. Prints CPU seconds and the greatest memory of the
process for a tenth of the rows and for all of them, each in a process of its own.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.windows import build, multiply
from core.settings import Settings
from core.workspace import Workspace

SMALL = 10


def write_file(path: Path, n_rows: int) -> tuple[int, int, int]:
    """Write the file; return how many rows are new, repeated and unknown."""
    n_twentieth = n_rows // 20
    n_new = n_rows - 2 * n_twentieth
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["prediction_id", "outcome"])
        out.writerows((f"{i:032x}", "no" if i % 3 else "yes") for i in range(n_new))
        out.writerows(
            (f"{i:032x}", "no" if i % 3 else "yes") for i in range(n_twentieth)
        )
        out.writerows((f"{i:032x}", "no") for i in range(10**9, 10**9 + n_twentieth))
    return n_new, n_twentieth, n_twentieth


def measure(n_rows: int) -> None:
    """Take one file in, and print what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace = Workspace(Settings(home=home / "home", models=home / "models"))
        project = build(workspace)
        number = workspace.registry.champion(project) or 1
        multiply(workspace, project, n_rows, 50)
        expected = write_file(home / "outcomes.csv", n_rows)
        files = workspace.outcome_files
        with (home / "outcomes.csv").open("rb") as upload:
            batch_id = files.batches.bring(project, upload)
        job = workspace.jobs.submit("ping", project, {})
        workspace.jobs.cancel(job.id)
        job = workspace.jobs.get(job.id)
        job.arguments.update(number=number, batch_id=batch_id)
        before = resource.getrusage(resource.RUSAGE_SELF)
        found = files.execute(job, lambda *_: None)
        after = resource.getrusage(resource.RUSAGE_SELF)
        seconds = (after.ru_utime + after.ru_stime) - (
            before.ru_utime + before.ru_stime
        )
        counted = (found["n_added"], found["n_repeated"], found["n_unknown"])
        exact = "exact" if counted == expected else f"WRONG, {counted} for {expected}"
        print(
            f"{n_rows:>9,} rows: {seconds:6.1f} CPU s, "
            f"{after.ru_maxrss / 1024:,.0f} MB at most, counts {exact}"
        )
        workspace.close()


def main() -> None:
    """Measure a tenth of the rows and all of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--one", type=int)
    given = parser.parse_args()
    if given.one:
        measure(given.one)
        return
    for n_rows in (given.rows // SMALL, given.rows):
        command = [sys.executable, "-m", "benchmarks.outcomes", "--one", str(n_rows)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
