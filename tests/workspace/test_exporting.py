"""A project as a file: exported, done once more, and never trusted."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace import Workspace, exporting
from core.workspace import __main__ as command
from core.workspace.exporting import export_project, open_exported
from core.workspace.verify import Figure, verify_project
from tests.workspace.live import PROJECT, build, settings_in


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("export")
    build(folder, 300)
    workspace = Workspace(settings_in(folder, "home"))
    packed = io.BytesIO()
    export_project(workspace, PROJECT, packed)
    workspace.close()
    return packed.getvalue()


def changed(exported: bytes, name: str, content: bytes) -> io.BytesIO:
    """Put another content under one name."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(exported)) as old,
        zipfile.ZipFile(made, "w") as new,
    ):
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
    return made


def told(exported: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(exported)) as packed:
        return json.loads(packed.read("project.json"))


def test_the_file_holds_records_datasets_and_versions_and_no_captured_row(exported):
    with zipfile.ZipFile(io.BytesIO(exported)) as packed:
        names = packed.namelist()
    assert "versions/1/manifest.json" in names
    assert sum(name.startswith("datasets/") for name in names) == 1
    found = told(exported)
    assert {"cycles", "records", "openings", "versions", "history"} <= set(found)
    assert "predictions" not in found
    assert len(found["openings"]) == 1


def test_every_figure_comes_out_again(exported):
    figures = verify_project(io.BytesIO(exported))
    assert [each.what for each in figures if not each.equal] == []
    assert len(figures) > 12
    assert any(each.what.endswith("on test rows") for each in figures)


def test_a_run_that_its_budget_ended_comes_out_again(tmp_path: Path):
    build(tmp_path, 300, ended_by_its_budget=True)
    workspace = Workspace(settings_in(tmp_path, "home"))
    run = workspace.training.run(workspace.cycles.current(PROJECT).id)
    assert run is not None
    cut_off = [e for e in run.entries if e["state"] != "done"]
    packed = io.BytesIO()
    export_project(workspace, PROJECT, packed)
    workspace.close()
    figures = verify_project(packed)
    assert [each for each in figures if not each.equal] == []
    assert cut_off or run.summary["elapsed_s"] > 1


def test_a_figure_that_was_improved_by_hand_is_found(exported):
    project = told(exported)
    for record in project["records"]:
        if record["kind"] == "evaluation":
            record["payload"]["champion"]["metrics"]["roc_auc"]["value"] = 0.99
    forged = changed(exported, "project.json", json.dumps(project).encode())
    wrong = [each for each in verify_project(forged) if not each.equal]
    assert [(each.what, each.old) for each in wrong] == [("ROC AUC on test rows", 0.99)]


def test_a_dataset_that_was_changed_is_named(exported):
    with zipfile.ZipFile(io.BytesIO(exported)) as packed:
        name = next(n for n in packed.namelist() if n.startswith("datasets/"))
    figures = verify_project(changed(exported, name, b"PAR1"))
    assert "dataset" in figures[-1].new
    assert not figures[-1].equal


@pytest.mark.parametrize(
    "content",
    [b"[]", b'{"form": 2}', b"{", b'{"form": 1}', b'{"form": 1, "cycles": [{}]}'],
    ids=["a list", "another form", "no JSON", "nothing in it", "a cycle of nothing"],
)
def test_what_is_no_project_is_refused(exported, content):
    with pytest.raises(WorkspaceError, match="not a project"):
        verify_project(changed(exported, "project.json", content))


def test_no_zip_and_a_bomb_are_refused(exported, monkeypatch):
    with (
        pytest.raises(WorkspaceError, match="no zip"),
        open_exported(io.BytesIO(b"hello")),
    ):
        pass
    monkeypatch.setattr(exporting, "MOST_BYTES", 1000)
    with (
        pytest.raises(WorkspaceError, match="unpacks to more"),
        open_exported(io.BytesIO(exported)),
    ):
        pass


def test_names_in_records_never_become_paths(exported, tmp_path: Path):
    with open_exported(io.BytesIO(exported)) as opened:
        for name in ("../../etc/passwd", "a/../b", ""):
            with pytest.raises(WorkspaceError, match="missing"):
                opened.table(name)


def test_the_command_prints_old_new_and_equal(exported, tmp_path, capsys, monkeypatch):
    path = tmp_path / "project.zip"
    path.write_bytes(exported)
    figures = (Figure(1, "n_train", 180, 180), Figure(1, "ROC AUC", 0.8, 0.7))
    monkeypatch.setattr(command, "verify_project", lambda *_, **__: figures)
    assert command.main(["verify", str(path)]) == 1
    shown = capsys.readouterr().out
    assert "DIFFERENT" in shown
    assert "1 of 2 figures equal." in shown
    path.write_bytes(b"no zip")
    monkeypatch.undo()
    assert command.main(["verify", str(path)]) == 2
