"""One table goes all the way round in a browser, from upload to retrained version.

Each test is a station; they run in this order, in one tab, on one server. Pictures of
every page, light and dark, wide and narrow, stay in ``tests/browser/screenshots``.
"""

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, settled, shoot

pytestmark = pytest.mark.browser

HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"
PROJECT = "Who books? ../../etc"


def bookings(n_rows: int = 900, *, random_state: int = 5) -> pd.DataFrame:
    """Guests of a hotel, some of whom cancel; one column has a hostile name."""
    rng = np.random.default_rng(random_state)
    days = rng.gamma(2.0, 30.0, n_rows).round()
    deposit = rng.choice(["none", "part", "full"], n_rows, p=[0.6, 0.25, 0.15])
    nights = rng.poisson(3, n_rows) + 1
    odds = -1.6 + 0.02 * days - 1.4 * (deposit == "full") + 0.15 * nights
    arrival = pd.Timestamp("2026-01-01") + pd.to_timedelta(days, unit="D")
    table = pd.DataFrame(
        {
            "booking": [f"B{number:05d}" for number in range(n_rows)],
            "arrival": arrival.strftime("%Y-%m-%d"),
            "days_ahead": days.astype(int),
            "deposit": deposit,
            "nights": nights,
            HOSTILE: rng.normal(100, 20, n_rows).round(2),
            "cancelled": np.where(
                rng.random(n_rows) < 1 / (1 + np.exp(-odds)), "yes", "no"
            ),
        }
    )
    table.loc[rng.random(n_rows) < 0.1, "nights"] = np.nan
    return table


class Walk:
    """The tab that goes round, and what it learned on the way."""

    def __init__(self, page: Page, server: Server, folder: Path) -> None:
        self.page, self.server, self.folder = page, server, folder
        self.scored: Path = folder / "scored.csv"

    def file(self, name: str, frame: pd.DataFrame) -> Path:
        path = self.folder / name
        frame.to_csv(path, index=False)
        return path

    def go(self, link: str) -> None:
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=link).click()
        expect(self.page.get_by_role("heading", name=link, exact=True)).to_be_visible()
        settled(self.page)

    def press(self, name: str | re.Pattern[str]) -> None:
        exact = isinstance(name, str)
        self.page.get_by_role("button", name=name, exact=exact).first.click()
        settled(self.page)

    def open_tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()
        settled(self.page)

    def upload(self, path: Path) -> None:
        self.page.locator("input[type=file]").first.set_input_files(path)
        settled(self.page, quiet_ms=600)


