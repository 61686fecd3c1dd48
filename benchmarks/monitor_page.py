"""How long Monitor takes to open over a million captured rows, in a real Chromium.

    python -m benchmarks.ui --monitor [--rounds 10]

The churn example gets a million captured rows in 50 weekly windows
(`benchmarks.windows`). The page is opened by its link from Explore, and in a new tab by
its address; the time runs until it is painted and at rest, and is to stay under 2 s.
"""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.chromium import AT_REST, change, open_rondo, title_of
from benchmarks.windows import build, fill
from core.settings import Settings
from core.workspace import open_workspace

PORT = 8625
N_WINDOWS = 50


def measure_monitor(n_rows: int, rounds: int) -> None:
    """Print the quantiles over so many captured rows."""
    folder = Path(tempfile.mkdtemp(prefix="rondo-monitor-"))
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    project = build(workspace)
    fill(workspace, project, n_rows, N_WINDOWS)
    workspace.close()
    path = f"monitor?project={project}"
    with ExitStack() as stack:
        page = open_rondo(stack, settings, PORT, path)
        page.wait_for_function(AT_REST, arg="Monitor", timeout=60_000)
        explore, monitor = title_of(page, "Explore"), title_of(page, "Monitor")
        by_link, anew = [], []
        for _ in range(rounds):
            change(page, "Explore", explore)
            by_link.append(change(page, "Monitor", monitor))
            began = time.perf_counter()
            page.goto(f"http://localhost:{PORT}/{path}")
            page.wait_for_function(AT_REST, arg="Monitor", polling=5)
            anew.append((time.perf_counter() - began) * 1000)
    print(f"Monitor over {n_rows:,} captured rows in {N_WINDOWS} windows, ms")
    for name, times in {"by its link": by_link, "as a new session": anew}.items():
        p50, p95 = np.percentile(times, [50, 95])
        print(f"{name:<18}p50 {p50:6.0f}  p95 {p95:6.0f}  (to stay under 2,000)")
