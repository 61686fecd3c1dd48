"""The Evaluate page, driven as a person would, on really trained models."""

import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation import evaluate, evaluate_against
from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import Cycle, Opening, Workspace, open_workspace
from pages.shared.evaluate_words import (
    classes_table,
    headline,
    metrics_table,
    openings_words,
)
from tests.fitted import customers, enough, fit_model

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"


def table(task: str, target: str) -> bytes:
    rng = np.random.default_rng(0)
    calls, age = rng.poisson(2, 300), rng.integers(18, 80, 300)
    signal = calls + rng.normal(size=300)
    truth: Any = np.where(signal > 2.5, "yes", "no")
    if task == "multiclass":
        truth = np.select([signal > 3, signal > 1.5], ["high", "mid"], "low")
    elif task == "regression":
        truth = signal.round(3)
    frame = pd.DataFrame({"age": age, "calls": calls, target: truth})
    return frame.to_csv(index=False).encode()


@dataclass(frozen=True)
class Site:
    """A workspace whose only project has a trained cycle, and its Evaluate page."""

    workspace: Workspace
    cycle_id: str

    @property
    def cycle(self) -> Cycle:
        return self.workspace.cycles.get(self.cycle_id)

    def open(self) -> AppTest:
        page = AppTest.from_file(str(ROUTER), default_timeout=60)
        page.session_state["project"] = self.cycle.project_id
        page.switch_page("evaluate.py").run()
        assert not page.exception
        return page

    def train(self, task: str) -> None:
        plan = TrainingPlan(
            target=self.cycle.target or "", task=task, budget_s=60,
            families=("linear",), n_jobs=1,
        )  # fmt: skip
        self.workspace.training.execute(
            self.cycle_id,
            plan,
            split_id=self.cycle.split_id or "",
            run_id="run-1",
            **enough(),
        )

    def choose_another(self) -> str:
        run = self.workspace.training.run(self.cycle_id)
        assert run is not None
        other = next(name for name in run.models if name != run.chosen)
        self.workspace.training.choose(self.cycle_id, other, "to see")
        return other


def make_site(
    settings: Settings,
    task: str = "binary",
    target: str = "left",
    *,
    train: bool = True,
) -> Site:
    workspace = open_workspace(settings)
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    content = io.BytesIO(table(task, target))
    dataset = workspace.data.import_table(project.id, content, "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, target, task)
    strategy = "random" if task == "regression" else "stratified"
    workspace.data.split(cycle.id, strategy=strategy)
    site = Site(workspace, cycle.id)
    if train:
        site.train(task)
    return site


@pytest.fixture
def site(settings: Settings) -> Site:
    return make_site(settings)


def button(page: AppTest, label: str) -> Any:
    return next(b for b in page.button if b.label == label)


def press(page: AppTest, label: str) -> None:
    button(page, label).click().run()
    assert not page.exception


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.success, *page.warning]
    return "\n".join(element.value for element in shown).replace("\\", "")


def charts(page: AppTest) -> list[Any]:
    return [json.loads(c.proto.spec) for c in page.get("plotly_chart")]


def open_part(page: AppTest, name: str) -> None:
    page.session_state["evaluate-part"] = name
    page.run()
    assert not page.exception


def test_without_a_run_the_page_points_to_train(settings: Settings) -> None:
    page = make_site(settings, train=False).open()
    assert "No model is trained" in page.info[0].value
    assert button(page, "Go to Train")


def test_looking_at_the_page_opens_nothing(site: Site) -> None:
    page = site.open()
    assert "60 rows were set aside and sealed" in words(page)
    assert {metric.label: metric.value for metric in page.metric}["Opened"] == "never"
    assert site.workspace.evaluation.openings(site.cycle_id) == []
    assert not page.get("plotly_chart")


def test_the_button_opens_once_and_the_count_stands_beside_the_numbers(
    site: Site,
) -> None:
    page = site.open()
    page.text_input(key="evaluate-why").input("the choice is made")
    press(page, "Open the test set")
    (opening,) = site.workspace.evaluation.openings(site.cycle_id)
    assert opening.why == "the choice is made"
    said = words(page)
    assert "On 60 test rows that" in said
    assert "never saw: ROC AUC 0." in said
    assert re.search(r"ROC AUC 0\.\d{3} \(0\.\d{3} to \d\.\d{3}\)", said)
    assert "baseline 0.500" in said
    assert "opened once, on" in said
    again = site.open()
    assert "opened once" in words(again)
    assert len(site.workspace.evaluation.openings(site.cycle_id)) == 1


def test_the_table_shows_model_baseline_and_difference(site: Site) -> None:
    page = site.open()
    press(page, "Open the test set")
    shown = next(t.value for t in page.dataframe if "Baseline" in t.value)
    auc = shown.set_index("Metric").loc["ROC AUC"]
    assert auc["Baseline"] == "0.500"
    assert auc["Difference"].startswith("+0.")
    assert auc["Verdict"] == "better"
    assert re.search(r"ROC AUC:.*ranked above", words(page))


