"""Whether monitoring reaches its goals: alarms for nothing, power, cost, estimates.

One command a figure; each prints figure, interval, draws, goal, and whether it is met::

    python -m benchmarks.monitoring false --draws 400 --large 60   # 300 to 300,000 rows
    python -m benchmarks.monitoring variation --draws 200          # wandering batches
    python -m benchmarks.monitoring power --draws 200              # planted changes
    python -m benchmarks.monitoring cost --peers PEERS             # beside Evidently
    python -m benchmarks.monitoring performance --peers PEERS      # beside NannyML
    python -m benchmarks.monitoring harm --draws 20
    python -m benchmarks.monitoring page                           # a million rows

PEERS is a folder with one virtual environment for each tool: ``evidently`` (with
pyarrow and pandas below 3) and ``nannyml`` (with statsmodels). Neither is a dependency
of Rondo. The closed loop has a program of its own, ``benchmarks.closed_loop``.
"""

import argparse
import resource
from pathlib import Path

from benchmarks.drifting import false_alarms, power, variation
from benchmarks.estimating import estimates
from benchmarks.harming import harm
from benchmarks.monitoring_cost import cost
from benchmarks.windows import measure_page
from core.modeling.threads import one_thread

WHAT = ("false", "variation", "power", "cost", "performance", "harm", "page")


def measure(what: str, given: argparse.Namespace) -> None:
    """Run one command."""
    if what == "false":
        false_alarms(given.draws, given.large, given.seed)
    elif what == "variation":
        variation(given.draws, given.seed)
    elif what == "power":
        power(given.draws, given.seed)
    elif what == "cost":
        cost(given.rows, given.seed, given.peers)
    elif what == "performance":
        estimates(given.draws, given.seed, given.peers)
    elif what == "harm":
        harm(given.draws, given.seed)
    else:
        measure_page(given.rows, given.windows, given.built)


def main() -> None:
    """Read the command line and measure."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("what", choices=WHAT, nargs="+")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--large", type=int, default=10, help="draws over 100,000 rows")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--windows", type=int, default=50, help="of page")
    parser.add_argument("--built", type=Path, help="of page: see benchmarks.windows")
    parser.add_argument("--peers", type=Path)
    given = parser.parse_args()
    for what in given.what:
        with one_thread():
            measure(what, given)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print(f"({usage.ru_utime + usage.ru_stime:.0f} CPU s so far)\n")


if __name__ == "__main__":
    main()
