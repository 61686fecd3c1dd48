"""Make the pictures of the user guide: python docs/make_images.py.

Starts Rondo on a temporary workspace with the finished churn sample, opens each page
in Chromium at 1280 px in light mode, and writes docs/images/<page>.png.
"""

import argparse
import io
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.settings import Settings  # noqa: E402
from core.workspace import open_workspace, start_sample  # noqa: E402
from pages.shared.navigation import INFO  # noqa: E402
from tests.browser.conftest import (  # noqa: E402
    FLAGS,
    Server,
    find_chromium,
    free_port,
    settled,
)

WIDTH, TALL, MARGIN, N_COLOURS = 1280, 2600, 12, 256
BUILD_TIMEOUT_S = 300.0
WHO = "ada"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shot:
    """What a picture shows of a page.

    Attributes
    ----------
    prepare : callable
        Brings the page into the state to show.
    last : callable
        The elements that the picture ends below.
    """

    prepare: Callable[[Page], None]
    last: Callable[[Page], Locator]


def _as_it_opens(page: Page) -> None:
    settled(page)


def _one_column(page: Page) -> None:
    page.get_by_role("tab", name="Columns", exact=True).click()
    settled(page)
    chosen = page.get_by_role("combobox", name="One column closely")
    chosen.fill("tenure_months")
    chosen.press("Enter")
    chosen.blur()
    expect(page.get_by_text("tenure_months · whole number")).to_be_visible()


def _ask(page: Page) -> None:
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.get_by_text("kept under this id")).to_be_visible()


def _captions(page: Page) -> Locator:
    """Return the lines below charts that say how to read them."""
    return page.locator(
        "[data-testid=stElementContainer]:has([data-testid=stPlotlyChart])"
        " + [data-testid=stElementContainer]"
    )


SHOTS = {
    "home": Shot(_as_it_opens, lambda page: _captions(page)),
    "explore": Shot(_one_column, lambda page: _captions(page)),
    "train": Shot(_as_it_opens, lambda page: page.get_by_test_id("stDataFrame")),
    "evaluate": Shot(_as_it_opens, lambda page: page.get_by_test_id("stDataFrame")),
    "deploy": Shot(
        _as_it_opens, lambda page: page.get_by_text("Model card", exact=True)
    ),
    "predict": Shot(_ask, lambda page: page.get_by_test_id("stForm")),
    "monitor": Shot(_as_it_opens, lambda page: _captions(page)),
}


def build_sample(folder: Path) -> str:
    """Build the finished churn sample in a folder and return its project's id."""
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    job = workspace.jobs.wait(start_sample(workspace, "churn"), BUILD_TIMEOUT_S)
    workspace.close()
    return job.project_id


def picture(page: Page, last: Locator) -> bytes:
    """Return a PNG of the page from its top to the end of some elements."""
    page.wait_for_timeout(600)
    boxes = [box for each in last.all() if (box := each.bounding_box())]
    if not boxes:
        raise RuntimeError(f"not on the page: {last}")
    height = max(box["y"] + box["height"] for box in boxes) + MARGIN
    clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": min(height, TALL)}
    return page.screenshot(clip=clip)  # type: ignore[arg-type]  # a typed dict


def write_small(png: bytes, path: Path) -> int:
    """Write a PNG with few colours, and return its size in bytes."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(N_COLOURS, kmeans=2, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path.stat().st_size


def make_images(target: Path, names: Sequence[str]) -> None:
    """Write the pictures of these pages into a folder."""
    os.environ["LOGNAME"] = WHO  # stands in the picture as who decides
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        project = build_sample(folder)
        server = Server(folder, free_port()).start()
        try:
            _shoot_pages(server.url, project, target, names)
        finally:
            server.stop()


def _shoot_pages(url: str, project: str, target: Path, names: Sequence[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": TALL},
            color_scheme="light",
            reduced_motion="reduce",
        )
        for name in names:
            path = "" if name == "home" else name
            page.goto(f"{url}/{path}?project={project}")
            settled(page)
            SHOTS[name].prepare(page)
            settled(page, quiet_ms=600)
            png = picture(page, SHOTS[name].last(page))
            size = write_small(png, target / f"{name}.png")
            log.info("%s.png, %d kB", name, size // 1000)
        browser.close()


def main() -> None:
    """Make the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--target", type=Path, default=ROOT / "docs" / "images", help="folder"
    )
    parser.add_argument(
        "--page", action="append", choices=list(INFO), help="only this one (repeatable)"
    )
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    make_images(given.target, given.page or list(INFO))


if __name__ == "__main__":
    main()