@pytest.mark.parametrize(
    ("task", "parts"),
    [
        ("binary", {"Confusion": 1, "ROC and PR": 2, "Calibration": 1}),
        ("multiclass", {"Confusion": 1, "ROC and PR": 2, "Calibration": 1}),
        ("regression", {"Predicted and actual": 1, "Residuals": 2}),
    ],
)
def test_each_part_is_drawn_when_its_tab_is_open(
    settings: Settings, task: str, parts: dict[str, int]
) -> None:
    page = make_site(settings, task).open()
    press(page, "Open the test set")
    for name, n_charts in {**parts, "Importance": 1}.items():
        open_part(page, name)
        assert len(charts(page)) == n_charts, name
    assert "Measured on all 60 test rows" in words(page)
    assert charts(page)[0]["data"][0]["type"] == "bar"


def test_saving_makes_a_version_and_points_to_deploy(site: Site) -> None:
    page = site.open()
    press(page, "Open the test set")
    page.text_input(key="version-note").input("the first")
    page.text_input(key="version-who").input("Ada")
    press(page, "Save as a version")
    info = site.workspace.registry.version(site.cycle.project_id, 1)
    assert info.note == "the first"
    assert info.summary["headline"]["name"] == "roc_auc"
    (line,) = site.workspace.registry.history(site.cycle.project_id)
    assert line.who == "Ada"
    assert "Saved as version 1" in words(page)
    assert button(page, "Go to Deploy")


def test_saving_without_a_name_is_refused_with_a_next_step(site: Site) -> None:
    page = site.open()
    press(page, "Open the test set")
    page.text_input(key="version-who").input("")
    press(page, "Save as a version")
    assert "Next step" in page.error[0].value
    assert site.cycle.version_number is None


def test_another_choice_makes_the_evaluation_speak_for_the_old_one(site: Site) -> None:
    page = site.open()
    press(page, "Open the test set")
    other = site.choose_another()
    page = site.open()
    assert "does not speak for" in page.info[0].value
    assert other in words(page)
    assert "opened once" in words(page)
    press(page, "Open the test set again")
    said = words(page)
    assert "opened 2 times" in said
    assert "somewhat too good" in said


def test_after_three_openings_a_fresh_split_is_proposed(site: Site) -> None:
    for _ in range(3):
        site.workspace.evaluation.open(site.cycle_id)
    site.choose_another()
    page = site.open()
    assert "fresh split" in page.warning[0].value


def test_choosing_the_baseline_is_told_to_be_no_better(site: Site) -> None:
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    site.workspace.training.choose(site.cycle_id, run.baseline, "to see")
    page = site.open()
    press(page, "Open the test set")
    assert "EVAL-001" in words(page)


def test_names_from_the_table_are_shown_literally(settings: Settings) -> None:
    page = make_site(settings, target=HOSTILE).open()
    press(page, "Open the test set")
    for element in [*page.markdown, *page.caption]:
        assert "[b](javascript" not in element.value


def test_openings_are_dated_and_the_second_is_a_warning() -> None:
    at = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
    assert openings_words([]) == "The test set has never been opened."
    twice = openings_words([Opening(at, "run", ""), Opening(at, "run", "")])
    assert "2 times: 2026-05-01 09:30, 2026-05-01 09:30 UTC" in twice


def test_tables_hold_a_row_for_each_metric_and_class() -> None:
    found, other, compared = evaluate_against(
        fit_model("multiclass"), fit_model("multiclass"), customers(100, random_state=2)
    )
    shown = metrics_table(found, other, compared)
    assert len(shown) == len(found.metrics)
    assert set(shown["Difference"]) == {"0.000 (0.000 to 0.000)"}
    assert classes_table(found.classes)["Class"].tolist() == ["high", "low", "mid"]


def test_rows_of_one_class_have_a_headline_too() -> None:
    rows = customers(60, random_state=2).query("churn == 'no'")
    found = evaluate(fit_model(), rows, importance=False)
    assert headline(found, found).startswith(
        f"On {len(rows)} test rows that Boosting 0"
    )


def test_the_promise_is_shown_and_chosen_when_saving(site):
    site.workspace.evaluation.open(site.cycle_id)
    page = site.open()
    open_part(page, "Uncertainty")
    assert "promise 90%" in words(page)
    promise = next(b for b in page.selectbox if b.label == "What its answers promise")
    wanted = next(
        o for o in promise.options if o.startswith("Sets that adapt") and "95%:" in o
    )
    promise.set_value(wanted)
    press(page, "Save as a version")
    model = site.workspace.registry.load(site.cycle.project_id, 1).model
    assert (model.coverage, model.uncertainty.kind) == (0.95, "adaptive")


