import io
from pathlib import Path

import pandas as pd
import pytest

from core.data import Recipe, Step
from core.errors import DataError, WorkspaceError
from core.settings import Settings
from core.workspace import Cycle, Workspace


def test_raw_bytes_are_kept_under_their_own_hash(workspace: Workspace, csv: bytes):
    project = workspace.projects.create("A")
    dataset = workspace.data.import_table(project.id, io.BytesIO(csv), "a.csv")
    kept = workspace.settings.home / "uploads" / dataset.raw_sha256
    assert kept.read_bytes() == csv


def test_the_same_file_twice_is_one_dataset(workspace: Workspace, csv: bytes):
    project = workspace.projects.create("A")
    first, second = (
        workspace.data.import_table(project.id, io.BytesIO(csv), "a.csv")
        for _ in range(2)
    )
    assert first.id == second.id


def test_a_file_over_the_limit_is_refused_by_the_name_of_the_setting(
    tmp_path: Path, csv: bytes
):
    from core.workspace import Workspace as Fresh

    small = Fresh(Settings(home=tmp_path, models=tmp_path / "m", max_upload_mb=1))
    project = small.projects.create("A")
    with pytest.raises(DataError, match="RONDO_MAX_UPLOAD_MB"):
        small.data.import_table(project.id, io.BytesIO(b"a,b\n" * 300_000), "a.csv")
    assert list((tmp_path / "uploads").iterdir()) == []


def test_the_three_parts_are_disjoint_and_complete(
    workspace: Workspace, split_cycle: Cycle
):
    positions = workspace.data.positions(split_cycle.split_id or "")
    every = [row for part in positions.values() for row in part]
    assert sorted(every) == list(range(240))


def test_the_test_rows_are_not_handed_out(workspace: Workspace, split_cycle: Cycle):
    with pytest.raises(WorkspaceError, match="sealed"):
        workspace.data.part(split_cycle.split_id or "", "test")


def test_another_recipe_makes_the_split_stale(workspace: Workspace, split_cycle: Cycle):
    recipe = Recipe((Step("drop_columns", ("fee",), {}),))
    cycle = workspace.cycles.save_recipe(split_cycle.id, recipe)
    split = workspace.data.split_of(cycle.id)
    assert split is not None
    assert split.sources != cycle.sources
    statuses = {s.stage: s.state for s in workspace.status.of(cycle.id)}
    assert statuses["explore"] == "stale"


def test_the_same_recipe_again_keeps_the_split_fresh(
    workspace: Workspace, split_cycle: Cycle
):
    recipe = Recipe((Step("drop_columns", ("fee",), {}),))
    workspace.cycles.save_recipe(split_cycle.id, recipe)
    workspace.data.split(split_cycle.id)
    workspace.cycles.save_recipe(split_cycle.id, Recipe(()))
    cycle = workspace.cycles.save_recipe(split_cycle.id, recipe)
    split = workspace.data.split_of(cycle.id)
    assert split is not None
    assert split.sources == cycle.sources


def test_rows_without_a_target_value_are_left_out_of_the_split(workspace: Workspace):
    project = workspace.projects.create("A")
    cycle = workspace.cycles.current(project.id)
    frame = pd.DataFrame({"a": range(60), "y": ["yes", "no", ""] * 20})
    dataset = workspace.data.import_table(
        project.id, io.BytesIO(frame.to_csv(index=False).encode()), "a.csv"
    )
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "y", "binary")
    assert workspace.data.split(cycle.id).n_rows == 40


def test_another_table_keeps_the_target_only_if_it_has_it(
    workspace: Workspace, split_cycle: Cycle
):
    other = workspace.data.import_table(
        split_cycle.project_id, io.BytesIO(b"p,q\n1,2\n3,4\n5,6\n"), "other.csv"
    )
    assert workspace.cycles.use_dataset(split_cycle.id, other.id).target is None


def test_a_profile_is_computed_once(workspace: Workspace, split_cycle: Cycle):
    dataset_id = split_cycle.dataset_id or ""
    first = workspace.data.profile(dataset_id, "left")
    folder = workspace.settings.home / "projects" / split_cycle.project_id / "profiles"
    (written,) = folder.iterdir()
    stamp = written.stat().st_mtime_ns
    assert workspace.data.profile(dataset_id, "left").n_rows == first.n_rows
    assert written.stat().st_mtime_ns == stamp


def test_a_target_of_yes_and_no_is_predicted_in_these_words(
    workspace: Workspace, split_cycle: Cycle
):
    rows = workspace.data.part(split_cycle.split_id or "", "train")
    assert set(rows["left"]) == {"yes", "no"}


def test_a_target_stays_with_a_new_table_only_where_it_fits_its_task(
    workspace: Workspace, split_cycle: Cycle
):
    def take(*outcomes: str) -> Cycle:
        frame = pd.DataFrame(
            {"calls": range(30), "left": [*outcomes] * (30 // len(outcomes))}
        )
        frame = frame.astype({"left": "str"})
        dataset = workspace.data.add_frame(split_cycle.project_id, frame, "new.csv")
        return workspace.cycles.use_dataset(split_cycle.id, dataset.id)

    assert (take("no", "yes").target, take("no", "yes").task) == ("left", "binary")
    assert take("no", "yes", "perhaps").target is None


@pytest.mark.parametrize(
    ("target", "task", "hint"),
    [
        pytest.param("nowhere", "binary", "table's columns", id="no such column"),
        pytest.param("left", "regression", "as binary", id="words as a number"),
        pytest.param("age", "binary", "as multiclass or regression", id="numbers"),
    ],
)
def test_a_target_that_does_not_fit_its_task_is_refused(
    workspace: Workspace, split_cycle: Cycle, target: str, task, hint: str
):
    with pytest.raises(WorkspaceError) as caught:
        workspace.cycles.set_target(split_cycle.id, target, task)
    assert hint in caught.value.hint
    assert workspace.cycles.get(split_cycle.id).target == "left"


def test_a_job_splits_and_compares_the_sets(workspace: Workspace, split_cycle: Cycle):
    request = {"strategy": "random", "fractions": [0.5, 0.25, 0.25], "random_state": 3}
    project = split_cycle.project_id
    job = workspace.jobs.submit("split", project, request, cycle_id=split_cycle.id)
    assert workspace.jobs.wait(job.id).state == "done"
    made = workspace.data.split_of(split_cycle.id)
    assert made is not None
    assert (made.strategy, made.random_state) == ("random", 3)
    assert workspace.data.diagnosed(made.id)
    assert len(workspace.data.diagnosis(split_cycle.id, made.id).sets) == 3


def test_a_diagnosis_is_read_as_it_was_written(
    workspace: Workspace, split_cycle: Cycle
):
    split_id = split_cycle.split_id or ""
    first = workspace.data.diagnosis(split_cycle.id, split_id)
    assert workspace.data.diagnosis(split_cycle.id, split_id) == first
