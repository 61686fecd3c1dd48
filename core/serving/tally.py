"""Counts of a worker's queued answers, in a mapped file that outlives the process.

What a process wrote into a mapped file is the kernel's: it is there after SIGKILL, and
no row waits for the disk. (After a power cut the counts may be old; so may the rows.)
A lock on the file tells whether the worker lives: the kernel lets go of it when the
process ends, whatever way, and no process id can be taken for another.
"""

import fcntl
import mmap
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

SUFFIX: Final = ".tally"
_SIZE: Final = 512
_MARK: Final = 0x524F4E444F0001  # "RONDO", and the layout
_MARKED, _ACCEPTED, _STORED, _FIRST, _LAST = range(5)
_NAME_AT: Final = 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Loss:
    """Predictions that were answered, and never captured.

    Attributes
    ----------
    id : str
        Of the worker's counts.
    project : str
    most : int
        At most so many predictions; a row that was written in the last moment may be
        counted, too.
    since, until : datetime
        Moments of the first and of the last of them, aware.
    """

    id: str
    project: str
    most: int
    since: datetime
    until: datetime


class Tally:
    """Counts of one project's queued answers in one worker; for one thread at a time.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    project : str

    Raises
    ------
    OSError
        The file cannot be made, as on a full disk.

    Examples
    --------
    >>> import tempfile
    >>> from core.storage.types import now
    >>> folder = Path(tempfile.mkdtemp())
    >>> tally = Tally(folder, "churn")
    >>> tally.accept(3, now(), now())
    >>> tally.stored(2, now())
    >>> tally.close()
    >>> [(loss.project, loss.most) for _, loss in left_behind(folder)]
    [('churn', 1)]
    """

    def __init__(self, folder: Path, project: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{secrets.token_hex(16)}{SUFFIX}"
        self._fd = _locked_new(self.path)
        try:
            # Real zeros: a hole would end the process on a disk that is full by then.
            os.write(self._fd, bytes(_SIZE))
            os.fsync(self._fd)
            self._map = mmap.mmap(self._fd, _SIZE)
        except OSError:
            self.path.unlink(missing_ok=True)
            os.close(self._fd)
            raise
        name = project.encode()[: _SIZE - _NAME_AT - 1]
        self._map[_NAME_AT : _NAME_AT + len(name)] = name
        # Through a view each number is written at once, never byte by byte.
        self._view = memoryview(self._map).cast("q")
        self._view[_MARKED] = _MARK

    def accept(self, n: int, first: datetime, last: datetime) -> None:
        """Count n rows that are answered now and stored later.

        Parameters
        ----------
        n : int
        first, last : datetime
            Moments of the first and of the last of these rows.
        """
        view, since = self._view, _microseconds(first)
        is_idle = view[_ACCEPTED] == view[_STORED]
        view[_FIRST] = since if is_idle else min(view[_FIRST], since)
        view[_LAST] = max(view[_LAST], _microseconds(last))
        view[_ACCEPTED] += n

    def stored(self, n: int, first: datetime | None) -> None:
        """Count n rows as stored; `first` is the moment of the next one that waits."""
        self._view[_STORED] += n
        if first is not None:
            self._view[_FIRST] = _microseconds(first)

    def close(self) -> None:
        """Let go of the file, and remove it unless something was not stored."""
        is_whole = self._view[_ACCEPTED] == self._view[_STORED]
        self._view.release()
        self._map.close()
        if is_whole:
            self.path.unlink(missing_ok=True)
        os.close(self._fd)


def left_behind(folder: Path) -> list[tuple[Path, Loss]]:
    """Find the counts of ended workers, and what each has lost.

    Files of workers that live are not touched; those of ended ones that lost nothing
    are removed. Who has noted a loss removes its file.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with suppress(FileNotFoundError, BlockingIOError):
            fd = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                loss = _read(path, os.read(fd, _SIZE))
                if loss is None:
                    path.unlink(missing_ok=True)
                else:
                    found.append((path, loss))
            finally:
                os.close(fd)
    return found


def _read(path: Path, told: bytes) -> Loss | None:
    """Return the loss that a file tells; None when there is none."""
    if len(told) < _SIZE:
        return None
    numbers = memoryview(told).cast("q")
    lost = numbers[_ACCEPTED] - numbers[_STORED]
    if numbers[_MARKED] != _MARK or lost <= 0:
        return None
    project = told[_NAME_AT:].split(b"\0", 1)[0].decode("utf-8", "replace")
    since, until = (
        _EPOCH + timedelta(microseconds=numbers[at]) for at in (_FIRST, _LAST)
    )
    return Loss(path.name.removesuffix(SUFFIX), project, lost, since, until)


def _locked_new(path: Path) -> int:
    """Make a file that only this process holds locked; return its descriptor."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(fd).st_ino:
                return fd
        os.close(fd)  # taken for an ended worker's just before it was locked


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