def open_explanation(site: Site) -> AppTest:
    page = site.open()
    page.session_state["evaluate-section"] = "Explanation"
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("task", "target"),
    [("binary", "left"), ("multiclass", "level"), ("regression", "value")],
)
def test_columns_and_rows_are_explained(settings, task, target):
    site = make_site(settings, task, target)
    site.workspace.evaluation.open(site.cycle_id)
    page = open_explanation(site)
    assert len(site.workspace.explanations.effects(site.cycle_id).dependences) == 2
    assert "drawn from the 60 test rows" in words(page)
    next(b for b in page.selectbox if b.label == "Column").set_value("age").run()
    assert not page.exception
    page.session_state["explain-part"] = "One test row"
    page.run()
    assert not page.exception
    assert "against" in words(page)
    assert "Predicted:" in words(page)
    next(b for b in page.number_input if b.label.startswith("Row")).set_value(60).run()
    assert not page.exception
    assert len(site.workspace.evaluation.openings(site.cycle_id)) == 1


def test_a_slow_model_is_explained_in_a_job(site, monkeypatch):
    site.workspace.evaluation.open(site.cycle_id)
    slow = lambda run, candidate: {"rows_ms": 1e4, "train_score": None}  # noqa: ARG005, E731
    monkeypatch.setattr("core.workspace.RunRecord.row", slow)
    page = open_explanation(site)
    assert "Work it out" in [b.label for b in page.button]
    assert site.workspace.explanations.effects(site.cycle_id) is None


def test_a_cell_shows_its_rows_without_a_mouse_too(site: Site) -> None:
    site.workspace.evaluation.open(site.cycle_id)
    page = site.open()
    page.selectbox(key="cell-actual").set_value(1).run()
    page.selectbox(key="cell-predicted").set_value(0).run()
    assert not page.exception
    found = site.workspace.evaluation.latest(site.cycle_id)
    assert found is not None
    assert found.champion.confusion is not None
    count = found.champion.confusion.counts[1][0]
    said = f"{count} row{'' if count == 1 else 's'}"
    assert f"**{said}** that are yes and were predicted no" in words(page)
    shown = next(t.value for t in page.dataframe if "Predicted left" in t.value)
    assert len(shown) == count
    assert set(shown["Actual left"]) == {"yes"}


def test_numbers_are_off_by_group_and_the_worst_rows_are_shown(
    settings: Settings,
) -> None:
    site = make_site(settings, "regression")
    site.workspace.evaluation.open(site.cycle_id)
    page = site.open()
    open_part(page, "Error by group")
    for place in range(4):
        page.selectbox(key="error-by").set_value(place).run()
        assert not page.exception
        groups = next(t.value for t in page.dataframe if "Group" in t.value)
        assert groups["Rows"].sum() == 60
    open_part(page, "Worst rows")
    worst = next(t.value for t in page.dataframe if "Actual left" in t.value)
    assert len(worst) == 20
    assert worst["Actual minus predicted"].abs().is_monotonic_decreasing


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_lift_and_gain_are_drawn_and_listed(settings: Settings, task: str) -> None:
    site = make_site(settings, task)
    site.workspace.evaluation.open(site.cycle_id)
    page = site.open()
    open_part(page, "Lift and gain")
    assert len(charts(page)) == 2
    names = [trace.get("name") for trace in charts(page)[0]["data"]]
    assert ("mean of the classes" in names) == (task == "multiclass")
    assert any("Rows taken" in t.value for t in page.dataframe)


def test_any_version_is_compared_on_the_same_rows(site: Site) -> None:
    site.workspace.evaluation.open(site.cycle_id)
    page = site.open()
    page.session_state["evaluate-section"] = "Versions"
    page.run()
    assert "no saved version" in page.info[0].value
    site.workspace.evaluation.save_version(site.cycle_id, who="Ada")
    page = site.open()
    page.session_state["evaluate-section"] = "Versions"
    page.run()
    assert not page.exception
    assert "gives the same answers as version 1" in words(page)
    assert "same 60 test rows" in words(page)
    run = site.workspace.training.run(site.cycle_id)
    assert run is not None
    site.workspace.decisions.take_threshold(run, 0.9)
    page = site.open()
    page.session_state["evaluate-section"] = "Versions"
    page.run()
    assert "not proven which is better, this model or version 1: ROC AUC" in words(page)
    shown = next(t.value for t in page.dataframe if "Version 1" in t.value)
    recall = shown.set_index("Metric").loc["Recall"]
    assert recall["Verdict"] == "worse"


def test_after_three_openings_a_button_seals_other_rows(site: Site) -> None:
    for _ in range(3):
        site.workspace.evaluation.open(site.cycle_id)
    page = site.open()
    assert "opened 3 times; from the second on, the estimate is optimistic" in words(
        page
    )
    press(page, "Split anew with seed 1")
    assert site.workspace.evaluation.openings(site.cycle_id) == []
    assert "The split has changed since the last run" in page.info[0].value
