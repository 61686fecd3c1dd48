from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.data import Recipe, Step, churn_sample
from core.settings import Settings
from core.workspace import Workspace, open_workspace
from tests.bad_input import FAULTS

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"
PARTS = ("Table", "Findings", "Columns", "Relations", "Clean", "Split")


@dataclass(frozen=True)
class Site:
    """A workspace with a project, and its Explore page."""

    workspace: Workspace
    project_id: str

    @property
    def cycle(self):
        return self.workspace.cycles.current(self.project_id)

    def open(self, part: str = "Table") -> AppTest:
        page = AppTest.from_file(str(ROUTER), default_timeout=60)
        page.session_state["project"] = self.project_id
        page.session_state["explore-part"] = part
        page.switch_page("explore.py").run()
        assert not page.exception
        return page

    def bring(
        self, frame: pd.DataFrame, target: str | None = None, task=None
    ) -> "Site":
        dataset = self.workspace.data.add_frame(self.project_id, frame, "made.csv")
        self.workspace.cycles.use_dataset(self.cycle.id, dataset.id)
        if target is not None:
            self.workspace.cycles.set_target(self.cycle.id, target, task or "binary")
        return self


@pytest.fixture
def site(settings: Settings) -> Site:
    workspace = open_workspace(settings)
    return Site(workspace, workspace.projects.create("Who leaves?").id)


@pytest.fixture(scope="module")
def churn() -> pd.DataFrame:
    return churn_sample().table.iloc[:800].reset_index(drop=True)


def small() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            HOSTILE: rng.normal(size=120),
            "plan": rng.choice(["a", "b"], 120),
            "since": pd.date_range("2024-01-01", periods=120),
            "y": rng.choice(["yes", "no"], 120),
        }
    )


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.success, page.warning, page.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def box(page: AppTest, label: str):
    return next(item for item in page.selectbox if item.label == label)


def test_without_a_table_it_asks_for_one_and_states_the_limits(site):
    page = site.open()
    assert "1,024 MB, 20,000,000 rows and 5,000 columns" in words(page)
    assert not page.tabs


def test_an_uploaded_file_is_kept_at_once_and_its_reading_is_told(site):
    page = site.open()
    content = b"name;fee;left\nAnn;1,5;yes\nBob;2,5;no\nEve;3\n" + b"Jo;4,5;no\n" * 30
    page.file_uploader[0].upload("people.csv", content).run()
    assert not page.exception
    dataset = site.workspace.data.get(site.cycle.dataset_id)
    assert (dataset.n_rows, dataset.report.n_refused) == (32, 1)
    told = words(page).replace("\\", "")
    assert "semicolon between values" in told
    assert "nobody can say which value belongs where" in told.lower()


@pytest.mark.parametrize(
    "name",
    ["empty file", "header only", "binary file called .csv", "picture called .csv"],
)
def test_a_bad_file_is_refused_with_a_next_step(site, name):
    fault = FAULTS[name]
    page = site.open()
    page.file_uploader[0].upload(fault.file_name, fault.make()).run()
    assert not page.exception
    assert "Next step:" in page.error[0].value
    assert site.cycle.dataset_id is None


@pytest.mark.parametrize(
    "name", ["one column", "three rows", "all-missing column", "duplicate column names"]
)
def test_an_odd_file_can_be_looked_at_in_every_part(site, name):
    fault = FAULTS[name]
    page = site.open()
    page.file_uploader[0].upload(fault.file_name, fault.make()).run()
    for part in PARTS:
        assert not site.open(part).exception


def test_the_target_is_suggested_and_saved_by_one_click(site, churn):
    page = site.bring(churn).open()
    assert box(page, "Column to predict").value == "churn"
    press(page, "Predict this")
    assert (site.cycle.target, site.cycle.task) == ("churn", "binary")


def test_a_target_that_cannot_be_predicted_is_refused(site):
    page = site.bring(small()).open()
    box(page, "Column to predict").set_value("since").run()
    assert "holds dates" in page.error[0].value
    assert not any(b.label == "Predict this" for b in page.button)


def test_a_fix_becomes_a_step_that_can_be_undone(site, churn):
    page = site.bring(churn, "churn").open("Findings")
    press(page, "Fix")
    (step,) = site.workspace.data.recipe(site.cycle.id).steps
    page = site.open("Clean")
    assert step.sentence.split(":")[0] in words(page)
    press(page, "Undo")
    assert site.workspace.data.recipe(site.cycle.id).steps == ()


