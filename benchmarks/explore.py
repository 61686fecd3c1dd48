"""How long Explore takes to answer on a table of a million rows by twenty columns.

    python -m benchmarks.ui --explore [--rows 1000000] [--rounds 10]

The table is brought in, profiled and split first. Then each interaction is repeated in
a real Chromium: the time from the click until the server's run has ended and the page
is at rest. Each 95th percentile is to stay under a second.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from benchmarks.chromium import open_rondo
from benchmarks.data import mixed_table
from core.data.steps import STEPS
from core.settings import Settings
from core.workspace import open_workspace

COLUMNS = (
    "number 0", "number 1", "number 2", "number 4", "number 5", "count 0", "count 3",
    "count 5", "count 9", "word 0", "word 3", "word 6", "word 8", "flag 0", "flag 1",
    "date 0", "date 1", "id", "code", "y",
)  # fmt: skip
PARTS = ("Table", "Findings", "Columns", "Relations", "Clean", "Split")
IDLE = """() => {
  const state = document.querySelector('[data-testid=stApp]').dataset.testScriptState;
  window.rondoSeen = window.rondoSeen || state === 'running';
  const waited = performance.now() - window.rondoBegan;
  return state === 'notRunning' && (window.rondoSeen || waited > 600);
}"""
BEGIN = "() => { window.rondoSeen = false; window.rondoBegan = performance.now(); }"

Act = Callable[[], None]


def prepare(folder: Path, n_rows: int) -> tuple[Settings, str]:
    """Bring the table in, profile and split it; return the project's id."""
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    project = workspace.projects.create("A million rows")
    cycle = workspace.cycles.current(project.id)
    table = mixed_table(n_rows)[list(COLUMNS)]
    dataset = workspace.data.add_frame(project.id, table, "million.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "y", "binary")
    given = {"dataset_id": dataset.id, "target": "y", "task": "binary"}
    began = time.perf_counter()
    workspace.jobs.wait(workspace.jobs.submit("profile", project.id, given).id)
    print(f"profile, as a job: {time.perf_counter() - began:.1f} s")
    request = {"strategy": "stratified", "fractions": [0.6, 0.2, 0.2]}
    began = time.perf_counter()
    job = workspace.jobs.submit("split", project.id, request, cycle_id=cycle.id)
    workspace.jobs.wait(job.id)
    print(f"split and its diagnosis, as a job: {time.perf_counter() - began:.1f} s")
    workspace.close()
    return settings, project.id


def timed(page: Page, act: Act) -> float:
    """Return the milliseconds from an action until the page is at rest."""
    page.evaluate(BEGIN)
    began = time.perf_counter()
    act()
    page.wait_for_function(IDLE, polling=5, timeout=60_000)
    return (time.perf_counter() - began) * 1000


def choose(page: Page, label: str, option: str) -> Act:
    """Return the choice of an option of a select box; the list is open already."""
    box = page.get_by_label(label, exact=False).first
    box.click()
    box.fill(option)
    found = page.get_by_role("option", name=option, exact=True).first
    found.wait_for()
    return found.click


def interactions(page: Page) -> dict[str, list[float]]:
    """Do each thing once and return how long it took."""
    times: dict[str, list[float]] = {}

    def note(name: str, act: Act) -> None:
        times.setdefault(name, []).append(timed(page, act))

    def part(name: str) -> Act:
        return page.get_by_role("tab", name=name, exact=True).click

    note("Columns", part("Columns"))
    for name in ("number 5", "word 8", "date 1"):
        note("choose a column", choose(page, "One column closely", name))
    note("Relations", part("Relations"))
    note("Findings", part("Findings"))
    rows = page.locator("summary:visible", has_text="Rows").first
    note("rows of a finding", rows.click)
    note("rows of a finding", rows.click)
    note("Clean", part("Clean"))
    title = STEPS["drop_duplicates"].title
    note("choose a step", choose(page, "What to do", title))
    note("Split", part("Split"))
    note("Table", part("Table"))
    return times


def changes(page: Page) -> dict[str, list[float]]:
    """Add a step and take it back; the split is stale after that."""
    page.get_by_role("tab", name="Clean", exact=True).click()
    page.wait_for_timeout(1_000)
    choose(page, "What to do", STEPS["drop_duplicates"].title)()
    page.wait_for_timeout(1_000)
    added = timed(page, page.get_by_role("button", name="Add step").click)
    undo = page.get_by_role("button", name="Undo").first
    undo.wait_for()
    return {"add a step": [added], "undo a step": [timed(page, undo.click)]}


def measure_explore(n_rows: int, rounds: int) -> None:
    """Print the quantiles of every interaction."""
    folder = Path(tempfile.mkdtemp(prefix="rondo-explore-"))
    settings, project = prepare(folder, n_rows)
    times: dict[str, list[float]] = {}
    with ExitStack() as stack:
        page = open_rondo(stack, settings, 8623, f"explore?project={project}")
        page.get_by_role("tab", name="Columns", exact=True).wait_for(timeout=60_000)
        page.wait_for_timeout(4_000)
        first: dict[str, list[float]] = {}
        for act in (interactions, changes):
            first |= act(page)
            for _ in range(rounds):
                page.wait_for_timeout(500)
                for name, values in act(page).items():
                    times.setdefault(name, []).extend(values)
    print(f"{'interaction':<20}{'first ms':>10}{'p50 ms':>9}{'p95 ms':>9}{'n':>5}")
    for name, values in times.items():
        p50, p95 = np.percentile(values, [50, 95])
        once = max(first[name])
        print(f"{name:<20}{once:>10.0f}{p50:>9.0f}{p95:>9.0f}{len(values):>5}")
