"""How long the Evaluate page takes to follow a slider, once it has computed.

    python -m benchmarks.ui --sliders [--rounds 20]

The finished churn example is opened in a real Chromium. Each slider (and the steps of
the table of money) is moved by a key; the time runs from the key until the last change
of the page, as an observer of its document sees it. Each 95th percentile is to stay
under 300 ms.
"""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page

from benchmarks.chromium import open_rondo
from core.settings import Settings
from core.workspace import open_workspace, start_sample

PORT = 8624
WATCH = """() => {
  window.rondo = {began: 0, last: 0, ran: false};
  new MutationObserver((seen) => {
    for (const one of seen) {
      if (one.attributeName === 'data-test-script-state') {
        window.rondo.ran = true;
      } else if (one.target.nodeType !== 1 || !one.target.closest('[role=slider]')) {
        window.rondo.last = performance.now();
      }
    }
  }).observe(document.querySelector('[data-testid=stApp]').parentNode, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  for (const act of ['keydown', 'click']) {
    document.addEventListener(act, () => {
      window.rondo.began = performance.now();
      window.rondo.ran = false;
    }, true);
  }
}"""
STILL = """(wait) => {
  const app = document.querySelector('[data-testid=stApp]');
  const quiet = performance.now() - Math.max(window.rondo.last, window.rondo.began);
  // A short run may begin and end within one painting: then its state never shows.
  return app.dataset.testScriptState === 'notRunning'
    && quiet > (window.rondo.ran ? wait : 2 * wait);
}"""


def moved(page: Page, widget: Locator, key: str) -> float:
    """Return the milliseconds from a key until the page stands still."""
    widget.focus()
    widget.press(key)
    page.wait_for_function(STILL, arg=500, polling=20, timeout=30_000)
    took: float = page.evaluate("() => window.rondo.last - window.rondo.began")
    return took


def come_to_rest(page: Page, choice: Locator) -> None:
    """Click, and wait until the page has run and nothing has moved for a second."""
    choice.click()
    page.wait_for_function(STILL, arg=1_500, polling=50, timeout=60_000)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box, and wait until the page stands still."""
    page.get_by_label(label, exact=False).first.click()
    come_to_rest(page, page.get_by_role("option", name=option, exact=True).first)


def open_tab(page: Page, name: str) -> None:
    """Open one of the sections of Evaluate."""
    come_to_rest(page, page.get_by_role("tab", name=name, exact=True).first)


def follow(page: Page, widget: Locator, rounds: int) -> list[float]:
    """Move a widget there and back; the first time is not counted."""
    moved(page, widget, "ArrowRight")
    times = []
    for turn in range(rounds):
        times.append(moved(page, widget, ("ArrowRight", "ArrowLeft")[turn % 2]))
        time.sleep(0.1)
    return times


def follow_money(page: Page, rounds: int) -> list[float]:
    """Step the worth of a found row up and down."""
    field = page.get_by_label("Flagged, and", exact=False).first
    keys = ["ArrowUp", "ArrowDown"] * rounds
    return [moved(page, field, key) for key in keys[: rounds + 1]][1:]


def decide(page: Page, rounds: int) -> dict[str, list[float]]:
    """Move every slider of the section Decision."""
    open_tab(page, "Decision")
    found = {}
    for way in ("How many can be handled", "A precision", "By hand"):
        choose(page, "Choose it by", way)
        found[way] = follow(page, page.get_by_role("slider").first, rounds)
    choose(page, "Choose it by", "Money")
    found["Money"] = follow_money(page, rounds)
    return found


def stress(page: Page, rounds: int) -> dict[str, list[float]]:
    """Move the sliders of the section Stress."""
    open_tab(page, "Stress")
    choose(page, "Column", "tenure_months")
    found = {}
    for kind in ("Shifted", "Scaled", "Values go missing"):
        choose(page, "What happens to it", kind)
        page.get_by_role("slider").first.wait_for()
        found[kind] = follow(page, page.get_by_role("slider").first, rounds)
    return found


def measure_sliders(rounds: int) -> None:
    """Print the quantiles of every slider."""
    folder = Path(tempfile.mkdtemp(prefix="rondo-sliders-"))
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    project = workspace.jobs.wait(start_sample(workspace, "churn")).project_id
    with ExitStack() as stack:
        path = f"evaluate?project={project}"
        report_sliders(open_rondo(stack, settings, PORT, path), rounds)


def report_sliders(page: Page, rounds: int) -> None:
    """Print the quantiles of every slider of an open Evaluate page."""
    page.get_by_role("tab", name="Decision", exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(4_000)
    page.evaluate(WATCH)
    times = decide(page, rounds) | stress(page, rounds)
    print(f"{'slider':<26}{'p50 ms':>9}{'p95 ms':>9}{'n':>5}")
    for name, values in times.items():
        p50, p95 = np.percentile(values, [50, 95])
        far = "  *" if p95 >= 300 else ""
        print(f"{name:<26}{p50:>9.0f}{p95:>9.0f}{len(values):>5}{far}")
    print("each p95 is to stay under 300 ms")
