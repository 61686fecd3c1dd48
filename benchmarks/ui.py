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
import os
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.explore import measure_explore
from benchmarks.monitor_page import measure_monitor
from benchmarks.sliders import measure_sliders
from benchmarks.while_training import measure_training
from core.settings import Settings
from core.workspace import open_workspace, start_sample

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("Explore", "Train", "Evaluate", "Deploy", "Predict", "Monitor", "Home")
PORTS = {"rondo": 8621, "empty": 8622}
AT_REST = """(title) => {
  const app = document.querySelector('[data-testid=stApp]');
  const head = document.querySelector('[data-testid=stMain] h1');
  return app.dataset.testScriptState === 'notRunning' && head
    && head.innerText.trim() === title;
}"""


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


def serve(
    stack: ExitStack, script: Path, port: int, environment: dict[str, str]
) -> None:
    """Start a server and wait until it answers."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(script),
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=script.parent,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def change(page: Page, link: str, title: str) -> float:
    """Click a page's link and return the milliseconds until it is at rest."""
    anchor = page.get_by_test_id("stSidebarNav").get_by_role("link", name=link)
    began = time.perf_counter()
    anchor.click()
    page.wait_for_function(AT_REST, arg=title, polling=5)
    return (time.perf_counter() - began) * 1000


def title_of(page: Page, link: str) -> str:
    """Go to a page once and return its heading."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=link).click()
    page.wait_for_timeout(4000)
    return page.locator("[data-testid=stMain] h1").first.inner_text().strip()


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
        measure_explore(serve, ROOT, given.rows, given.rounds)
        return
    if given.sliders:
        measure_sliders(serve, ROOT, given.rounds)
        return
    if given.monitor:
        measure_monitor(serve, change, title_of, ROOT, (given.rows, given.rounds))
        return
    if given.training:
        measure_training(serve, change, title_of, ROOT, given.rounds)
        return
    rounds = given.rounds
    folder = Path(tempfile.mkdtemp(prefix="rondo-ui-"))
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    job = workspace.jobs.wait(start_sample(workspace, "churn"))
    environment = {
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
    }
    with ExitStack() as stack:
        serve(stack, ROOT / "app.py", PORTS["rondo"], environment)
        serve(stack, make_empty(folder), PORTS["empty"], {})
        times = measure(stack, job.project_id, rounds)
    report(times)


def measure(stack: ExitStack, project: str, rounds: int) -> dict[str, list[float]]:
    """Change pages in both applications, turn by turn."""
    from tests.browser.conftest import FLAGS, find_chromium

    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
    stack.callback(browser.close)
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
