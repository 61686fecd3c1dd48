"""Where files are kept: a folder here, or any address that fsspec knows."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from core.errors import StorageError
from core.storage.files import write_atomic

Content = bytes | Callable[[Path], None]


class Files:
    """Files under one root, by their keys; a reader sees a whole file or none.

    Parameters
    ----------
    root : str or Path
        A folder, or an address such as ``s3://bucket/rondo``. Other places than
        folders need their fsspec package (s3fs, gcsfs, adlfs).

    Examples
    --------
    >>> files = Files("memory://example")
    >>> files.write("a/b.txt", b"whole")
    >>> files.exists("a/b.txt"), files.read("a/b.txt")
    (True, b'whole')
    """

    def __init__(self, root: str | Path) -> None:
        try:
            self._system, path = fsspec.core.url_to_fs(str(root))
        except (ValueError, ImportError) as error:
            raise StorageError(
                f"The place {root} cannot be opened: {error}.",
                hint="Install the fsspec package of this kind of place, or use a "
                "folder.",
            ) from error
        self._root = str(path).rstrip("/")
        self.is_local = isinstance(self._system, LocalFileSystem)

    def write(self, key: str, content: Content) -> None:
        """Write a file: bytes, or what a function writes to the path it is given.

        Raises
        ------
        StorageError
            When the place refuses.
        """
        if self.is_local:
            write_atomic(Path(self._path(key)), content)
            return
        with tempfile.TemporaryDirectory(prefix="rondo-") as folder, _explained(key):
            local = write_atomic(Path(folder) / Path(key).name, content)
            self._system.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)
            self._system.put_file(str(local), self._path(key))

    def read(self, key: str) -> bytes:
        """Return a file's bytes."""
        with self.open(key) as stream:
            return stream.read()

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open a file to read from.

        Raises
        ------
        StorageError
            When it is gone, or the place does not answer.
        """
        with _explained(key), self._system.open(self._path(key), "rb") as stream:
            yield cast(BinaryIO, stream)

    def exists(self, key: str) -> bool:
        """Whether there is a file of this key."""
        return bool(self._system.exists(self._path(key)))

    def put_folder(self, folder: Path, key: str) -> None:
        """Copy a local folder to this place, its files one by one."""
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self.write(
                f"{key}/{path.relative_to(folder).as_posix()}", path.read_bytes()
            )

    def get_folder(self, key: str, folder: Path) -> None:
        """Copy all files under a key to a local folder."""
        with _explained(key):
            found = self._system.find(self._path(key))
        for path in found:
            name = path[len(self._path(key)) :].lstrip("/")
            write_atomic(folder / name, self.read(f"{key}/{name}"))

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"


@contextmanager
def _explained(key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "it is gone" if isinstance(error, FileNotFoundError) else str(error)
        raise StorageError(
            f"The file {key.rpartition('/')[2]} cannot be reached: {reason}.",
            hint="Check that the place where Rondo keeps its files is there, or bring "
            "the table in again.",
        ) from error
