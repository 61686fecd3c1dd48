"""How much memory may still be taken, by the machine or by the container it runs in."""

import os
from pathlib import Path
from typing import Final

_MEMINFO: Final = Path("/proc/meminfo")
_CGROUP: Final = Path("/sys/fs/cgroup")
_FILES: Final = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)
"""Of control groups, version 2 and 1: limit, use, details, what can be given back."""


def free_memory_bytes() -> int | None:
    """Return the memory that can be taken without swapping; None when unknown.

    The smaller of what the machine has and what the container's limit leaves; files
    that the container has in memory and does not use count as free.
    """
    known = [free for free in (_machine(), container_free_bytes()) if free is not None]
    return min(known, default=None)


def container_free_bytes(root: Path = _CGROUP) -> int | None:
    """Return what a container's limit leaves; None without a limit.

    Examples
    --------
    >>> container_free_bytes(Path("no such folder")) is None
    True
    """
    for limit, used, details, spare in _FILES:
        try:
            most = int((root / limit).read_text(encoding="ascii"))
            taken = int((root / used).read_text(encoding="ascii"))
            lines = (root / details).read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):  # not there, or "max"
            continue
        found = dict(line.split(" ", 1) for line in lines if " " in line)
        return max(0, most - taken + int(found.get(spare, 0)))
    return None


def _machine() -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        found = dict(line.split(":", 1) for line in lines)
        return int(found["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not on this system
        return None
