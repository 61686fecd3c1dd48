"""Two people in one project at once, and a table of 200 MB."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import Cycle, Workspace
from tests.bad_input import large_csv, table
from tests.browser.conftest import Server, settled

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


@pytest.fixture
def workspace(server: Server) -> Iterator[Workspace]:
    """The same workspace as the server's, seen from beside it."""
    opened = Workspace(
        Settings(home=server.folder / "workspace", models=server.folder / "models")
    )
    yield opened
    opened.close()


@pytest.fixture
def split_cycle(workspace: Workspace) -> Cycle:
    project = workspace.projects.create("Two of us")
    cycle = workspace.cycles.current(project.id)
    content = io.BytesIO(table(600))
    dataset = workspace.data.import_table(project.id, content, "fees.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "churn", "binary")
    workspace.data.split(cycle.id)
    return workspace.cycles.get(cycle.id)


@pytest.fixture
def two(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Two browsers that share nothing: no cookie, no storage."""
    contexts: list[BrowserContext] = []
    pages = []
    for _ in range(2):
        context = browser.new_context(
            viewport={"width": 1360, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        pages.append(context.new_page())
    yield pages[0], pages[1]
    for context in contexts:
        context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_one_changes_the_target_while_the_other_trains(
    two: tuple[Page, Page], server: Server, workspace: Workspace, split_cycle: Cycle
):
    ada, ben = two
    query = f"?project={split_cycle.project_id}"
    ada.goto(f"{server.url}/train{query}")
    ben.goto(f"{server.url}/explore{query}")
    settled(ada)
    settled(ben)
    press(ada, "Train")
    stop = ada.get_by_role("button", name="Stop and keep what is done")
    expect(stop).to_be_visible(timeout=PATIENCE_MS)

    ben.get_by_test_id("stPopoverButton").first.click()
    ben.get_by_role("combobox", name="Column to predict").click()
    ben.get_by_role("option", name="plan", exact=True).click()
    settled(ben)
    press(ben, "Predict this")
    expect(ben.get_by_text("Predicting plan")).to_be_visible(timeout=PATIENCE_MS)
    settled(ben)

    stop.click()
    expect(ada.get_by_text("have changed since the split was made")).to_be_visible(
        timeout=PATIENCE_MS
    )
    settled(ada)
    (job,) = workspace.training.jobs(split_cycle.id)
    assert workspace.jobs.wait(job.id, 60).state == "done"
    cycle = workspace.cycles.get(split_cycle.id)
    assert (cycle.target, cycle.task) == ("plan", "multiclass")
    assert cycle.run_id == (job.result or {})["run_id"]
    states = {s.stage: s.state for s in workspace.status.of(cycle.id)}
    assert states["explore"] == "stale"

    ben.goto(f"{server.url}/train{query}")
    expect(ben.get_by_text("have changed since the split was made")).to_be_visible(
        timeout=PATIENCE_MS
    )
    settled(ben)


def test_both_press_train_at_once_and_one_run_starts(
    two: tuple[Page, Page], server: Server, workspace: Workspace, split_cycle: Cycle
):
    for page in two:
        page.goto(f"{server.url}/train?project={split_cycle.project_id}")
        settled(page)
    for page in two:
        press(page, "Train")
    for page in two:
        stop = page.get_by_role("button", name="Stop and keep what is done")
        refused = page.get_by_text("already running")
        expect(stop.or_(refused).first).to_be_visible(timeout=PATIENCE_MS)
        assert page.locator("[data-testid=stException]").count() == 0
    (job,) = workspace.training.jobs(split_cycle.id)
    workspace.jobs.stop(job.id)
    assert workspace.jobs.wait(job.id, 90).state == "done"


def test_both_promote_and_the_history_explains_the_champion(
    two: tuple[Page, Page], server: Server, workspace: Workspace, split_cycle: Cycle
):
    plan = TrainingPlan(
        target="churn", task="binary", budget_s=3, families=("linear",), n_jobs=1
    )
    workspace.training.execute(
        split_cycle.id, plan, split_id=split_cycle.split_id or "", run_id="run-two"
    )
    workspace.evaluation.open(split_cycle.id)
    for _ in range(2):
        workspace.evaluation.save_version(split_cycle.id, who="Ada")
    project_id = split_cycle.project_id
    for page in two:
        page.goto(f"{server.url}/deploy?project={project_id}")
        settled(page)
    for page in two:
        press(page, "Make version 2 the champion")
    for page in two:
        settled(page)
        page.reload()
        settled(page)
        expect(page.get_by_text("Version 2", exact=True).first).to_be_visible(
            timeout=PATIENCE_MS
        )
    champion = workspace.registry.champion(project_id)
    assert champion == 2
    check = workspace.registry.verify_history(project_id)
    assert check.intact, check
    live = [
        v.number for v in workspace.registry.versions(project_id) if v.state == "live"
    ]
    assert live == [champion]


def resident_mb(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(field))
    return int(line.split()[1]) / 1_024


@pytest.mark.slow
def test_a_table_of_200_megabytes_is_uploaded_in_a_browser(
    two: tuple[Page, Page],
    server: Server,
    workspace: Workspace,
    tmp_path: Path,
    record_property,
):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.writelines(large_csv(200_000_000))
    project = workspace.projects.create("Many rows")
    ada, ben = two
    ada.goto(f"{server.url}/explore?project={project.id}")
    settled(ada)
    assert server.process is not None
    before_mb = resident_mb(server.process.pid, "VmRSS")
    began = time.monotonic()
    ada.locator("input[type=file]").first.set_input_files(path)
    ben.goto(server.url)  # the others are not kept waiting
    settled(ben, timeout_s=120)
    home_s = time.monotonic() - began
    question = ada.get_by_text("What do you want to predict?")
    expect(question).to_be_visible(timeout=300_000)
    shown_s = time.monotonic() - began
    settled(ada, timeout_s=300)
    peak_mb = resident_mb(server.process.pid, "VmHWM")
    print(  # noqa: T201
        f"\n200 MB: home after {home_s:.1f} s, table after {shown_s:.1f} s, "
        f"server {before_mb:.0f} MB before, {peak_mb:.0f} MB at most"
    )
    record_property("seconds", shown_s)
    record_property("peak_mb", peak_mb)
    cycle = workspace.cycles.current(project.id)
    assert workspace.data.get(cycle.dataset_id or "").n_rows > 5_000_000
    assert shown_s < 240
