"""How long a page change takes while a training job works, next to an idle server.

    python -m benchmarks.ui --training [--rounds 10]

The same page changes in the same Chromium: with an idle server, while a run of two
candidates at a time works on 20,000 rows, and with an idle server once more, because a
machine may get slower meanwhile. The 95th percentile while training is to stay within
twice that of the idle server.
"""

import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from benchmarks.chromium import change, open_browser, serve_rondo, title_of
from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import Workspace, open_workspace

PAGES = ("Explore", "Train", "Home")
PORT = 8641
N_ROWS = 20_000
LONG_S = 3_600.0


def measure_training(rounds: int) -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="rondo-while-"))
    settings = Settings(
        home=folder / "workspace", models=folder / "models", job_threads=2
    )
    workspace = open_workspace(settings)
    cycle_id, project_id = _split_table(workspace)
    with ExitStack() as stack:
        serve_rondo(stack, settings, PORT, RONDO_JOB_THREADS="2")
        page = _open(stack, project_id)
        titles = {link: title_of(page, link) for link in PAGES}
        before = _rounds(page, titles, rounds)
        plan = TrainingPlan("y", budget_s=LONG_S, n_jobs=2, whole_budget=True)
        job = workspace.training.start(cycle_id, plan)
        stack.callback(workspace.jobs.cancel, job.id)
        _wait_for_candidates(workspace, job.id)
        during = _rounds(page, titles, rounds)
        assert workspace.jobs.get(job.id).is_active
        workspace.jobs.cancel(job.id)
        after = _rounds(page, titles, rounds)
    report(before, during, after)


def _split_table(workspace: Workspace) -> tuple[str, str]:
    project = workspace.projects.create("While training")
    cycle = workspace.cycles.current(project.id)
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(N_ROWS, 20))).add_prefix("x")
    score = table["x0"] * table["x1"] + rng.normal(size=N_ROWS)
    table["y"] = np.where(score > 0, "yes", "no")
    dataset = workspace.data.add_frame(project.id, table, "table.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "y", "binary")
    workspace.data.split(cycle.id)
    return cycle.id, project.id


def _open(stack: ExitStack, project_id: str) -> Page:
    page = open_browser(stack).new_page()
    page.goto(f"http://localhost:{PORT}/?project={project_id}")
    page.get_by_test_id("stSidebarNav").wait_for()
    page.wait_for_timeout(5_000)
    return page


def _wait_for_candidates(workspace: Workspace, job_id: str, n_wanted: int = 3) -> None:
    """Wait until the run has some candidates to show, and its workers are at work."""
    while len(workspace.jobs.get(job_id).detail.get("leaderboard", [])) < n_wanted:
        assert workspace.jobs.get(job_id).is_active
        time.sleep(0.5)


def _rounds(page: Page, titles: dict[str, str], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {link: [] for link in PAGES}
    for _ in range(rounds):
        for link in PAGES:
            times[link].append(change(page, link, titles[link]))
    return times


def report(*runs: dict[str, list[float]]) -> None:
    """Print the quantiles of each page and the ratio of the 95th percentiles."""
    names = ("idle", "training", "idle again")
    print(f"{'page':<10}" + "".join(f"{name + ' p50, p95':>22}" for name in names))
    for link in PAGES:
        cells = (np.percentile(times[link], [50, 95]) for times in runs)
        print(f"{link:<10}" + "".join(f"{p50:>13.0f}{p95:>9.0f}" for p50, p95 in cells))
    whole = [np.concatenate(list(times.values())) for times in runs]
    idle = np.percentile(np.concatenate([whole[0], whole[2]]), 95)
    ratio = np.percentile(whole[1], 95) / idle
    load = os.getloadavg()[0]
    print(f"p95 while training: {ratio:.2f} of idle (to stay under 2); load {load:.1f}")
