"""Bytes on their way in, and tables kept at hand."""

import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import pandas as pd

from core.errors import DataError, StorageError
from core.storage.files import PARTIAL, sync


@contextmanager
def arriving(
    source: str | Path | BinaryIO, folder: Path, limit_mb: int
) -> Iterator[Path]:
    """Stream a file into `folder`; after the block it has the SHA-256 of its bytes.

    A file that is cut off on the way, or whose block fails because no table could
    be read from it, leaves nothing behind.

    Yields
    ------
    Path
        Where the bytes lie for the time being.

    Raises
    ------
    DataError
        When it has more than `limit_mb` million bytes.
    StorageError
        When the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=PARTIAL)
    except OSError as error:
        raise _refused(error) from error
    partial = Path(name)
    try:
        digest = _stream(source, handle, limit_mb)
        yield partial
        try:
            sync(partial)
            partial.replace(folder / digest)
        except OSError as error:
            raise _refused(error) from error
    finally:
        partial.unlink(missing_ok=True)


def _stream(source: str | Path | BinaryIO, handle: int, limit_mb: int) -> str:
    """Copy a file to an open handle, and return the SHA-256 of its bytes."""
    try:
        with os.fdopen(handle, "wb") as target:
            if isinstance(source, str | Path):
                with Path(source).open("rb") as stream:
                    return _copy_hashed(stream, target, limit_mb)
            return _copy_hashed(source, target, limit_mb)
    except OSError as error:
        raise _refused(error) from error


class FrameCache:
    """The tables last used, at most `size` of them, safe for threads."""

    def __init__(self, size: int = 6) -> None:
        self._size = size
        self._frames: OrderedDict[str, pd.DataFrame] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> pd.DataFrame | None:
        """Return a table, or None."""
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
            return self._frames.get(key)

    def put(self, key: str, frame: pd.DataFrame) -> None:
        """Keep a table; the one unused for longest makes room."""
        with self._lock:
            self._frames[key] = frame
            while len(self._frames) > self._size:
                self._frames.popitem(last=False)


def _copy_hashed(source: BinaryIO, target: BinaryIO, limit_mb: int) -> str:
    digest, total = hashlib.sha256(), 0
    while piece := source.read(1 << 20):
        total += len(piece)
        if total > limit_mb * 1_000_000:
            raise DataError(
                f"The file is larger than {limit_mb:,} MB.",
                hint="Raise RONDO_MAX_UPLOAD_MB, or bring in a part of the table.",
            )
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def _refused(error: OSError) -> StorageError:
    return StorageError(
        f"The upload could not be kept: {error.strerror or error}.",
        hint="Check the free space of the disk and try again.",
    )
