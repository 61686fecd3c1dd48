"""How long Monitor takes to open over a million captured rows, in a real Chromium.

    python -m benchmarks.ui --monitor [--rounds 10]

The churn example gets a million captured rows in 50 weekly windows
(`benchmarks.windows`). The page is opened by its link from Explore, and in a new tab by
its address; the time runs until it is painted and at rest, and is to stay under 2 s.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.windows import build, fill
from core.settings import Settings
from core.workspace import open_workspace

PORT = 8625
N_WINDOWS = 50
AT_REST = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const head = document.querySelector('[data-testid=stMain] h1');
  return app && app.dataset.testScriptState === 'notRunning' && head
    && head.innerText.trim() === 'Monitor';
}"""


def measure_monitor(
    serve: Callable[..., None],
    change: Callable[[Page, str, str], float],
    title_of: Callable[[Page, str], str],
    root: Path,
    given: tuple[int, int],
) -> None:
    """Print the quantiles; `given` are the captured rows and the rounds."""
    from tests.browser.conftest import FLAGS, find_chromium

    n_rows, rounds = given
    folder = Path(tempfile.mkdtemp(prefix="rondo-monitor-"))
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    project = build(workspace)
    fill(workspace, project, n_rows, N_WINDOWS)
    workspace.close()
    environment = {
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
    }
    address = f"http://localhost:{PORT}/monitor?project={project}"
    with ExitStack() as stack:
        serve(stack, root / "app.py", PORT, environment)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS
        )
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": 1360, "height": 1000})
        page.goto(address)
        page.wait_for_function(AT_REST, timeout=60_000)
        explore, monitor = title_of(page, "Explore"), title_of(page, "Monitor")
        by_link, anew = [], []
        for _ in range(rounds):
            change(page, "Explore", explore)
            by_link.append(change(page, "Monitor", monitor))
            began = time.perf_counter()
            page.goto(address)
            page.wait_for_function(AT_REST, polling=5)
            anew.append((time.perf_counter() - began) * 1000)
    print(f"Monitor over {n_rows:,} captured rows in {N_WINDOWS} windows, ms")
    for name, times in {"by its link": by_link, "as a new session": anew}.items():
        p50, p95 = np.percentile(times, [50, 95])
        print(f"{name:<18}p50 {p50:6.0f}  p95 {p95:6.0f}  (to stay under 2,000)")
