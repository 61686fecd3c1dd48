"""Rondo's pages in a real Chromium, for the benchmarks that time them."""

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
AT_REST = """(title) => {
  const app = document.querySelector('[data-testid=stApp]');
  const head = document.querySelector('[data-testid=stMain] h1');
  return app && app.dataset.testScriptState === 'notRunning' && head
    && head.innerText.trim() === title;
}"""
"""Whether the page of this title is painted and at rest."""


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


def serve_rondo(
    stack: ExitStack, settings: Settings, port: int, **variables: str
) -> None:
    """Start Rondo on the workspace of these settings."""
    places = {"RONDO_HOME": str(settings.home), "RONDO_MODELS": str(settings.models)}
    serve(stack, ROOT / "app.py", port, places | variables)


def open_browser(stack: ExitStack) -> Browser:
    """Start the Chromium of the tests."""
    from tests.browser.conftest import FLAGS, find_chromium

    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
    stack.callback(browser.close)
    return browser


def open_rondo(stack: ExitStack, settings: Settings, port: int, path: str) -> Page:
    """Start Rondo and open one of its pages, as wide as a desk's screen."""
    serve_rondo(stack, settings, port)
    page = open_browser(stack).new_page(viewport={"width": 1360, "height": 1000})
    page.goto(f"http://localhost:{port}/{path}")
    return page
