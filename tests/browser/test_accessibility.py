"""Every page passes axe, light and dark, but for what Streamlit itself leaves."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from core.settings import Settings
from core.workspace import open_workspace, start_sample
from tests.browser.conftest import Server, settled

pytestmark = pytest.mark.browser

PARTS = {
    "": (),
    "explore": ("Table", "Findings", "Columns", "Relations", "Clean", "Split"),
    "train": (),
    "evaluate": ("ROC and PR", "Calibration", "Importance"),
    "deploy": ("Call it", "History"),
    "predict": ("A whole file", "Recent answers"),
    "monitor": ("Predictions", "Outcomes", "Alarms", "Next cycle"),
}

# Streamlit's own, which no option of it changes: rule, and where it is met.
ALLOWED = {
    # The table that a dataframe gives to screen readers has an empty head over its
    # row numbers.
    ("empty-table-header", "[data-testid=stDataFrame] th[aria-colindex='1']"),
    # The drop zone of an upload is a presentation that has a name.
    ("presentation-role-conflict", "[data-testid=stFileUploaderDropzone]"),
}
# In dark mode Streamlit paints these words in the primary colour, which has to carry
# white words on buttons as well: no colour is far enough from both.
ALLOWED_DARK = {
    ("color-contrast", "[data-testid=stSliderThumbValue]"),
    ("color-contrast", "[data-variant=segmented_control][data-selected=true]"),
}


@pytest.fixture(scope="module")
def project(server: Server) -> str:
    """The finished churn sample, built beside the server."""
    folder = server.folder
    settings = Settings(home=folder / "workspace", models=folder / "models")
    workspace = open_workspace(settings)
    job = workspace.jobs.wait(start_sample(workspace, "churn"), 300)
    workspace.close()
    assert job.state == "done"
    assert job.project_id is not None
    return job.project_id


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser, scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1360, "height": 1800},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def violations(page: Page, scheme: str) -> list[str]:
    """Return what axe finds and is not Streamlit's, one line an element."""
    allowed = ALLOWED | (ALLOWED_DARK if scheme == "dark" else set())
    found = []
    for violation in Axe().run(page).response["violations"]:
        rule = violation["id"]
        for node in violation["nodes"]:
            (place,) = node["target"]
            places = [selector for known, selector in allowed if known == rule]
            if not any(is_within(page, place, selector) for selector in places):
                found.append(f"{rule}: {place} {node['html'][:200]}")
    return found


def is_within(page: Page, place: str, selector: str) -> bool:
    """Tell whether the element at a place, or one around it, fits a selector."""
    return bool(
        page.evaluate(
            "([place, selector]) => !!document.querySelector(place).closest(selector)",
            [place, selector],
        )
    )


@pytest.mark.parametrize("name", PARTS)
def test_a_page_has_no_fault_of_ours(
    page: Page, server: Server, project: str, scheme: str, name: str
):
    page.goto(f"{server.url}/{name}?project={project}")
    settled(page, quiet_ms=600)
    found = violations(page, scheme)
    for part in PARTS[name]:
        page.get_by_role("tab", name=part, exact=True).click()
        settled(page, quiet_ms=600)
        found += violations(page, scheme)
    assert found == []


def test_the_first_visit_has_no_fault_of_ours(page: Page, server: Server, scheme: str):
    page.goto(server.url)
    settled(page, quiet_ms=600)
    assert violations(page, scheme) == []
