"""How long Monitor takes to open over a million captured rows in 50 windows.

    python -m benchmarks.monitoring page

Builds the churn example, multiplies its captured predictions in the database to a
million over 50 weeks, gives each week the summary of a real window, and times what the
page asks for: what is due, all summaries, one window's report; then the page itself,
without a browser (`python -m benchmarks.ui --monitor` opens it in one).
"""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from benchmarks.goals import print_line
from core.settings import Settings, get_settings
from core.storage.tables import windows
from core.workspace import Workspace, open_workspace
from core.workspace.samples import build_sample
from core.workspace.window_rows import Track, WindowRows

ROUTER = Path(__file__).parents[1] / "pages" / "router.py"


def build(workspace: Workspace) -> str:
    """Build the example and return its project."""
    project = workspace.projects.create("Churn")
    build_sample(workspace, project.id, "churn", on_progress=lambda *_: None)
    return project.id


def multiply(workspace: Workspace, project: str, n_rows: int, n_windows: int) -> None:
    """Copy one captured prediction many times, evenly over weeks."""
    with workspace.database.begin() as connection:
        connection.execute(
            text(
                "WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k "
                "WHERE i + 1 < :n) INSERT INTO predictions (id, project_id, version, "
                "at, source, inputs, output, threshold, latency_ms, warnings) "
                "SELECT printf('%032x', i), project_id, version, "
                "datetime('2020-01-06', '+' || (i * 7 * 86400 * :w / :n) || "
                "' seconds') || '.000000', source, inputs, output, threshold, 1.0, "
                "warnings FROM k, (SELECT * FROM predictions WHERE project_id = :p "
                "LIMIT 1)"
            ),
            {"n": n_rows, "w": n_windows, "p": project},
        )


def summarise(workspace: Workspace, project: str, period_of: Track) -> None:
    """Give every week that has no summary that of a real one."""
    kept = workspace.monitoring.windows
    rows = WindowRows(workspace.database)
    (model, *_) = kept.list(project, period_of.number, "week")[-2:]
    detail = rows.detail(period_of, model.start)
    due, mark = rows.due(period_of)
    with workspace.database.begin() as connection:
        for each in due:
            moved = model.to_dict() | {
                "label": each.label,
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
                "n_rows": each.n_rows,
            }
            connection.execute(
                windows.insert().values(
                    project_id=project,
                    version=period_of.number,
                    period="week",
                    start=each.start,
                    end=each.start + timedelta(weeks=1),
                    revision=1,
                    judged=1,
                    n_rows=each.n_rows,
                    n_labels=0,
                    outcome_mark=mark,
                    summary=moved,
                    detail=detail,
                )
            )


def fill(workspace: Workspace, project: str, n_rows: int, n_windows: int) -> None:
    """Give a project so many captured rows in so many weeks, summarised and judged."""
    watch = workspace.alarms.watch(project)
    workspace.alarms.save_watch(project, type(watch)(period="week"))
    workspace.monitoring.windows.bring_up_to_date(project, 1, "week")
    workspace.alarms.judge(project, 1)
    multiply(workspace, project, n_rows, n_windows)
    summarise(workspace, project, Track(project, 1, "week"))


def timed(
    what: str, ask: Callable[[], object], *, n_times: int = 1, most: float | None = None
) -> None:
    """Print the time of a call, and of the first one, which imports what it needs."""
    begun = time.perf_counter()
    ask()
    print_line(f"{what}, the first, s", time.perf_counter() - begun)
    walls, cpus = [], []
    for _ in range(n_times):
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
    ends = (min(walls), max(walls))
    print_line(f"{what}, s", float(np.median(walls)), ends, n=n_times, most=most)
    print_line("    CPU s", float(np.median(cpus)), n=n_times)


def open_page(project: str) -> None:
    """Open the page as a new session of a running server does."""
    page = AppTest.from_file(str(ROUTER), default_timeout=120)
    page.session_state["project"] = project
    page.switch_page("monitor.py")
    page.run()
    assert not page.exception
    assert [each.value for each in page.title] == ["Monitor"]


def measure_page(n_rows: int, n_windows: int, built: Path | None) -> None:
    """Print how long the page, and what it asks for, take.

    Parameters
    ----------
    n_rows, n_windows : int
        Captured rows, and the weeks they fall in.
    built : Path or None
        A folder with ``w`` and ``m`` where the example was built before.
    """
    logging.disable(logging.WARNING)  # that there is no browser
    folder = Path(tempfile.mkdtemp())
    if built:
        shutil.copytree(built, folder, dirs_exist_ok=True)
    os.environ |= {"RONDO_HOME": str(folder / "w"), "RONDO_MODELS": str(folder / "m")}
    get_settings.cache_clear()
    workspace = open_workspace(Settings())
    project = "churn" if built else build(workspace)
    fill(workspace, project, n_rows, n_windows)
    kept = workspace.monitoring.windows
    start = kept.list(project, 1, "week")[0].start
    print(f"Page: {n_rows:,} captured rows in {n_windows} windows")
    timed("what is due", lambda: kept.due(project, 1, "week"))
    timed("all summaries", lambda: kept.list(project, 1, "week"))
    timed("one report", lambda: kept.report(project, 1, "week", start))
    timed("Monitor, a new session", lambda: open_page(project), n_times=5, most=2.0)
    workspace.close()
    shutil.rmtree(folder)
