from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from core.storage import Files


@pytest.fixture(params=["folder", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return Files(tmp_path if request.param == "folder" else f"memory://{tmp_path.name}")


@given(content=st.binary(max_size=200))
@settings(max_examples=20)
def test_what_was_written_is_read_anywhere(content):
    files = Files("memory://laws")
    files.write("a/b.bin", content)
    assert files.read("a/b.bin") == content


def test_a_function_may_write_the_file(files: Files):
    files.write("a/b.txt", lambda path: path.write_text("written") and None)
    assert files.read("a/b.txt") == b"written"


def test_a_missing_file_is_an_error_with_a_next_step(files: Files):
    assert not files.exists("a/none.txt")
    with pytest.raises(StorageError, match="gone"):
        files.read("a/none.txt")


def test_a_folder_goes_there_and_back(files: Files, tmp_path: Path):
    (tmp_path / "v" / "sub").mkdir(parents=True)
    (tmp_path / "v" / "one.txt").write_bytes(b"1")
    (tmp_path / "v" / "sub" / "two.txt").write_bytes(b"2")
    files.put_folder(tmp_path / "v", "churn/1")
    files.get_folder("churn/1", tmp_path / "back")
    assert (tmp_path / "back" / "one.txt").read_bytes() == b"1"
    assert (tmp_path / "back" / "sub" / "two.txt").read_bytes() == b"2"


def test_an_unknown_kind_of_place_is_refused_with_a_next_step():
    with pytest.raises(StorageError, match="fsspec"):
        Files("nowhere://bucket/rondo")
