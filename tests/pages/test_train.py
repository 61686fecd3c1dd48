import io
import json
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import JobError
from core.modeling import FAMILIES, METRICS, TrainingPlan
from core.settings import Settings
from core.workspace import Cycle, Workspace, open_workspace
from pages.shared.train_words import duration, notes, sentence, table
from tests.fitted import enough

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"


def customers(target: str, n_rows: int = 200) -> bytes:
    rng = np.random.default_rng(0)
    calls = rng.poisson(2, n_rows)
    chance = 1 / (1 + np.exp(2.2 - 1.1 * calls))
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, n_rows),
            "calls": calls,
            target: np.where(rng.random(n_rows) < chance, "yes", "no"),
        }
    )
    return frame.to_csv(index=False).encode()


@dataclass(frozen=True)
class Site:
    """A workspace whose only project has a split table, and its Train page."""

    workspace: Workspace
    cycle_id: str

    @property
    def cycle(self) -> Cycle:
        return self.workspace.cycles.get(self.cycle_id)

    def plan(self, **changes: Any) -> TrainingPlan:
        values: dict[str, Any] = {
            "target": self.cycle.target, "task": "binary", "budget_s": 60,
            "families": ("linear",), "n_jobs": 1, **changes,
        }  # fmt: skip
        return TrainingPlan(**values)

    def train(self, **changes: Any) -> None:
        self.workspace.training.execute(
            self.cycle_id,
            self.plan(**changes),
            split_id=self.cycle.split_id or "",
            run_id=f"run-{len(changes)}",
            **enough(),
        )

    def open(self) -> AppTest:
        page = AppTest.from_file(str(ROUTER), default_timeout=30)
        page.session_state["project"] = self.cycle.project_id
        page.switch_page("train.py").run()
        assert not page.exception
        return page


def make_site(
    settings: Settings,
    target: str = "left",
    *,
    split: bool = True,
    table: bytes | None = None,
) -> Site:
    workspace = open_workspace(settings)
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    content = io.BytesIO(table or customers(target))
    dataset = workspace.data.import_table(project.id, content, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, target, "binary")
    if split:
        workspace.data.split(cycle.id)
    return Site(workspace, cycle.id)


@pytest.fixture
def site(settings: Settings) -> Site:
    return make_site(settings)


def button(page: AppTest, label: str) -> Any:
    return next(b for b in page.button if b.label == label)


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.warning, *page.info, *page.error]
    return "\n".join(element.value for element in shown)


def test_without_a_split_the_page_points_to_explore(settings: Settings) -> None:
    page = make_site(settings, split=False).open()
    assert "split" in page.info[0].value
    assert button(page, "Go to Explore")


def test_the_plan_says_what_will_be_trained_on(site: Site) -> None:
    page = site.open()
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Training rows"] == "120"
    assert shown["Validation rows"] == "40"
    assert shown["Columns"] == "2"
    assert "left" in shown["Target"]


def test_each_family_is_offered_with_a_sentence_about_it(site: Site) -> None:
    page = site.open()
    families = [box for box in page.checkbox if ":gray[" in box.label]
    assert len(families) == len(FAMILIES) - 1
    unticked = [box.label for box in families if not box.value]
    assert len(unticked) == 1
    assert "Online linear model" in unticked[0]


def test_a_metric_with_parameters_asks_for_them(site: Site) -> None:
    page = site.open()
    page.selectbox(key="first-metric").select("cost").run()
    page.number_input(key="first-false_negative").set_value(40.0)
    button(page, "Train").click().run()
    assert not page.exception
    job = site.workspace.training.active(site.cycle_id)
    assert job is not None
    site.workspace.jobs.cancel(job.id)
    plan = TrainingPlan.from_dict(job.arguments["plan"])
    assert plan.metric == "cost"
    assert plan.metric_options["false_negative"] == 40.0


