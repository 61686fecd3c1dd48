"""Tables come in from files, addresses and databases; refused ones leave nothing."""

import hashlib
import io
import sqlite3

import fsspec
import pytest

from core.errors import DataError
from core.settings import Settings
from core.workspace import Workspace

CSV = b"day,fee\n01/02/2024,1.5\n03/04/2024,2.5\n05/06/2024,3.5\n"
MORE = b"fee,day\n4.5,07/08/2024\n5.5,09/10/2024\n"


def uploads(workspace):
    folder = workspace.settings.home / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"<html><p>a,b", b"%PDF-1.7"])
def test_a_refused_upload_leaves_no_bytes(workspace: Workspace, content: bytes):
    project = workspace.projects.create("A")
    with pytest.raises(DataError):
        workspace.data.import_table(project.id, io.BytesIO(content), "a.csv")
    assert uploads(workspace) == []


def test_files_that_do_not_go_together_leave_no_bytes(workspace: Workspace):
    project = workspace.projects.create("A")
    files = {"a.csv": io.BytesIO(CSV), "b.csv": io.BytesIO(b"x,y\n1,2\n")}
    with pytest.raises(DataError, match="other columns"):
        workspace.data.import_files(project.id, files)
    assert uploads(workspace) == []


def test_a_refused_upload_leaves_the_bytes_of_an_earlier_one(workspace: Workspace):
    project = workspace.projects.create("A")
    made = workspace.data.import_table(project.id, io.BytesIO(CSV), "a.csv")
    with pytest.raises(DataError):
        workspace.data.import_table(
            project.id, io.BytesIO(CSV), "a.csv", format="excel"
        )
    assert uploads(workspace) == [made.raw_sha256]


def test_files_are_kept_each_and_can_be_read_again_together(workspace: Workspace):
    project = workspace.projects.create("A")
    files = {"a.csv": io.BytesIO(CSV), "b.csv": io.BytesIO(MORE)}
    made = workspace.data.import_files(project.id, files, source_column="file")
    kept = sorted(hashlib.sha256(content).hexdigest() for content in (CSV, MORE))
    assert uploads(workspace) == kept
    assert made.name == "a.csv and 1 more"
    assert workspace.data.preview(made.id).frame.shape == (3, 2)
    changed = workspace.data.read_again(made.id, day_first=True)
    frame = workspace.data.frame(changed.id)
    assert frame["day"].dt.month.tolist() == [2, 4, 6, 8, 10]
    assert frame["file"].tolist() == ["a.csv"] * 3 + ["b.csv"] * 2


def test_an_address_is_kept_and_its_origin_told(workspace: Workspace):
    with fsspec.open("memory://in/fees.csv", "wb") as file:
        file.write(CSV)
    project = workspace.projects.create("A")
    made = workspace.data.import_address(project.id, "memory://in/fees.csv")
    assert (made.name, made.report.origin) == ("fees.csv", "memory://in/fees.csv")
    assert uploads(workspace) == [hashlib.sha256(CSV).hexdigest()]
    again = workspace.data.read_again(made.id, day_first=True)
    assert again.report.origin == made.report.origin


def test_an_address_over_the_limit_is_not_kept(tmp_path):
    small = Workspace(Settings(home=tmp_path, models=tmp_path / "m", max_upload_mb=1))
    with fsspec.open("memory://in/large.csv", "wb") as file:
        file.write(b"a,b\n" * 300_000)
    project = small.projects.create("A")
    with pytest.raises(DataError, match="RONDO_MAX_UPLOAD_MB"):
        small.data.import_address(project.id, "memory://in/large.csv")
    assert uploads(small) == []


def test_files_of_this_computer_are_no_addresses(workspace: Workspace, tmp_path):
    (tmp_path / "a.csv").write_bytes(CSV)
    project = workspace.projects.create("A")
    with pytest.raises(DataError, match="file of the computer"):
        workspace.data.import_address(project.id, f"file://{tmp_path}/a.csv")


def test_a_query_is_kept_as_the_rows_it_gave(workspace: Workspace, tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE t (id INTEGER, name TEXT)")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?)", [(i, f"n{i}") for i in range(9)]
        )
    connection.close()
    project = workspace.projects.create("A")
    url = f"sqlite:///{tmp_path}/shop.db"
    made = workspace.data.import_query(project.id, url, "SELECT *\nFROM t")
    assert (made.name, made.n_rows) == ("shop.db.parquet", 9)
    assert "SELECT * FROM t" in made.report.notes[0]
    assert len(uploads(workspace)) == 1


def test_the_database_of_rondo_itself_is_not_read(workspace: Workspace):
    project = workspace.projects.create("A")
    with pytest.raises(DataError, match="own database"):
        workspace.data.import_query(
            project.id, workspace.settings.database, "SELECT * FROM project"
        )
