"""What survives a killed server, a cold address, a closed tab."""

import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from core.settings import Settings
from core.workspace import Cycle, Workspace
from tests.browser.conftest import Server, settled

pytestmark = pytest.mark.browser


def customers(n_rows: int = 1_500) -> bytes:
    rng = np.random.default_rng(3)
    visits = rng.poisson(3, n_rows)
    plan = rng.choice(["basic", "plus"], n_rows)
    chance = 1 / (1 + np.exp(2 - 0.7 * visits + 0.6 * (plan == "plus")))
    table = pd.DataFrame(
        {
            "visits": visits,
            "plan": plan,
            "spend": rng.gamma(2.0, 30.0, n_rows).round(2),
            "bought": np.where(rng.random(n_rows) < chance, "yes", "no"),
        }
    )
    return table.to_csv(index=False).encode()


@pytest.fixture
def workspace(server: Server) -> Workspace:
    """The same workspace as the server's, seen from beside it."""
    opened = Workspace(
        Settings(home=server.folder / "workspace", models=server.folder / "models")
    )
    yield opened
    opened.close()


@pytest.fixture
def split_cycle(workspace: Workspace) -> Cycle:
    project = workspace.projects.create("Who buys")
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.import_table(project.id, io.BytesIO(customers()), "b.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "bought", "binary")
    workspace.data.split(cycle.id)
    return workspace.cycles.get(cycle.id)


def test_a_run_outlives_a_killed_server_and_a_closed_tab(
    browser: Browser, server: Server, workspace: Workspace, split_cycle: Cycle
):
    address = f"{server.url}/train?project={split_cycle.project_id}"
    first = browser.new_page()
    first.goto(address)
    settled(first)
    first.get_by_role("button", name="Train", exact=True).click()
    expect(first.get_by_role("button", name="Stop and keep")).to_be_visible(
        timeout=60_000
    )
    (job,) = workspace.training.jobs(split_cycle.id)
    server.kill()
    first.close()
    assert workspace.jobs.get(job.id).is_active

    server.start()
    again = browser.new_page()
    again.goto(address)
    stop = again.get_by_role("button", name="Stop and keep")
    expect(stop).to_be_visible(timeout=60_000)
    stop.click()
    expect(again.get_by_text("Champion:")).to_be_visible(timeout=90_000)
    settled(again)
    again.close()
    assert workspace.jobs.get(job.id).state == "done"
    assert workspace.training.run(split_cycle.id) is not None


def test_a_cold_address_opens_its_page_inside_the_router(
    tab: Page, server: Server, split_cycle: Cycle
):
    server.stop()
    server.start()
    tab.goto(f"{server.url}/explore?project={split_cycle.project_id}")
    settled(tab)
    sidebar = tab.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("link", name="Monitor")).to_be_visible()
    expect(sidebar.get_by_role("combobox", name="Project")).to_have_value(
        split_cycle.project_id
    )
    expect(tab.get_by_role("heading", name="Explore", exact=True)).to_be_visible()


def test_a_foreign_site_cannot_talk_to_the_server(server: Server):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Host": "evil.example",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    )
    assert connection.getresponse().status == 403
    connection.close()