def test_before_a_run_the_page_says_what_the_time_is_enough_for(site: Site) -> None:
    page = site.open()
    said = next(c.value for c in page.caption if "candidates" in c.value)
    assert re.match(r"About .* for \d+ candidates; the rest of 1 min is for", said)
    for box in page.checkbox:
        if "Linear" not in box.label:
            box.uncheck()
    page.run()
    assert "for 2 candidates" in next(
        c.value for c in page.caption if "candidates" in c.value
    )


def test_more_options_travel_in_the_plan(site: Site) -> None:
    page = site.open()
    assert page.selectbox(key="first-weight").options[1:] == ["age", "calls"]
    page.selectbox(key="first-weight").select("age").run()
    page.toggle(key="first-balanced").set_value(True)
    page.toggle(key="first-whole").set_value(True)
    assert page.multiselect(key="first-rising").options == ["calls"]
    page.multiselect(key="first-rising").select("calls").run()
    assert page.multiselect(key="first-falling").options == []
    button(page, "Train").click().run()
    assert not page.exception
    job = site.workspace.training.active(site.cycle_id)
    assert job is not None
    site.workspace.jobs.cancel(job.id)
    plan = TrainingPlan.from_dict(job.arguments["plan"])
    assert (plan.weight, plan.balanced, plan.monotonic) == ("age", True, {"calls": 1})
    assert plan.whole_budget


def test_train_without_a_family_asks_for_one(site: Site) -> None:
    page = site.open()
    for box in page.checkbox:
        box.uncheck()
    button(page, "Train").click().run()
    assert not page.exception
    assert "Tick at least one family" in words(page)
    assert site.workspace.training.active(site.cycle_id) is None


def test_train_starts_a_job_that_every_tab_shows_and_stop_keeps_what_is_done(
    site: Site,
) -> None:
    page = site.open()
    for box in page.checkbox:
        if "Linear" not in box.label:
            box.uncheck()
    button(page, "Train").click().run()
    assert not page.exception
    job = site.workspace.training.active(site.cycle_id)
    assert job is not None
    plan = TrainingPlan.from_dict(job.arguments["plan"])
    assert (plan.families, plan.budget_s, plan.metric) == (("linear",), 60.0, "roc_auc")
    another_tab = site.open()
    button(another_tab, "Stop and keep what is done").click().run()
    assert not another_tab.exception
    ended = site.workspace.jobs.wait(job.id, 90)
    assert ended.state == "done"
    assert "Champion" in words(site.open())


def test_a_run_under_way_shows_its_leaderboard_and_the_time_left(site: Site) -> None:
    job = site.workspace.training.start(
        site.cycle_id,
        site.plan(budget_s=60, families=("extra_trees", "linear"), whole_budget=True),
    )
    deadline = time.monotonic() + 60
    while not site.workspace.jobs.get(job.id).detail.get("leaderboard"):
        assert time.monotonic() < deadline, site.workspace.jobs.log_tail(job.id)
        time.sleep(0.1)
    page = site.open()
    site.workspace.jobs.cancel(job.id)
    spec = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert spec["data"][0]["name"] == "Best so far"
    assert "Baseline" in set(page.dataframe[0].value["Candidate"])
    text = page.get("progress")[0].proto.text
    assert "left" in text
    assert "The last run was cancelled" in words(site.open())


def test_a_finished_run_tells_the_champion_in_words(site: Site) -> None:
    site.train()
    page = site.open()
    said = next(m.value for m in page.markdown if "Champion" in m.value)
    assert "ROC AUC" in said
    assert "40 validation rows" in said
    assert "baseline 0" in said.replace("\\", "")
    assert len(page.get("plotly_chart")) == 2
    assert button(page, "Go to Evaluate")


