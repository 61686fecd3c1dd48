"""How often each key may call in a minute, counted for all worker processes together.

Workers share a small file for each limited key, with a place for each of them: a worker
adds to its own place and reads all, so none waits for another. A worker holds its place
by a lock that the kernel gives back when the process ends; what it had counted stays.
"""

import fcntl
import logging
import mmap
import os
import threading
from pathlib import Path
from typing import Final

_log = logging.getLogger("rondo.api")
_PLACES: Final = 64
_SIZE: Final = 8 * _PLACES
_BITS: Final = 24  # of a place's 64: the count; above them the minute


class CallLimits:
    """Counts calls by key in the running minute.

    Where two workers count at the same moment, both calls are counted before either is
    judged, so that no more than the limit are let through.

    Parameters
    ----------
    folder : Path or None
        Of the counts, the same for all workers; None: this process counts for itself.

    Examples
    --------
    >>> limits = CallLimits(None)
    >>> [limits.allows("a", 2, now_s=10.0) for _ in range(3)]
    [True, True, False]
    >>> limits.allows("a", 2, now_s=61.0)
    True
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._counts: dict[str, _Counts] = {}
        self._lock = threading.Lock()

    def allows(self, key_id: str, per_minute: int | None, *, now_s: float) -> bool:
        """Count a call, and say whether it is within the limit.

        Parameters
        ----------
        key_id : str
        per_minute : int or None
            None: no limit, and nothing is counted.
        now_s : float
            Seconds since 1970.
        """
        if per_minute is None:
            return True
        with self._lock:
            counts = self._counts.get(key_id)
            if counts is None:
                counts = self._counts[key_id] = self._open(key_id)
            return counts.add(int(now_s // 60)) <= per_minute

    def _open(self, key_id: str) -> "_Counts":
        if self._folder is not None:
            try:
                return _Counts(*_shared(self._folder / f"{key_id}.calls"))
            except OSError as error:
                _log.warning("Calls of a key are counted by worker: %s", error)
        return _Counts(memoryview(bytearray(_SIZE)), 0)


class _Counts:
    """The counts of one key: those of this process in one place, others' beside it."""

    def __init__(self, content: memoryview, place: int) -> None:
        self._view = content.cast("Q")
        self._place = place

    def add(self, minute: int) -> int:
        """Count a call, and return how many all workers have counted in the minute."""
        own = self._view[self._place]
        before = own if own >> _BITS == minute else minute << _BITS
        self._view[self._place] = before + 1
        mask = (1 << _BITS) - 1
        return sum(n & mask for n in self._view.tolist() if n >> _BITS == minute)


def _shared(path: Path) -> tuple[memoryview, int]:
    """Open a key's file, and take a place in it for as long as this process lives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(fd, 0, _SIZE)  # real bytes: a hole could end the process
        place = _take_place(fd)
        return memoryview(mmap.mmap(fd, _SIZE)), place
    except OSError:
        os.close(fd)
        raise


def _take_place(fd: int) -> int:
    for place in range(_PLACES - 1):
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 8 * place)
        except (BlockingIOError, PermissionError):
            continue
        return place
    return _PLACES - 1  # more workers than places share the last
