"""Receipts: an answer of the past asked for by its id, and given once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.registry.json_values import json_ready
from core.serving.policy import MASKED
from core.serving.refusal import RefusedError
from core.serving.service import Service
from core.storage import Database
from core.storage.tables import predictions


@dataclass(frozen=True)
class Kept:
    """A prediction as it was kept.

    Attributes
    ----------
    id : str
    project : str
    version : int
    at : datetime
    source : str
        Where it came from: "api", "page", "form" or "batch".
    inputs : mapping
        What was asked, as it was sent.
    answer : mapping
        What was answered, with its warnings.
    """

    id: str
    project: str
    version: int
    at: datetime
    source: str
    inputs: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """A kept prediction beside what its version answers to the same row now.

    Attributes
    ----------
    kept : Kept
    replayed : mapping
        The answer of now, in the same form.
    differing : tuple of str
        The parts that are not the same, bit for bit; none is what must be.
    masked : tuple of str
        Columns that were not kept as they were sent, but left out or hashed: then the
        row cannot be asked anew, and differing parts prove nothing.
    """

    kept: Kept
    replayed: Mapping[str, Any]
    differing: tuple[str, ...]
    masked: tuple[str, ...] = ()

    @property
    def matches(self) -> bool:
        """Whether both answers are the same, bit for bit."""
        return not self.differing

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        kept = self.kept
        return {
            "id": kept.id,
            "project": kept.project,
            "version": kept.version,
            "at": kept.at.isoformat(),
            "source": kept.source,
            "inputs": dict(kept.inputs),
            "answer": dict(kept.answer),
            "replayed": dict(self.replayed),
            "matches": self.matches,
            "differing": list(self.differing),
            "masked": list(self.masked),
        }


def find_kept(database: Database, project: str, prediction_id: str) -> Kept:
    """Return a prediction of a project by its id.

    Raises
    ------
    RefusedError
        404 when the project has none under this id.
    """
    wanted = select(predictions).where(
        predictions.c.id == prediction_id, predictions.c.project_id == project
    )
    with database.connect() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        raise RefusedError(
            f"The project has no prediction under the id {prediction_id[:40]!r}.",
            hint="Send the id as it stood in the answer.",
            status=404,
        )
    answer = {**row.output, "warnings": row.warnings}
    return Kept(
        id=row.id,
        project=row.project_id,
        version=row.version,
        at=row.at,
        source=row.source,
        inputs=row.inputs,
        answer=answer,
    )


def replay(service: Service, kept: Kept) -> Receipt:
    """Ask the version once more, and compare.

    Parameters
    ----------
    service : Service
        Of the version that gave the answer.
    kept : Kept

    Examples
    --------
    See tests/serving/test_receipt.py: it takes a saved version.
    """
    own = Service(service.version)  # the model alone: overrides come and go
    (answer,) = own.predict([kept.inputs], strict=False)
    replayed: dict[str, Any] = json_ready(answer.to_dict())
    answered = dict(kept.answer)
    masked = tuple(answered.pop(MASKED, ()))
    if answered.pop("overridden", None) is not None:
        answered["prediction"] = answered.pop("model_prediction", None)
    # Warnings of columns that no model knows are not kept: neither are the columns.
    differing = [
        name
        for name in (*answered, *replayed)
        if name != "warnings" and answered.get(name) != replayed.get(name)
    ]
    return Receipt(kept, replayed, tuple(dict.fromkeys(differing)), masked)