def test_another_candidate_is_chosen_with_its_reason(site: Site) -> None:
    site.train()
    page = site.open()
    page.selectbox(key="candidate").select("Baseline")
    button(page, "Choose it").click().run()
    assert "Give the reason" in words(page)
    page.text_input(key="why").input("easy to *explain*")
    button(page, "Choose it").click().run()
    assert not page.exception
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    assert (run.chosen, run.why) == ("Baseline", "easy to *explain*")
    assert "Your choice" in words(page)
    assert "easy to \\*explain\\*" in words(page)


def test_a_chosen_candidate_learns_from_the_validation_rows_too(site: Site) -> None:
    site.train(families=("linear", "extra_trees"))
    training = site.workspace.training
    run = training.run(site.cycle_id)
    assert run is not None
    other = next(n for n in run.models if n not in (run.champion, run.baseline))
    before = training.model(run.id, other)
    chosen = training.choose(site.cycle_id, other, "quicker")
    assert chosen.models[other] != run.models[other]
    after = training.model(run.id, other)
    rows = site.workspace.data.part(run.split_id, "validation")
    assert not np.array_equal(before.output(rows), after.output(rows))
    again = training.choose(site.cycle_id, other, "once more")
    assert again.models == chosen.models
    assert training.choose(site.cycle_id, run.champion).models == chosen.models


def test_following_a_need_keeps_its_reason(site: Site) -> None:
    site.train()
    page = site.open()
    assert "Recommendation" in words(page)
    assert "Most accurate" in words(page)
    assert "Easiest to follow" in words(page)
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    other = next(name for name in run.models if name != run.champion)
    site.workspace.training.choose(site.cycle_id, other, "for once")
    page = site.open()
    page.button(key="choose-accurate").click().run()
    assert not page.exception
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    assert run.chosen == run.champion
    assert run.why.startswith("Most accurate: ROC AUC")


def test_any_two_candidates_are_compared_when_asked_for(site: Site) -> None:
    site.train()
    page = site.open()
    page.session_state["better-open"] = True
    page.run()
    page.selectbox(key="better-second").select("Baseline").run()
    assert not page.exception
    said = words(page).replace("\\", "")
    assert "the chance is" in said
    assert "minus Baseline is" in said
    assert "40 validation rows" in said
    spec = json.loads(page.get("plotly_chart")[-1].proto.spec)
    assert sum(bar["x"][0] for bar in spec["data"]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("Over time", "Best so far"),
        ("Settings that mattered", "Too few candidates"),
        ("Training against validation", "Training rows"),
    ],
)
def test_the_search_is_told_in_three_views(site: Site, view: str, shown: str) -> None:
    site.train()
    page = site.open()
    page.session_state["search-open"] = True
    page.session_state["search-view"] = view
    page.run()
    assert not page.exception
    charts = [chart.proto.spec for chart in page.get("plotly_chart")]
    assert shown in words(page) + "".join(charts)


def test_the_script_is_offered_only_once_it_was_proven(site: Site) -> None:
    site.train()
    page = site.open()
    assert button(page, "Write and prove the script")
    assert not page.get("download_button")
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    site.workspace.scripts.execute(run.id, run.chosen)
    page = site.open()
    assert "Proven in" in page.success[0].value
    assert len(page.get("download_button")) == 2
    assert "def main():" in page.code[0].value


