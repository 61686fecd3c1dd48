from pathlib import Path

import pytest

from core.errors import StorageError
from core.storage import write_atomic


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path):
    path = write_atomic(tmp_path / "a.txt", b"old")

    def fail(target: Path) -> None:
        target.write_bytes(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomic(path, fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_folders_on_the_way_are_made(tmp_path: Path):
    path = tmp_path / "a" / "b" / "c.bin"
    assert write_atomic(path, b"1").read_bytes() == b"1"


def test_a_refusing_disk_is_an_error_with_a_next_step(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="free space"):
        write_atomic(tmp_path / "file" / "below.txt", b"1")