def test_a_finding_is_ignored_with_a_reason_and_taken_back(site, churn):
    page = site.bring(churn, "churn").open("Findings")
    field = next(t for t in page.text_input if t.label == "Why it does not matter")
    field.set_value("We know $x$ of it").run()
    page = press(page, "Ignore it")
    (key,) = site.workspace.cycles.ignored_findings(site.cycle.id)
    assert site.workspace.cycles.ignored_findings(site.cycle.id)[key].startswith("We")
    assert "We know \\$x\\$ of it" in words(page)
    press(page, "Look at it again")
    assert site.workspace.cycles.ignored_findings(site.cycle.id) == {}


def test_relations_begin_with_a_first_guess(site, churn):
    page = site.bring(churn, "churn").open("Relations")
    assert "A first guess, before any training: AUC" in words(page)


def test_all_certain_fixes_are_taken_at_once(site, churn):
    page = site.bring(churn, "churn").open("Findings")
    label = next(b.label for b in page.button if "no judgement" in b.label)
    page = press(page, label)
    recipe = site.workspace.data.recipe(site.cycle.id)
    assert len(recipe.steps) > 1
    assert "cancellation_reason" not in recipe.apply(churn).columns


def test_a_step_is_added_by_its_form_and_says_what_it_did(site):
    page = site.bring(small(), "y").open("Clean")
    box(page, "What to do").set_value("drop_rows").run()
    box(page, "Column").set_value("plan")
    next(t for t in page.text_input if t.label == "Value").set_value("a")
    page = press(page, "Add step")
    n_dropped = int((small()["plan"] == "a").sum())
    assert f"{n_dropped} of 120 rows left out" in words(page).replace("\\", "")


def test_a_formula_makes_a_column_and_its_rows_are_shown(site):
    page = site.bring(small(), "y").open("Clean")
    box(page, "What to do").set_value("formula").run()
    next(t for t in page.text_input if t.label == "New column").set_value("twice")
    formula = next(t for t in page.text_input if t.label == "Formula")
    formula.set_value(f"`{HOSTILE}` * 2")
    page = press(page, "Add step")
    assert "twice" in site.workspace.data.cleaned(site.cycle.id).columns
    next(t for t in page.toggle if t.label == "Rows").set_value(True).run()
    assert not page.exception
    assert page.dataframe[-1].value.columns.tolist() == ["twice"]


def test_a_formula_that_is_none_is_refused(site):
    page = site.bring(small(), "y").open("Clean")
    box(page, "What to do").set_value("formula").run()
    next(t for t in page.text_input if t.label == "New column").set_value("twice")
    next(t for t in page.text_input if t.label == "Formula").set_value("__import__(a)")
    page = press(page, "Add step")
    assert "cannot hold a call" in page.error[0].value


def test_a_recipe_from_a_file_says_how_it_fits_and_is_used(site):
    steps = (Step("drop_columns", ("plan", "gone")), Step("drop_missing", ("gone",)))
    text = Recipe(steps).to_json(["plan", "gone", "y"]).encode()
    page = site.bring(small(), "y").open("Clean")
    page.file_uploader[0].upload("recipe.json", text).run()
    told = words(page).replace("\\", "")
    assert "Not in this table:** gone" in told
    assert "Drop rows with missing values: gone" in told
    press(page, "Use its one step")
    (step,) = site.workspace.data.recipe(site.cycle.id).steps
    assert step.columns == ("plan",)


def test_a_step_that_does_not_fit_is_not_saved(site):
    page = site.bring(small(), "y").open("Clean")
    box(page, "What to do").set_value("clip").run()
    columns = next(m for m in page.multiselect if m.label == "Columns")
    columns.set_value(["plan"])
    page = press(page, "Add step")
    assert "holds no numbers" in page.error[0].value
    assert site.workspace.data.recipe(site.cycle.id).steps == ()


def test_a_recipe_that_no_longer_fits_can_be_mended(site):
    recipe = Recipe((Step("drop_columns", ("gone",)),))
    site.bring(small(), "y").workspace.cycles.save_recipe(site.cycle.id, recipe)
    page = site.open("Clean")
    assert "which is not there" in page.error[0].value.replace("\\", "")
    press(page, "Undo")
    assert site.workspace.data.recipe(site.cycle.id).steps == ()


