"""A real server and a real Chromium, as a person would have them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.deployment.callers import free_port
from tests.servers import wait_until_up

expect.set_options(timeout=30_000)  # a page of a busy machine takes its time
ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
]


def find_chromium() -> str | None:
    """Return the system's Chromium; None leaves the choice to Playwright."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = [path for name in NAMES if (path := shutil.which(name))]
    return found[0] if found else None


@dataclass
class Server:
    """The application, started as its README says."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> "Server":
        environment = {
            **os.environ,
            "RONDO_HOME": str(self.folder / "workspace"),
            "RONDO_MODELS": str(self.folder / "models"),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "streamlit",
                    "run",
                    "app.py",
                    "--server.port",
                    str(self.port),
                ],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_up(f"{self.url}/_stcore/health")
        return self

    def kill(self) -> None:
        """End the server as a power cut would; its jobs have sessions of their own."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for a module; its log must be free of faults at the end."""
    running = Server(tmp_path_factory.mktemp("server"), free_port()).start()
    yield running
    running.stop()
    faults = [
        line
        for line in running.log.read_text("utf-8", "replace").splitlines()
        if "Traceback" in line or "unhandled [" in line or "deprecat" in line.lower()
    ]
    assert faults == [], running.log.read_text("utf-8", "replace")[-6000:]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS
        )
        yield launched
        launched.close()


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[Page]:
    """A fresh tab on the server, which notes every address asked for outside it."""
    context = browser.new_context(
        viewport={"width": 1360, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    outside: list[str] = []
    page.on(
        "request",
        lambda request: (
            outside.append(request.url)
            if not request.url.startswith((server.url, "data:", "blob:"))
            else None
        ),
    )
    yield page
    context.close()
    assert outside == [], "the pages asked for addresses outside this machine"


def settled(page: Page, quiet_ms: int = 200, timeout_s: float = 60) -> None:
    """Wait until the page has run and stayed still; fail on an exception box."""
    deadline = time.monotonic() + timeout_s
    quiet_since = None
    while True:
        app = page.locator("[data-testid=stApp]")
        still = (
            app.count() == 1
            and app.get_attribute("data-test-connection-state") == "CONNECTED"
            and app.get_attribute("data-test-script-state") == "notRunning"
        )
        now = time.monotonic()
        quiet_since = (quiet_since or now) if still else None
        if quiet_since is not None and now - quiet_since > quiet_ms / 1000:
            break
        assert now < deadline, "the page did not come to rest"
        page.wait_for_timeout(40)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_text("This step met a fault in Rondo").count() == 0


def shoot(page: Page, name: str) -> None:
    """Keep pictures of a page: light and dark, wide and narrow, whole length."""
    SCREENSHOTS.mkdir(exist_ok=True)
    before = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for label, width in (("wide", 1360), ("narrow", 420)):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(150)
            height = page.evaluate(
                "() => { const m = document.querySelector('[data-testid=stMain]');"
                " return m ? m.scrollHeight : 900 }"
            )
            page.set_viewport_size(
                {"width": width, "height": max(900, min(int(height) + 40, 6000))}
            )
            page.wait_for_timeout(400)
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{label}.png")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if before:
        page.set_viewport_size(before)
