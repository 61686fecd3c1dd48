"""One challenger and what became of it, as it is kept."""

from dataclasses import dataclass
from datetime import datetime

from core.retraining import Judged, Order
from core.workspace.store import StoredRecord


@dataclass(frozen=True)
class Challenge:
    """One challenger and what became of it.

    Attributes
    ----------
    id, project_id : str
    created_at : datetime
    champion, challenger : int
        Version numbers.
    cycle : int or None
        The cycle that was begun for it; None where the champion learned on.
    order : Order
    why : str
        What triggered it.
    judged : Judged or None
        None where the two could not be compared.
    objections : tuple of str
        What kept it from going on.
    sentence : str
        What was decided.
    """

    id: str
    project_id: str
    created_at: datetime
    champion: int
    challenger: int
    cycle: int | None
    order: Order
    why: str
    judged: Judged | None
    objections: tuple[str, ...]
    sentence: str


def challenge_of(record: StoredRecord) -> Challenge:
    """Return a challenger as its record keeps it."""
    values = record.payload
    judged = values["judged"]
    told = {
        "order": Order.from_dict(values["order"]),
        "judged": None if judged is None else Judged.from_dict(judged),
        "objections": tuple(values["objections"]),
    }
    return Challenge(
        id=record.id,
        project_id=record.project_id,
        created_at=record.created_at,
        **{**values, **told},
    )