def test_the_split_is_made_diagnosed_and_leads_on(site):
    page = site.bring(small(), "y").open("Split")
    page = press(page, "Split")
    made = site.workspace.data.split_of(site.cycle.id)
    assert (made.n_train, made.n_validation, made.n_test) == (72, 24, 24)
    assert [m.value for m in page.metric] == ["72 rows", "24 rows", "24 rows"]
    assert "The test set is small" in words(page)
    assert any(b.label == "Go to Train" for b in page.button)


def test_a_split_by_time_needs_its_column(site):
    page = site.bring(small(), "y").open("Split")
    box(page, "How to divide the rows").set_value("time").run()
    page = press(page, "Split")
    assert "needs a column" in page.error[0].value
    box(page, "Column").set_value("since")
    press(page, "Split")
    assert site.workspace.data.split_of(site.cycle.id).column == "since"


def test_a_split_by_time_and_group_asks_for_both(site):
    who = [f"c{i // 4}" for i in range(120)]
    page = site.bring(small().assign(who=who), "y").open("Split")
    box(page, "How to divide the rows").set_value("time and group").run()
    box(page, "Column").set_value("since")
    box(page, "Group").set_value("who")
    press(page, "Split")
    made = site.workspace.data.split_of(site.cycle.id)
    assert (made.column, made.group) == ("since", "who")


def test_rows_in_two_sets_are_shown_as_a_problem_with_the_fix(site):
    twice = pd.concat([small(), small().iloc[:60]], ignore_index=True)
    page = site.bring(twice, "y").open("Split")
    page = press(page, "Split")
    assert any("cannot be trusted" in (e.proto.title or "") for e in page.error)
    page = press(page, "Drop repeated rows and split again")
    assert site.workspace.data.split_of(site.cycle.id).n_rows == 120
    assert not page.error


def test_things_in_two_sets_are_kept_together_by_the_fix(site):
    who = [f"c{i // 4}" for i in range(120)]
    page = site.bring(small().assign(who=who), "y").open("Split")
    page = press(page, "Split")
    press(page, "Keep each in one set")
    made = site.workspace.data.split_of(site.cycle.id)
    assert (made.strategy, made.column) == ("group", "who")


def test_few_rows_may_do_without_a_validation_set(site):
    page = site.bring(small(), "y").open("Split")
    page.segmented_control(key=f"explore-folds-{site.cycle.dataset_id}").set_value(
        "Folds of the training rows"
    ).run()
    page = press(page, "Split")
    made = site.workspace.data.split_of(site.cycle.id)
    assert (made.n_train, made.n_validation, made.n_test) == (96, 0, 24)
    assert [m.value for m in page.metric] == ["96 rows", "24 rows"]
    assert not page.exception


def test_a_change_upstream_makes_the_split_stale(site):
    page = site.bring(small(), "y").open("Split")
    press(page, "Split")
    step = Step("drop_columns", ("plan",))
    site.workspace.cycles.save_recipe(site.cycle.id, Recipe((step,)))
    page = site.open("Split")
    assert "have changed since" in words(page)
    assert not any(b.label == "Go to Train" for b in page.button)


@pytest.mark.parametrize("part", PARTS)
def test_hostile_names_are_shown_literally(site, part):
    page = site.bring(small().rename(columns={"y": HOSTILE + "2"}), HOSTILE + "2")
    shown = page.open(part)
    for element in (*shown.markdown, *shown.caption, *shown.warning, *shown.error):
        for raw in (":red[a]", "[b](javascript", "<script>"):
            assert raw not in element.value


def test_columns_show_their_distribution_beside_the_target(site):
    page = site.bring(small(), "y").open("Columns")
    assert len(page.get("plotly_chart")) == 2
    box(page, "One column closely").set_value("y").run()
    assert not page.exception


def test_a_number_to_predict_is_explored_and_split(site):
    rng = np.random.default_rng(0)
    frame = small().assign(y=rng.lognormal(size=120))
    here: Callable[[str], AppTest] = site.bring(frame, "y", "regression").open
    for part in PARTS:
        assert not here(part).exception
    page = press(here("Split"), "Split")
    assert "mean" in page.dataframe[-1].value.columns


def test_a_large_table_is_profiled_once_in_a_job(site):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": rng.normal(size=200_001), "y": rng.random(200_001) < 0.5}
    )
    page = site.bring(frame, "y").open("Columns")
    assert not page.dataframe
    (job,) = site.workspace.jobs.active("profile")
    site.open("Findings")
    assert [item.id for item in site.workspace.jobs.active("profile")] == [job.id]
    assert site.workspace.jobs.wait(job.id, 120).state == "done"
    assert len(site.open("Columns").dataframe) == 1
