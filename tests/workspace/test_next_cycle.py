"""Looking after what is live, and the way back from it."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from core.data import Recipe, Step
from core.workspace import Cycle, Workspace
from core.workspace import material as material_module
from tests.workspace.conftest import customers


@pytest.fixture
def live_cycle(workspace: Workspace, trained_cycle: Cycle) -> Cycle:
    """A cycle whose version is live and has captured rows with outcomes."""
    workspace.evaluation.open(trained_cycle.id)
    info = workspace.evaluation.save_version(trained_cycle.id, who="Ada")
    project_id = trained_cycle.project_id
    workspace.registry.set_alias(project_id, "champion", info.number, who="Ada")
    rows = customers(60, random_state=1)
    inputs = rows.drop(columns="left")
    answers = workspace.service(project_id).predict(inputs)
    ids = workspace.log.append(
        project_id, info.number, inputs, answers, latency_ms=1.0, source="batch"
    )
    workspace.log.add_outcomes(project_id, zip(ids, rows["left"], strict=True))
    return workspace.cycles.get(trained_cycle.id)


def test_the_next_cycle_is_begun_once_however_often_it_is_asked_for(
    workspace: Workspace, live_cycle: Cycle
):
    project_id = live_cycle.project_id
    with ThreadPoolExecutor(2) as tabs:
        started = list(
            tabs.map(lambda _: workspace.next_cycle.start(project_id), range(2))
        )
    again = workspace.next_cycle.start(project_id, note="pressed once more")
    assert {cycle.id for cycle in started} == {again.id}
    assert [cycle.number for cycle in workspace.cycles.list(project_id)] == [2, 1]
    assert len(workspace.data.list(project_id)) == 2


def test_a_cycle_in_which_something_was_done_is_left_alone(
    workspace: Workspace, live_cycle: Cycle
):
    first = workspace.next_cycle.start(live_cycle.project_id)
    recipe = Recipe((Step("drop_columns", ("fee",)),))
    workspace.cycles.save_recipe(first.id, recipe)
    second = workspace.next_cycle.start(live_cycle.project_id)
    assert (first.number, second.number) == (2, 3)
    assert workspace.cycles.get(second.id).recipe_id is None


def test_training_rows_are_summarised_once_for_all_reports(
    workspace: Workspace, live_cycle: Cycle, monkeypatch: pytest.MonkeyPatch
):
    summarised: list[int] = []
    summarise = material_module.summarise_reference

    def counted(frame: pd.DataFrame, **options):
        summarised.append(len(frame))
        return summarise(frame, **options)

    monkeypatch.setattr(material_module, "summarise_reference", counted)
    first = workspace.monitoring.report(live_cycle.project_id)
    again = workspace.monitoring.report(live_cycle.project_id)
    assert len(summarised) == 2  # of the rows, and of the answers
    assert first.drift.to_dict() == again.drift.to_dict()
    assert list(first.drift.columns) == ["age", "fee", "plan", "calls"]
