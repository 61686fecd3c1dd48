"""What a version will be: described, and its card written, before it is saved."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from core.modeling.model import Model
from core.registry.card import Judgement, write_card
from core.registry.environment import Environment, describe_environment
from core.storage.types import now

FORMAT: Final = 1


@dataclass(frozen=True, eq=False)
class Draft:
    """What becomes a version folder."""

    project: str
    number: int
    model: Model
    payload: bytes
    reference: pd.DataFrame | None
    evaluation: Mapping[str, Any] | None
    lineage: Mapping[str, Any]
    note: str
    judgement: Judgement
    report: str


def describe(
    draft: Draft, environment: Environment, created_at: datetime
) -> dict[str, Any]:
    """Return what ``version.json`` holds."""
    model = draft.model
    return {
        "format": FORMAT,
        "project": draft.project,
        "number": draft.number,
        "created_at": created_at,
        "name": model.name,
        "family": model.family,
        "task": model.task,
        "target": model.target,
        "classes": None if model.classes_ is None else model.classes_.tolist(),
        "pos_label": model.pos_label,
        "threshold": model.threshold,
        "metric": model.metric,
        "interval_quantile": model.interval_quantile,
        "lineage": draft.lineage,
        "environment": environment,
        "note": draft.note,
        "judgement": draft.judgement.to_dict(),
    }


def draft_card(  # noqa: PLR0913  what a card is written from
    model: Model,
    project: str,
    number: int,
    *,
    evaluation: Mapping[str, Any] | None = None,
    lineage: Mapping[str, Any] | None = None,
    note: str = "",
    judgement: Judgement | None = None,
) -> str:
    """Return the card that `save_version` would write now, and write nothing.

    Parameters
    ----------
    model : Model
    project : str
    number : int
        Of the version that it would be.
    evaluation, lineage, note, judgement
        As in `save_version`.
    """
    draft = Draft(
        project=project,
        number=number,
        model=model,
        payload=pickle.dumps(model, protocol=5),
        reference=None,
        evaluation=evaluation,
        lineage=lineage or {},
        note=note,
        judgement=judgement or Judgement(),
        report="",
    )
    described = describe(draft, describe_environment(draft.payload), now())
    return write_card(described, model.schema, evaluation)