@pytest.fixture(scope="module")
def walk(
    browser: Browser, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    context = browser.new_context(
        viewport={"width": 1360, "height": 900},
        reduced_motion="reduce",
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    yield Walk(page, server, tmp_path_factory.mktemp("walk"))
    context.close()
    local = (server.url, "data:", "blob:")
    assert [url for url in outside if not url.startswith(local)] == []


def test_a_project_is_created_on_the_home_page(walk: Walk):
    walk.page.goto(walk.server.url)
    settled(walk.page)
    shoot(walk.page, "01-home-first-visit")
    walk.page.get_by_label("What do you want to predict?").fill(PROJECT)
    walk.press("Create project")
    expect(walk.page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    expect(walk.page).to_have_url(re.compile("project=who-books-etc"))


def test_a_table_is_uploaded_and_its_target_chosen(walk: Walk):
    walk.upload(walk.file("bookings.csv", bookings()))
    expect(walk.page.get_by_text("What do you want to predict?")).to_be_visible()
    shoot(walk.page, "02-explore-target")
    walk.press("Predict this")
    expect(walk.page.get_by_text("Predicting cancelled")).to_be_visible()


@pytest.mark.parametrize("part", ["Table", "Findings", "Columns", "Relations"])
def test_the_table_is_looked_at(walk: Walk, part: str):
    walk.open_tab(part)
    shoot(walk.page, f"03-explore-{part.lower()}")


def test_a_click_on_a_bar_shows_its_rows(walk: Walk):
    walk.open_tab("Columns")
    bar = walk.page.locator(".js-plotly-plot .bars .point path").first
    bar.scroll_into_view_if_needed()
    # Plotly lays a sheet over its bars, so that only the pointer finds them.
    box = bar.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    walk.page.mouse.move(x - 2, y)
    walk.page.mouse.move(x, y)
    walk.page.wait_for_timeout(200)
    walk.page.mouse.click(x, y)
    settled(walk.page)
    expect(walk.page.get_by_role("button", name="Name these rows")).to_be_visible()


def test_it_is_cleaned_by_a_recipe(walk: Walk):
    walk.open_tab("Findings")
    walk.press(re.compile("Take the .* no judgement"))
    expect(walk.page.get_by_text("In the recipe").first).to_be_visible()
    walk.open_tab("Clean")
    shoot(walk.page, "04-explore-clean")


def test_it_is_split_into_three_named_sets(walk: Walk):
    walk.open_tab("Split")
    walk.press("Split")
    expect(walk.page.get_by_text("180 rows").first).to_be_visible()
    shoot(walk.page, "05-explore-split")
    walk.press("Go to Train")


def test_models_are_trained_and_the_run_survives_a_refresh(walk: Walk):
    page = walk.page
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    settled(page)
    shoot(page, "06-train-plan")
    page.get_by_role("radio", name="15 s").or_(
        page.get_by_role("button", name="15 s", exact=True)
    ).first.click()
    settled(page)
    page.get_by_role("button", name="Train", exact=True).click()
    stop = page.get_by_role("button", name="Stop and keep what is done")
    expect(stop).to_be_visible(timeout=60_000)
    page.reload()
    expect(stop.or_(page.get_by_text("Champion:")).first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Champion:")).to_be_visible(timeout=120_000)
    settled(page)
    shoot(page, "07-train-result")
    walk.press("Go to Evaluate")


def test_the_test_set_is_opened_by_a_button_that_counts(walk: Walk):
    page = walk.page
    expect(page.get_by_role("heading", name="Evaluate", exact=True)).to_be_visible()
    settled(page)
    shoot(page, "08-evaluate-sealed")
    page.get_by_role("button", name=re.compile("Open the test")).first.click()
    expect(page.get_by_text("opened once").first).to_be_visible(timeout=60_000)
    settled(page)
    shoot(page, "09-evaluate-opened")


def test_each_section_of_the_evaluation_opens(walk: Walk):
    sections = {
        "Decision": "From which probability on",
        "Versions": "version",
        "Explanation": "What the columns do",
        "Slices": "Where it errs most",
        "Checks": "EVAL-",
        "More rows": "rows",
        "Stress": "What happens to it",
        "Download": "Download the card",
    }
    for section, words in sections.items():
        walk.open_tab(section)
        settled(walk.page)
        panel = walk.page.get_by_role("tabpanel").filter(visible=True).first
        expect(panel).to_contain_text(words, ignore_case=True, timeout=30_000)
    use = walk.page.get_by_role("textbox", name="Intended use")
    use.fill("Call guests who may cancel")
    use.press("Control+Enter")
    card = walk.page.locator(".st-key-card-preview")
    expect(card).to_contain_text("Intended use: Call guests who may cancel")


def test_a_version_is_saved_and_made_champion(walk: Walk):
    page = walk.page
    walk.press(re.compile("Save .*version"))
    walk.go("Deploy")
    walk.press("Make version 1 the champion")
    expect(page.get_by_text("Live").first).to_be_visible()
    shoot(page, "10-deploy")


def test_the_api_serves_the_champion_at_once(walk: Walk):
    walk.open_tab("Call it")
    shoot(walk.page, "11-deploy-call")
    walk.press("Ask the live version")
    expect(walk.page.get_by_text("its id").first).to_be_visible()
    row = {"days_ahead": 90, "deposit": "none", "nights": 5, HOSTILE: 101.5}
    status, answer = post(
        walk.server, "/api/projects/who-books-etc/predict", {"rows": [row]}
    )
    assert status == 200, answer
    assert answer["version"] == 1
    assert answer["predictions"][0]["prediction"] in ("yes", "no")
    status, refusal = post(
        walk.server, "/api/projects/who-books-etc/predict", [{"nights": "many"}]
    )
    assert status == 422
    assert refusal["detail"][0]["column"] == "nights"


def test_a_form_made_from_the_schema_answers(walk: Walk):
    page = walk.page
    walk.go("Predict")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.get_by_text(re.compile("%")).first).to_be_visible()
    settled(page)
    shoot(page, "12-predict-form")


def test_a_file_is_scored_and_downloaded(walk: Walk):
    page = walk.page
    walk.open_tab("A whole file")
    later = bookings(300, random_state=8).drop(columns="cancelled")
    later["days_ahead"] = later["days_ahead"] + 60
    walk.upload(walk.file("later.csv", later))
    walk.press("Answer 300 rows")
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    waiting.value.save_as(walk.scored)
    scored = pd.read_csv(walk.scored)
    assert scored["booking"].tolist() == later["booking"].tolist()
    shoot(page, "13-predict-file")


def test_captured_rows_are_compared_with_the_training_rows(walk: Walk):
    walk.go("Monitor")
    expect(walk.page.get_by_text("days_ahead").first).to_be_visible()
    shoot(walk.page, "14-monitor-columns")
    walk.open_tab("Predictions")
    shoot(walk.page, "15-monitor-predictions")
    walk.open_tab("Alarms")
    rules = walk.page.get_by_role("heading", name="Rules", exact=True)
    expect(rules).to_be_visible()
    shoot(walk.page, "15-monitor-alarms")


def test_outcomes_by_prediction_id_give_the_realised_metric(walk: Walk):
    page = walk.page
    scored = pd.read_csv(walk.scored)
    ids = next(c for c in scored if c.endswith("id") and scored[c].is_unique)
    truth = bookings(300, random_state=8)["cancelled"]
    walk.open_tab("Outcomes")
    walk.upload(
        walk.file("outcomes.csv", pd.DataFrame({"id": scored[ids], "outcome": truth}))
    )
    walk.press("Take these outcomes")
    expect(page.get_by_text(re.compile("300 .*outcome")).first).to_be_visible()
    shoot(page, "16-monitor-outcomes")


def test_the_next_cycle_opens_explore_on_the_grown_table(walk: Walk):
    page = walk.page
    walk.open_tab("Next cycle")
    challenger = page.get_by_role("button", name="Train a challenger")
    expect(challenger).to_be_visible()
    shoot(page, "17-monitor-next-cycle")
    walk.press("Start the next cycle")
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    settled(page)
    expect(page.get_by_text("Predicting cancelled")).to_be_visible()
    expect(page.get_by_text("1,200").first).to_be_visible()


def test_the_retrained_model_becomes_version_two_and_rolls_back(walk: Walk):
    page = walk.page
    walk.open_tab("Split")
    walk.press("Split")
    walk.press("Go to Train")
    page.get_by_role("radio", name="15 s").or_(
        page.get_by_role("button", name="15 s", exact=True)
    ).first.click()
    settled(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Stop and keep what is done").click(timeout=60_000)
    expect(page.get_by_text("Champion:")).to_be_visible(timeout=120_000)
    settled(page)
    walk.press("Go to Evaluate")
    page.get_by_role("button", name=re.compile("Open the test")).first.click()
    expect(page.get_by_text("opened once").first).to_be_visible(timeout=60_000)
    settled(page)
    walk.press(re.compile("Save .*version"))
    walk.go("Deploy")
    walk.press("Make version 2 the champion")
    walk.press("Roll back to version 1")
    expect(page.get_by_text("Version 1 is live again")).to_be_visible()
    shoot(page, "18-deploy-two-versions")


def test_the_wheel_shows_both_turns(walk: Walk):
    page = walk.page
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Home").click()
    settled(page)
    expect(page.get_by_role("heading", name=PROJECT)).to_be_visible()
    expect(page.get_by_role("heading", name="All cycles")).to_be_visible()
    shoot(page, "19-home-second-cycle")


def post(server: Server, path: str, body: object) -> tuple[int, dict]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(
        "POST", path, json.dumps(body), {"Content-Type": "application/json"}
    )
    answer = connection.getresponse()
    result = answer.status, json.loads(answer.read())
    connection.close()
    return result
