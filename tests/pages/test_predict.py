import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.serving import answer_call
from core.settings import Settings
from core.workspace import Workspace, open_workspace
from pages.shared import predict_file
from tests.bad_input import FAULTS
from tests.fitted import customers, fit_model
from tests.rounds import go_round
from tests.workspace.conftest import customers as leavers

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"
IMPORTANCE = {
    "importance": [
        {"column": "plan", "value": 0.2, "low": 0.1, "high": 0.3},
        {"column": "spend", "value": 0.1, "low": 0.0, "high": 0.2},
    ]
}


@dataclass(frozen=True)
class Site:
    """A workspace with one project, and its Predict page."""

    workspace: Workspace
    project_id: str

    def open(self, part: str | None = None) -> AppTest:
        page = AppTest.from_file(str(ROUTER), default_timeout=30)
        page.session_state["project"] = self.project_id
        page.switch_page("predict.py")
        if part:
            page.session_state["part"] = part
        page.run()
        assert not page.exception
        return page

    def captured(self):
        return self.workspace.log.read(self.project_id)


@pytest.fixture
def site(settings: Settings) -> Callable[..., Site]:
    """Make a site whose champion is a small fitted model, or none at all."""

    def make(task: str | None = "binary", **changes: Any) -> Site:
        workspace = open_workspace(settings)
        project = workspace.projects.create("Customers who may leave")
        if task is not None:
            info = workspace.registry.add(
                project.id,
                replace(fit_model(task), **changes),
                who="tester",
                evaluation=IMPORTANCE,
            )
            workspace.registry.set_alias(
                project.id, "champion", info.number, who="tester"
            )
        return Site(workspace, project.id)

    return make


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception
    return page


def choice(page: AppTest, label: str) -> Any:
    return next(box for box in page.selectbox if box.label == label)


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.warning, *page.info, *page.error]
    return "\n".join(element.value for element in shown)


def test_without_a_version_it_points_to_evaluate(site):
    page = site(task=None).open()
    assert "no version yet" in words(page)
    assert [b.label for b in page.button] == ["Go to Evaluate"]


def test_it_says_which_version_answers(site):
    assert "Version 1" in words(site().open())


def test_the_most_important_fields_come_first(site):
    page = site().open()
    assert choice(page, "plan").key.endswith("-first-0")
    assert page.slider[0].key.endswith("-first-1")


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("binary", "The probability of yes is"),
        ("multiclass", "The probability of"),
        ("regression", "90% interval"),
    ],
)
def test_an_answer_says_how_sure_it_is_and_its_id(site, task, said):
    here = site(task)
    page = press(here.open(), "Predict")
    assert said in words(page)
    meta = here.captured().meta
    assert list(meta["source"]) == ["form"]
    assert page.code[0].value == meta["id"][0]
    assert len(page.get("plotly_chart")) == 1


def test_what_was_filled_in_is_what_is_kept(site):
    here = site()
    page = here.open()
    page.slider[0].set_value(60.0)
    choice(page, "plan").select("pro")
    press(page, "Predict")
    inputs = here.captured().inputs
    assert inputs["spend"][0] == 60.0
    assert inputs["plan"][0] == "pro"
    assert inputs["member"][0] in (True, False)


def test_nothing_is_kept_before_the_button(site):
    here = site()
    here.open()
    assert len(here.captured()) == 0


def test_an_empty_field_is_answered_with_a_warning(site):
    here = site()
    page = here.open()
    page.multiselect[0].set_value(["spend"]).run()
    press(page, "Predict")
    assert "spend is missing" in words(page)


def test_form_and_answer_survive_a_visit_to_another_page(site):
    page = site().open()
    page.slider[0].set_value(60.0)
    press(page, "Predict")
    kept = page.code[0].value
    page.switch_page("home.py").run()
    page.switch_page("predict.py").run()
    assert not page.exception
    assert page.slider[0].value == 60.0
    assert page.code[0].value == kept


def test_recent_answers_show_their_ids(site):
    here = site()
    press(here.open(), "Predict")
    page = here.open("Recent answers")
    table = page.dataframe[0].value
    assert list(table["id"]) == list(here.captured().meta["id"])


def test_the_receipt_of_an_answer_is_found_by_its_id(site):
    made = site()
    service = made.workspace.service(made.project_id)
    (answer,) = service.predict([{"age": 41}])
    (id_,) = made.workspace.log.append(
        made.project_id, 1, [{"age": 41}], [answer], latency_ms=1.0, source="api"
    )
    page = made.open("Recent answers")
    (asked,) = [box for box in page.text_input if "Receipt" in box.label]
    asked.set_value(id_).run()
    assert "bit for bit" in page.success[0].value
    (asked,) = [box for box in page.text_input if "Receipt" in box.label]
    asked.set_value("nothing").run()
    assert "no prediction" in page.error[0].value