def test_a_script_that_does_not_hold_is_refused_with_its_reason(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.modeling.script.proof.TOLERANCE", -1.0)
    site.train()
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    site.workspace.scripts.execute(run.id, run.chosen)
    page = site.open()
    assert "is not offered" in words(page)
    assert "Its validation score is" in words(page)
    assert not page.get("download_button")


def test_writing_the_script_is_a_job(site: Site) -> None:
    site.train()
    page = site.open()
    page.button(key="write-script").click().run()
    assert not page.exception
    job = site.workspace.scripts.active(site.cycle)
    assert job is not None
    assert site.workspace.jobs.wait(job.id, 90).state == "done"
    assert "Proven in" in site.open().success[0].value


def test_a_run_from_before_answers_were_kept_is_shown_without_comparison(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.train()
    get = type(site.workspace.training).get
    monkeypatch.setattr(
        type(site.workspace.training),
        "get",
        lambda self, run_id: replace(get(self, run_id), judged=None, entries=()),
    )
    page = site.open()
    assert "Champion" in words(page)
    assert "Recommendation" not in words(page)


def test_a_new_split_makes_the_run_old(site: Site) -> None:
    site.train()
    site.workspace.data.split(site.cycle_id, random_state=7)
    page = site.open()
    assert "Train anew" in words(page)
    assert button(page, "Train")


def test_a_failed_run_says_why_and_offers_the_plan_again(site: Site) -> None:
    job = site.workspace.training.start(site.cycle_id, site.plan(metric="rmse"))
    deadline = time.monotonic() + 60
    while site.workspace.jobs.get(job.id).is_active:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page = site.open()
    assert "rmse" in page.error[0].value
    assert button(page, "Train")


def test_a_hostile_target_is_shown_literally(settings: Settings) -> None:
    site = make_site(settings, HOSTILE)
    site.train()
    page = site.open()
    assert ":red[a]" not in words(page).replace("\\:red\\[a\\]", "")


def _row(name: str, score: float, row_ms: float, **values: Any) -> dict[str, Any]:
    return {
        "candidate": name, "family": "linear", "score": score, "low": score - 0.05,
        "high": score + 0.05, "row_ms": row_ms, **values,
    }  # fmt: skip


def test_the_sentence_names_score_interval_rows_and_baseline() -> None:
    row, baseline = _row("LightGBM", 0.84, 9), _row("Baseline", 0.5, 1)
    said = sentence(row, METRICS["roc_auc"], "1,200 validation rows", baseline)
    assert said == (
        "LightGBM, ROC AUC 0.840 (0.790 to 0.890) on 1,200 validation rows; "
        "baseline 0.500"
    )


def test_a_skipped_candidate_stands_in_the_table_with_the_reason() -> None:
    row: dict[str, Any] = dict.fromkeys(
        (
            "score",
            "low",
            "high",
            "train_score",
            "fit_s",
            "row_ms",
            "rows_ms",
            "size_bytes",
        )
    )
    row |= {
        "candidate": "A",
        "family": "linear",
        "state": "skipped",
        "message": "Too big.",
    }
    shown = table([row]).iloc[0]
    assert notes([row]) == [("A", "Skipped: Too big.")]
    assert shown["Family"] == "Linear model"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.6, "1 min"), (3_661, "1 h 1 min 1 s")]
)
def test_times_are_said_as_a_person_would(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_column_that_knows_the_answer_is_named_on_the_page(
    settings: Settings,
) -> None:
    frame = pd.read_csv(io.BytesIO(customers("left")))
    frame["refund"] = np.where(frame["left"] == "yes", 10.0, 0.0)
    site = make_site(settings, table=frame.to_csv(index=False).encode())
    site.train()
    page = site.open()
    assert "Too good to be true?" in "\n".join([words(page), *titles(page)])
    assert "refund" in words(page)


def titles(page: AppTest) -> list[str]:
    return [
        str(getattr(alert.proto, "title", "")) for alert in (*page.warning, *page.info)
    ]


def test_a_target_of_one_class_is_refused_with_its_column_named(
    settings: Settings,
) -> None:
    frame = pd.read_csv(io.BytesIO(customers("left")))
    late = np.arange(len(frame)) >= 170
    frame["left"] = np.where(late & (frame["calls"] > 1), "yes", "no")
    frame["day"] = np.arange(len(frame))
    site = make_site(settings, split=False, table=frame.to_csv(index=False).encode())
    site.workspace.data.split(site.cycle_id, strategy="time", column="day")
    job = site.workspace.training.start(site.cycle_id, site.plan())
    with pytest.raises(JobError):
        site.workspace.jobs.wait(job.id)
    page = site.open()
    assert "'left' has one value" in words(page)
