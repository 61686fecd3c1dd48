"""What the registry knows of a version without loading it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from core.errors import RegistryError
from core.registry.folder import MODEL
from core.registry.version import ModelVersion

Alias = Literal["champion", "challenger", "shadow"]
State = Literal["draft", "approved", "live", "retired"]

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@dataclass(frozen=True)
class VersionInfo:
    """What the registry knows of a version without loading it.

    Attributes
    ----------
    project : str
    number : int
    state : {"draft", "approved", "live", "retired"}
    aliases : tuple of {"champion", "challenger", "shadow"}
    created_at : datetime
        Aware, in UTC.
    directory : Path
    manifest_sha256 : str
    summary : dict
        ``name``, ``family``, ``task``, ``target``, ``threshold``, ``n_columns``,
        ``size_bytes``, and ``headline``: the metric that was optimised, with
        ``title``, ``value``, ``low``, ``high`` and ``higher_is_better`` (None when
        not evaluated).
    note : str
    """

    project: str
    number: int
    state: State
    aliases: tuple[Alias, ...]
    created_at: datetime
    directory: Path
    manifest_sha256: str
    summary: dict[str, Any]
    note: str

    @property
    def label(self) -> str:
        """Project and number, as people write it: ``churn/3``."""
        return f"{self.project}/{self.number}"


def is_project_id(project: str) -> bool:
    """Say whether a text can be a project's id, and stand in a path."""
    return _SLUG.fullmatch(project) is not None


def check_project(project: str) -> str:
    """Return a project's id if it can stand in a path.

    Raises
    ------
    RegistryError
        It is not made of lower-case letters, digits and hyphens.

    Examples
    --------
    >>> check_project("churn-2026")
    'churn-2026'
    """
    if not is_project_id(project):
        raise RegistryError(
            f"There is no project {project!r}.",
            hint="Project ids are lower-case letters, digits and hyphens.",
        )
    return project


def check_words(alias: str | None = None, state: str | None = None) -> None:
    """Refuse an alias or a state that does not exist."""
    for word, known, what in ((alias, Alias, "alias"), (state, State, "state")):
        if word is not None and word not in get_args(known):
            raise RegistryError(
                f"There is no {what} {word!r}.",
                hint=f"Choose one of {', '.join(get_args(known))}.",
            )


def check_who(who: str) -> str:
    """Return the name of who acts; the history has no anonymous lines."""
    name = who.strip()
    if not name:
        raise RegistryError(
            "Nobody is named for this change.",
            hint="Say who makes it; the history keeps the name.",
        )
    return name


def summarise(version: ModelVersion) -> dict[str, Any]:
    """Return the summary that lists show (see `VersionInfo`)."""
    model = version.model
    return {
        "name": model.name,
        "family": model.family,
        "task": model.task,
        "target": model.target,
        "threshold": model.threshold,
        "n_columns": len(model.schema),
        "size_bytes": (version.directory / MODEL).stat().st_size,
        "headline": _headline(version.evaluation, model.metric),
    }


def _headline(
    evaluation: Mapping[str, Any] | None, metric: str
) -> dict[str, Any] | None:
    metrics = (evaluation or {}).get("metrics") or {}
    if not metrics:
        return None
    name = metric if metric in metrics else next(iter(metrics))
    parts = ("title", "value", "low", "high", "higher_is_better")
    return {"name": name, **{part: metrics[name].get(part) for part in parts}}
