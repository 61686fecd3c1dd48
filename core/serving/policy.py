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
LEAST_KEY: Final = 16
"""Bytes that a key of hashes must have."""
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
    days : int or None, default=None
        That predictions are kept; for ever when None.

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
    days: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or (self.days is not None and self.days < 1):
            raise ServingError(
                "The share or the number of days is out of range.",
                hint="Give a share above 0 and up to 1, and one day or more.",
            )
        if self.hashed and len(self.key) < LEAST_KEY:
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
            days=settings.capture_days,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as JSON-ready values, without the key."""
        values = {name: value for name, value in vars(self).items() if name != "key"}
        return values | {"drop": sorted(self.drop), "hashed": sorted(self.hashed)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], key: bytes) -> "CapturePolicy":
        """Return the policy that `to_dict` wrote.

        Columns to hash are left out where there is no key: never written as they are.
        """
        drop, hashed = frozenset(values["drop"]), frozenset(values["hashed"])
        if len(key) < LEAST_KEY:
            drop, hashed = drop | hashed, frozenset()
        return cls(**{**values, "drop": drop, "hashed": hashed, "key": key})

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
    """

    def __init__(self, url: str) -> None:
        given = url.removeprefix("sqlite:///")
        self._path = Path(given) if given != url else None
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._size = 0

    def is_over(self, most_mb: int | None) -> bool:
        """Whether the database is larger; measured every five seconds."""
        if most_mb is None or self._path is None:
            return False
        with self._lock:
            if time.monotonic() - self._read_at > _LOOK_S:
                self._read_at = time.monotonic()
                self._size = _size(self._path)
            return self._size > most_mb * 1_000_000


def _size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _names(told: str) -> frozenset[str]:
    return frozenset(name.strip() for name in told.split(",") if name.strip())
