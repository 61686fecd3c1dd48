"""Files that are either whole or not there."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StorageError

PARTIAL = ".partial-"
"""Beginning of the names of files and folders that are not whole yet."""
STALE_S = 3600.0


def write_atomic(path: Path, content: bytes | Callable[[Path], None]) -> Path:
    """Write a file so that a reader sees all of it or none of it.

    Parameters
    ----------
    path : Path
        Where the file shall stand; folders on the way are made.
    content : bytes or callable
        The bytes, or a function that writes them to the path it is given.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    StorageError
        When the disk refuses, with the reason it gave.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_atomic(folder / "a" / "b.txt", b"whole").read_bytes()
    b'whole'
    """
    with temporary_sibling(path) as temporary:
        if isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            content(temporary)
    return path


@contextmanager
def temporary_sibling(path: Path) -> Iterator[Path]:
    """Give a path beside `path` that takes its place when the block ends well."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=PARTIAL, suffix=path.suffix
        )
        os.close(handle)
    except OSError as error:
        raise _refused(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def sweep_partial(
    folders: Iterable[Path], *, older_than_s: float = STALE_S
) -> tuple[Path, ...]:
    """Remove what unfinished writes of an ended process have left behind.

    Parameters
    ----------
    folders : iterable of Path
        Looked through to the bottom; one that does not exist is passed over.
    older_than_s : float, default=3600
        Younger leftovers stay: somebody may be writing them now.

    Returns
    -------
    tuple of Path
        What is gone.
    """
    oldest, gone = time.time() - older_than_s, []
    for leftover in [p for folder in folders for p in folder.rglob(f"{PARTIAL}*")]:
        try:
            if leftover.stat().st_mtime > oldest:
                continue
            if leftover.is_dir():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
        except OSError:  # taken away meanwhile, or not ours: the next start may
            continue
        gone.append(leftover)
    return tuple(gone)


def sync(path: Path) -> None:
    """Ask the disk to keep what was written; a folder keeps its names."""
    if path.is_dir() and os.name == "nt":  # Windows cannot open a folder
        return
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The file {path.name} could not be written: {error.strerror or error}.",
        hint="Check the free space and the rights of the folder, then try again.",
    )