def test_a_hostile_column_name_is_shown_as_it_is(site):
    model = fit_model()
    columns = tuple(
        replace(c, name=HOSTILE) if c.name == "spend" else c
        for c in model.schema.columns
    )
    here = site(schema=type(model.schema)(columns))
    labels = {slider.label for slider in here.open().slider}
    escaped = next(label for label in labels if "alert" in label)
    assert "\\$x\\$" in escaped
    assert "\\[b\\]" in escaped


def upload(page: AppTest, content: bytes, name: str = "rows.csv") -> AppTest:
    page.file_uploader[0].upload(name, content).run()
    assert not page.exception
    return page


def as_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def downloaded(page: AppTest, here: Site) -> pd.DataFrame:
    """Return the table behind the download button."""
    assert page.get("download_button")
    kept = page.session_state[f"_kept_scored-{here.project_id}/1"]
    return pd.read_csv(io.BytesIO(kept.csv))


def test_a_whole_file_is_answered_in_its_own_order_and_kept(site):
    here = site()
    rows = customers(40, random_state=5)
    page = upload(here.open("A whole file"), as_csv(rows))
    assert "The model does not use churn, level, value" in words(page)
    press(page, "Answer 40 rows")
    captured = here.captured()
    assert set(captured.meta["source"]) == {"batch"}
    assert len(captured) == 40
    assert list(captured.inputs["age"]) == list(rows["age"])
    assert "Answered and kept: 40 rows" in page.success[0].value
    file = downloaded(page, here)
    assert list(file["age"]) == list(rows["age"])
    assert list(file["prediction_id"]) == list(captured.meta["id"])
    assert list(file["prediction"]) == list(captured.meta["prediction"])


def test_a_file_with_missing_dates_is_previewed(site):
    rows = customers(6)
    rows.loc[2, "since"] = None
    page = upload(site().open("A whole file"), as_csv(rows))
    assert page.dataframe[0].value["since"].isna().sum() == 1


def test_pressing_on_does_not_answer_the_file_twice(site):
    here = site()
    page = upload(here.open("A whole file"), as_csv(customers(12)))
    press(page, "Answer 12 rows")
    page.run()
    assert "Answer 12 rows" not in [button.label for button in page.button]
    assert len(here.captured()) == 12


def test_missing_columns_are_named_before_anything_is_answered(site):
    page = site().open("A whole file")
    upload(page, as_csv(customers(5).drop(columns=["plan", "age"])))
    assert "2 of the model" in page.warning[0].proto.title
    assert "plan" in page.warning[0].value


def test_a_file_without_any_of_the_columns_is_not_answered(site):
    page = upload(site().open("A whole file"), b"a,b\n1,2\n3,4\n")
    assert "none of the model" in page.error[0].value
    assert not [b for b in page.button if b.label.startswith("Answer")]


@pytest.mark.parametrize(
    "name",
    [
        "empty file",
        "header only",
        "three rows",
        "2,000 columns",
        "hostile column names",
        "numbers past every limit",
        "binary file called .csv",
        "file name with slashes",
    ],
)
def test_a_bad_file_never_ends_in_a_traceback(site, name):
    fault = FAULTS[name]
    page = upload(site().open("A whole file"), fault.make(), fault.file_name)
    if fault.refused:
        assert "Next step" in page.error[0].value


def test_formulas_of_the_file_do_not_run_in_a_spreadsheet(site):
    rows = customers(3).assign(remark=["=1+1", "+2*3", "fine"])
    here = site()
    page = upload(here.open("A whole file"), as_csv(rows))
    press(page, "Answer 3 rows")
    assert list(downloaded(page, here)["remark"]) == ["'=1+1", "'+2*3", "fine"]


def test_columns_under_other_names_are_recognised_and_can_be_chosen(site):
    here = site()
    rows = customers(12).rename(columns={"spend": "Spend", "plan": "tariff"})
    page = upload(here.open("A whole file"), as_csv(rows))
    assert choice(page, "spend").value == "Spend"
    choice(page, "plan").select("tariff").run()
    press(page, "Answer 12 rows")
    assert list(here.captured().inputs["plan"].dropna()) == list(
        rows["tariff"].dropna()
    )
    assert "tariff" in downloaded(page, here)


def test_a_large_file_is_answered_by_a_job_and_stays_for_download(site, monkeypatch):
    monkeypatch.setattr(predict_file, "MOST_AT_ONCE", 10)
    here = site()
    page = upload(here.open("A whole file"), as_csv(customers(12)))
    press(page, "Answer 12 rows")
    (job,) = here.workspace.batches.newest(here.project_id)
    ended = here.workspace.jobs.wait(job.id, 120)
    path = here.workspace.batches.result(ended)
    assert len(pd.read_csv(path)) == len(here.captured()) == 12
    page = here.open("A whole file")
    assert "12 rows" in words(page)
    assert page.get("download_button")


