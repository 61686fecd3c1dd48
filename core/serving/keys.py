"""Keys of the API: made once, kept as a hash, scoped, limited, revoked at once."""

import hashlib
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import insert, or_, select, update

from core.errors import ServingError
from core.storage import Database
from core.storage.tables import api_keys
from core.storage.types import now

Scope = Literal["predict", "outcomes", "read"]
SCOPES: Final[dict[Scope, str]] = {
    "predict": "Ask for predictions and explanations",
    "outcomes": "Tell what came true",
    "read": "Read the schema, and receipts of answers by their ids",
}
FRESH_S = 1.0
"""A key that is made or revoked counts everywhere within this time."""
_PREFIX = "rondo_"
_LONGEST_NAME = 80


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key; the key itself is not kept.

    Attributes
    ----------
    id : str
    project : str or None
        The only project that it opens; None for all.
    name : str
        Who or what uses it.
    scopes : tuple of str
        Of `SCOPES`.
    per_minute : int or None
        Most calls in a minute, of all worker processes together; None for no limit.
    created_at : datetime
    revoked_at : datetime or None
    """

    id: str
    project: str | None
    name: str
    scopes: tuple[Scope, ...]
    per_minute: int | None
    created_at: datetime
    revoked_at: datetime | None

    def opens(self, scope: Scope, project: str | None) -> bool:
        """Whether the key is good for such a call; None is what no project owns."""
        return scope in self.scopes and self.project in (None, project)


class ApiKeys:
    """The keys of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_digest: dict[str, ApiKey] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def create(
        self,
        name: str,
        *,
        project: str | None = None,
        scopes: Sequence[Scope] = ("predict",),
        per_minute: int | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key; this is the only time that it can be seen.

        Parameters
        ----------
        name : str
            Who or what will use it.
        project : str or None
            The only project that it opens; None for all.
        scopes : sequence of str, default=("predict",)
        per_minute : int or None
            Most calls in a minute, for each worker process.

        Returns
        -------
        key : ApiKey
        secret : str
            What a caller sends in the header X-API-Key.

        Raises
        ------
        ServingError
            No name, no scope, an unknown scope, or a limit under one.
        """
        _check(name, scopes, per_minute)
        secret = _PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(
            id=secrets.token_hex(8),
            project=project,
            name=name.strip(),
            scopes=tuple(scopes),
            per_minute=per_minute,
            created_at=now(),
            revoked_at=None,
        )
        with self._database.begin() as connection:
            connection.execute(
                insert(api_keys).values(
                    id=key.id,
                    project_id=project,
                    name=key.name,
                    digest=_digest(secret),
                    scopes=list(scopes),
                    per_minute=per_minute,
                    created_at=key.created_at,
                )
            )
        self._forget()
        return key, secret

    def list(self, project: str | None = None) -> Sequence[ApiKey]:
        """Return the keys that open a project (None: all keys), newest first."""
        chosen = select(api_keys).order_by(api_keys.c.created_at.desc())
        if project is not None:
            of_project = api_keys.c.project_id
            chosen = chosen.where(or_(of_project == project, of_project.is_(None)))
        with self._database.connect() as connection:
            return [_key(row) for row in connection.execute(chosen).mappings()]

    def revoke(self, key_id: str) -> None:
        """Make a key useless, for good.

        Raises
        ------
        ServingError
            There is no such key, or it is revoked already.
        """
        with self._database.begin() as connection:
            changed = connection.execute(
                update(api_keys)
                .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=now())
            )
        if not changed.rowcount:
            raise ServingError(
                "There is no such key in use.", hint="Reload the list of keys."
            )
        self._forget()

    def find(self, secret: str) -> ApiKey | None:
        """Return the key that a caller sent, unless it is unknown or revoked.

        Only hashes are compared, so that the time taken tells nothing of the key.
        """
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                self._by_digest = self._in_use()
                self._read_at = time.monotonic()
            return self._by_digest.get(_digest(secret))

    def _in_use(self) -> dict[str, ApiKey]:
        wanted = select(api_keys).where(api_keys.c.revoked_at.is_(None))
        with self._database.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
        return {row["digest"]: _key(row) for row in rows}

    def _forget(self) -> None:
        with self._lock:
            self._read_at = float("-inf")


def _check(name: str, scopes: Sequence[str], per_minute: int | None) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise ServingError(
            "A key needs a name.",
            hint=f"Say who will use it, in at most {_LONGEST_NAME} characters.",
        )
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ServingError(
            "A key needs something that it is good for.",
            hint=f"Choose from {', '.join(SCOPES)}.",
        )
    if per_minute is not None and per_minute < 1:
        raise ServingError(
            "The limit is under one call a minute.",
            hint="Give a whole number from 1, or no limit.",
        )


def _digest(secret: str) -> str:
    """Return the hash that is kept; the keys are random, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _key(row: object) -> ApiKey:
    values = dict(row)  # type: ignore[call-overload]
    return ApiKey(
        id=values["id"],
        project=values["project_id"],
        name=values["name"],
        scopes=tuple(values["scopes"]),
        per_minute=values["per_minute"],
        created_at=values["created_at"],
        revoked_at=values["revoked_at"],
    )
