"""What one tab shows may be old: a press there never does something else."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.data import Recipe, Step
from core.modeling import TrainingPlan
from core.settings import Settings
from core.workspace import Cycle, Workspace, open_workspace
from tests.bad_input import table
from tests.fitted import enough, fit_model

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    opened = open_workspace(settings)
    yield opened
    opened.close()


@pytest.fixture
def cycle(workspace: Workspace) -> Cycle:
    """A cycle whose table is split."""
    cycle = workspace.cycles.current(workspace.projects.create("Two of us").id)
    content = io.BytesIO(table(120))
    dataset = workspace.data.import_table(cycle.project_id, content, "fees.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "churn", "binary")
    workspace.data.split(cycle.id)
    return workspace.cycles.get(cycle.id)


def open_tab(name: str, project_id: str, part: str = "") -> AppTest:
    page = AppTest.from_file(str(ROUTER), default_timeout=60)
    page.session_state["project"] = project_id
    page.session_state[f"{name}-part"] = part
    page.switch_page(f"{name}.py").run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def test_a_version_that_another_tab_promoted_is_not_swapped_for_the_other(
    workspace: Workspace,
):
    project_id = workspace.projects.create("Two of us").id
    for seed in range(2):
        model = replace(fit_model(seed=seed), name=f"Model {seed + 1}")
        workspace.registry.add(project_id, model, who="Ada")
    tabs = [open_tab("deploy", project_id, "Versions") for _ in range(2)]
    for tab in tabs:
        press(tab, "Make version 2 the champion")
    assert workspace.registry.champion(project_id) == 2
    assert workspace.registry.verify_history(project_id).intact


def test_two_roll_backs_go_back_once(workspace: Workspace):
    project_id = workspace.projects.create("Two of us").id
    for number in (1, 2, 3):
        model = replace(fit_model(seed=number), name=f"Model {number}")
        workspace.registry.add(project_id, model, who="Ada")
        workspace.registry.set_alias(project_id, "champion", number, who="Ada")
    tabs = [open_tab("deploy", project_id, "Versions") for _ in range(2)]
    for tab in tabs:
        press(tab, "Roll back to version 2")
    assert workspace.registry.champion(project_id) == 2


def test_undo_takes_out_the_step_it_stands_beside_or_none(
    workspace: Workspace, cycle: Cycle
):
    steps = tuple(Step("drop_columns", (name,)) for name in ("age", "fee"))
    workspace.cycles.save_recipe(cycle.id, Recipe(steps))
    tabs = [open_tab("explore", cycle.project_id, "Clean") for _ in range(2)]
    for tab in tabs:
        press(tab, "Undo")
    assert workspace.data.recipe(cycle.id).steps == steps[1:]


def test_the_test_set_is_opened_once_for_two_presses(
    workspace: Workspace, cycle: Cycle
):
    plan = TrainingPlan(
        target="churn", task="binary", budget_s=60, families=("linear",), n_jobs=1
    )
    workspace.training.execute(
        cycle.id, plan, split_id=cycle.split_id or "", run_id="run-two", **enough()
    )
    tabs = [open_tab("evaluate", cycle.project_id) for _ in range(2)]
    for tab in tabs:
        press(tab, "Open the test set")
    assert len(workspace.evaluation.openings(cycle.id)) == 1
