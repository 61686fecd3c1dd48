"""How long a page change takes, next to an empty Streamlit application.

    python -m benchmarks.ui [--rounds 10]
    python -m benchmarks.ui --training      # while a job works, see while_training.py
    python -m benchmarks.ui --explore       # a table of a million rows, see explore.py
    python -m benchmarks.ui --sliders       # the sliders of Evaluate, see sliders.py
    python -m benchmarks.ui --monitor       # a million captured rows: monitor_page.py

Starts Rondo with the finished churn example and, beside it, a Streamlit application
of two empty pages; drives both in the same Chromium, turn by turn, and prints for each
the time from the click on a page's link until the new page is painted and at rest. The
ratio of the 95th percentiles is to stay under 3.
"""

import argparse
import tempfile
import textwrap
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.chromium import change, open_browser, serve, serve_rondo, title_of
from benchmarks.explore import measure_explore
from benchmarks.monitor_page import measure_monitor
from benchmarks.sliders import measure_sliders
from benchmarks.while_training import measure_training
from core.settings import Settings
from core.workspace import open_workspace, start_sample

PAGES = ("Explore", "Train", "Evaluate", "Deploy", "Predict", "Monitor", "Home")
PORTS = {"rondo": 8621, "empty": 8622}


def make_empty(folder: Path) -> Path:
    """Write an application whose two pages hold a title and nothing else."""
    for name in ("one", "two"):
        (folder / f"{name}.py").write_text(
            f"import streamlit as st\nst.title('{name.capitalize()}', anchor=False)\n"
        )
    main = folder / "main.py"
    main.write_text(
        textwrap.dedent("""
        import streamlit as st
        pages = [st.Page("one.py", title="One"), st.Page("two.py", title="Two")]
        st.navigation(pages).run()
        """)
    )
    return main


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--explore", action="store_true", help="a million rows")
    parser.add_argument("--sliders", action="store_true", help="those of Evaluate")
    parser.add_argument("--monitor", action="store_true", help="a million rows")
    parser.add_argument("--training", action="store_true", help="while a job works")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    if given.explore:
        measure_explore(given.rows, given.rounds)
        return
    if given.sliders:
        measure_sliders(given.rounds)
        return
    if given.monitor:
        measure_monitor(given.rows, given.rounds)
        return
    if given.training:
        measure_training(given.rounds)
        return
    rounds = given.rounds
    folder = Path(tempfile.mkdtemp(prefix="rondo-ui-"))
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    job = workspace.jobs.wait(start_sample(workspace, "churn"))
    with ExitStack() as stack:
        serve_rondo(stack, settings, PORTS["rondo"])
        serve(stack, make_empty(folder), PORTS["empty"], {})
        times = measure(stack, job.project_id, rounds)
    report(times)


def measure(stack: ExitStack, project: str, rounds: int) -> dict[str, list[float]]:
    """Change pages in both applications, turn by turn."""
    browser = open_browser(stack)
    rondo, empty = browser.new_page(), browser.new_page()
    rondo.goto(f"http://localhost:{PORTS['rondo']}/?project={project}")
    empty.goto(f"http://localhost:{PORTS['empty']}/")
    for page in (rondo, empty):
        page.get_by_test_id("stSidebarNav").wait_for()
        page.wait_for_timeout(5000)
    titles = {link: title_of(rondo, link) for link in PAGES}
    empties = {link: title_of(empty, link) for link in ("Two", "One")}
    times: dict[str, list[float]] = {name: [] for name in (*PAGES, "rondo", "empty")}
    for _ in range(rounds):
        for position, link in enumerate(PAGES):
            took = change(rondo, link, titles[link])
            times[link].append(took)
            times["rondo"].append(took)
            other = ("Two", "One")[position % 2]
            if empty.locator("[data-testid=stMain] h1").inner_text() == empties[other]:
                other = ("One", "Two")[position % 2]
            times["empty"].append(change(empty, other, empties[other]))
    return times


def report(times: dict[str, list[float]]) -> None:
    """Print the quantiles and the ratio."""
    print(f"{'page':<10}{'p50 ms':>9}{'p95 ms':>9}{'n':>5}")
    for name, values in times.items():
        p50, p95 = np.percentile(values, [50, 95])
        print(f"{name:<10}{p50:>9.0f}{p95:>9.0f}{len(values):>5}")
    ratio = np.percentile(times["rondo"], 95) / np.percentile(times["empty"], 95)
    print(f"ratio of p95, Rondo to empty: {ratio:.2f} (to stay under 3)")


if __name__ == "__main__":
    main()
