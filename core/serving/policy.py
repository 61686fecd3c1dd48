"""What capture keeps: columns left out or hashed, a share of calls, a size, a time."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from core.errors import ServingError
from core.settings import Settings

MASKED: Final = "masked"
"""Where the kept answer names the columns that were left out or hashed."""
_LOOK_S: Final = 5.0
_DIGITS: Final = 24


@dataclass(frozen=True)
class CapturePolicy:
    """What of an answer is written to the log.

    Attributes
    ----------
    drop, hashed : frozenset of str
        Columns whose values are left out, or replaced by their keyed hash: equal
        values stay equal, and nobody without the key can try values out.
    key : bytes
        Of the hash.
    share : float, default=1
        Of the API's calls that are kept; decided by chance, call by call, from the
        id. Form and files are always kept.
    most_mb : int or None, default=None
        Capture pauses while the database is larger.
    is_queued : bool, default=False
        Whether the API's answers are given first and written within half a second.

    Examples
    --------
    >>> policy = CapturePolicy(drop=frozenset(["name"]))
    >>> row = {"id": "0", "source": "api", "inputs": {"name": "A", "age": 41},
    ...        "output": {"prediction": 1.0}}
    >>> policy.kept([row])[0]["inputs"], policy.kept([row])[0]["output"]["masked"]
    ({'age': 41}, ['name'])
    """

    drop: frozenset[str] = frozenset()
    hashed: frozenset[str] = frozenset()
    key: bytes = field(default=b"", repr=False)
    share: float = 1.0
    most_mb: int | None = None
    is_queued: bool = False

    def __post_init__(self) -> None:
        if self.hashed and len(self.key) < 16:
            raise ServingError(
                "Columns are to be hashed, but there is no key of 16 characters.",
                hint="Set RONDO_CAPTURE_KEY to a long random text, and keep it.",
            )

    @classmethod
    def of(cls, settings: Settings) -> "CapturePolicy":
        """Return the policy that the settings describe.

        Raises
        ------
        ServingError
            Columns are to be hashed without a key.
        """
        secret = settings.capture_key
        return cls(
            drop=_names(settings.capture_drop),
            hashed=_names(settings.capture_hash) - _names(settings.capture_drop),
            key=b"" if secret is None else secret.get_secret_value().encode(),
            share=settings.capture_share,
            most_mb=settings.capture_max_mb,
            is_queued=settings.capture_mode == "queued",
        )

    def kept(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the rows to write, without what must not be written."""
        chosen = rows if self.share >= 1 else [row for row in rows if self._takes(row)]
        if not self.drop and not self.hashed:
            return list(chosen)
        return [self._masked(row) for row in chosen]

    def _takes(self, row: Mapping[str, Any]) -> bool:
        if row["source"] != "api":
            return True
        return int(str(row["id"])[-13:], 16) / 16**13 < self.share

    def _masked(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        inputs = dict(row["inputs"])
        masked = sorted(inputs.keys() & (self.drop | self.hashed))
        if not masked:
            return row
        for name in masked:
            value = inputs.pop(name)
            if name in self.hashed and value is not None:
                inputs[name] = self._hash(name, value)
        return {**row, "inputs": inputs, "output": {**row["output"], MASKED: masked}}

    def _hash(self, name: str, value: Any) -> str:
        told = json.dumps([name, value], sort_keys=True).encode()
        return hmac.new(self.key, told, hashlib.sha256).hexdigest()[:_DIGITS]


class SizeGauge:
    """Tells whether the database has outgrown what capture may fill.

    Parameters
    ----------
    url : str
        SQLAlchemy address; only SQLite files are measured.
    most_mb : int or None
    """

    def __init__(self, url: str, most_mb: int | None) -> None:
        given = url.removeprefix("sqlite:///")
        self._path = Path(given) if given != url else None
        self._most = None if most_mb is None else most_mb * 1_000_000
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._full = False

    def is_full(self) -> bool:
        """Whether capture pauses; measured every five seconds."""
        if self._most is None or self._path is None:
            return False
        with self._lock:
            if time.monotonic() - self._read_at > _LOOK_S:
                self._read_at = time.monotonic()
                self._full = _size(self._path) > self._most
            return self._full


def _size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _names(told: str) -> frozenset[str]:
    return frozenset(name.strip() for name in told.split(",") if name.strip())