def test_of_a_large_file_only_the_beginning_is_read(site, monkeypatch):
    monkeypatch.setattr(predict_file, "LARGE_BYTES", 10)
    here = site()
    page = upload(here.open("A whole file"), as_csv(customers(12)))
    assert "first rows of a large file" in words(page)
    press(page, "Answer all rows")
    (job,) = here.workspace.batches.newest(here.project_id)
    assert here.workspace.jobs.cancel(job.id).state in ("cancelled", "done")


def test_an_override_answers_is_told_counted_and_ended(site):
    here = site()
    page = here.open("Overrides")
    fill = {box.label: box for box in page.text_input}
    fill["If"].set_value("age >= 0")
    fill["Name of the rule"].set_value("always")
    choice(page, "then the answer is").select("yes")
    press(page, "Put it in force")
    assert "**always**: if age" in words(page)
    page = press(here.open(), "Predict")
    assert "The rule always answers here" in words(page)
    assert list(here.captured().meta["prediction"]) == ["yes"]
    page = here.open("Overrides")
    assert "changed 1 answer within" in words(page)
    press(page, "End it")
    assert "No rule stands above the model" in words(page)


def test_a_rule_of_unknown_columns_is_refused(site):
    page = site().open("Overrides")
    fill = {box.label: box for box in page.text_input}
    fill["If"].set_value("nothing > 3")
    fill["Name of the rule"].set_value("wrong")
    press(page, "Put it in force")
    assert "nothing" in page.error[0].value


def test_a_row_that_was_answered_fills_the_form(site):
    here = site()
    service = here.workspace.service(here.project_id)
    given = {"spend": 61.25, "plan": "gold", "age": 400, "member": None}
    asked = answer_call(service, here.workspace.log, [given], source="api")
    page = here.open()
    (box,) = [each for each in page.text_input if "Start from" in each.label]
    box.set_value(asked.ids[0]).run()
    press(page, "Load the row")
    press(page, "Predict")
    (again,) = here.captured().inputs.tail(1).to_dict("records")
    assert (again["spend"], again["plan"], again["age"]) == (61.25, "gold", 400)
    assert pd.isna(again["member"])


def test_a_row_of_the_training_sample_fills_the_form(site):
    here = site()
    rows = customers()
    info = here.workspace.registry.add(
        here.project_id, fit_model(), who="tester", reference=rows
    )
    here.workspace.registry.set_alias(
        here.project_id, "champion", info.number, who="tester"
    )
    page = here.open()
    (box,) = [each for each in page.text_input if "Start from" in each.label]
    box.set_value("17").run()
    press(page, "Load the row")
    press(page, "Predict")
    kept = here.captured().inputs.iloc[-1]
    reference = here.workspace.service(here.project_id).version.reference
    assert kept["age"] == reference["age"][16]
    assert kept["plan"] == reference["plan"][16]
    assert [box.options for box in page.selectbox if box.label == "Of the"] == [
        ["training rows"]
    ]
    said = words(page)
    assert "row 17 of the 120 training rows" in said
    assert f"Its churn was {reference['churn'][16]}" in said


def test_a_test_row_is_offered_once_opened_and_said_to_be_one(settings):
    workspace = open_workspace(settings)
    cycle = go_round(workspace, leavers())
    opened = workspace.explanations.rows(cycle.id)
    page = Site(workspace, cycle.project_id).open()
    choice(page, "Of the").set_value("test")
    (box,) = [each for each in page.text_input if "Start from" in each.label]
    box.set_value("3").run()
    press(page, "Load the row")
    said = words(page)
    assert f"row 3 of the {len(opened)} test rows, opened on Evaluate" in said
    assert f"Its left was {opened['left'].iloc[2]}" in said
    press(page, "Predict")
    kept = workspace.log.read(cycle.project_id).inputs.iloc[-1]
    assert kept["fee"] == opened["fee"].iloc[2]
    assert len(workspace.evaluation.openings(cycle.id)) == 1
    box = next(each for each in page.text_input if "Start from" in each.label)
    box.set_value("900000").run()
    press(page, "Load the row")
    assert "There is no row 900,000" in page.error[0].value


def test_a_row_that_does_not_exist_is_said(site):
    page = site().open()
    (box,) = [each for each in page.text_input if "Start from" in each.label]
    box.set_value("900000").run()
    press(page, "Load the row")
    assert "no prediction" in page.error[0].value


def test_scenarios_are_pinned_and_compared(site):
    page = press(site().open(), "Predict")
    press(page, "Pin this scenario")
    page.slider[0].set_value(60.0)
    press(page, "Predict")
    press(page, "Pin this scenario")
    table = page.dataframe[0].value
    assert list(table.columns) == ["", "Scenario 1", "Scenario 2"]
    (spend,) = table[table[""] == "spend"].to_dict("records")
    assert spend["Scenario 2"] == "60 ◆"
    assert "plan" not in set(table[""])
    press(page, "Let go of them")
    assert not page.dataframe
