"""Overrides: rules above the model, whose outcome is answered instead of its own."""

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import func, insert, select, update

from core.data import Cohort, coerce
from core.data.schema import Schema
from core.errors import DataError, ServingError
from core.modeling.model import Model
from core.registry.info import check_who
from core.registry.version import ModelVersion
from core.serving.answer import Label
from core.storage import Database
from core.storage.tables import overrides, predictions
from core.storage.types import now

FRESH_S: Final = 1.0
"""An override that is made or ended counts in every process within this time."""


@dataclass(frozen=True)
class Override:
    """A rule above the model.

    Attributes
    ----------
    id : str
    cohort : Cohort
        Which rows it is for, by their columns as they are sent; its name is the
        override's.
    outcome : label or number
        What is answered to them.
    who, why : str
        Who made it, and for what reason.
    created_at : datetime
    """

    id: str
    cohort: Cohort
    outcome: Label
    who: str
    why: str
    created_at: datetime


@dataclass(frozen=True)
class Overruled:
    """What overrides made of some rows.

    Attributes
    ----------
    outcomes : mapping of int to label
        Row to what is answered instead.
    names : mapping of int to str
        Row to the override's name.
    unfit : tuple of str
        Overrides whose rule cannot be read on these rows; they count for nothing.
    """

    outcomes: Mapping[int, Label]
    names: Mapping[int, str]
    unfit: tuple[str, ...]


def overrule(
    active: Sequence[Override],
    rows: Sequence[Mapping[str, Any]] | pd.DataFrame,
    schema: Schema,
) -> Overruled:
    """Find the rows that overrides are for; of two that fit, the older one counts.

    Parameters
    ----------
    active : sequence of Override
        Oldest first.
    rows : sequence of n_rows mappings, or DataFrame of shape (n_rows, any)
        As sent.
    schema : Schema
        Of the columns that callers send.
    """
    outcomes: dict[int, Label] = {}
    names: dict[int, str] = {}
    unfit = []
    given = coerce(rows, schema)
    for override in active:
        try:
            fits = override.cohort.mask(given)
        except DataError:
            unfit.append(override.cohort.name)
            continue
        for row in map(int, np.flatnonzero(fits)):
            if row not in outcomes:
                outcomes[row] = override.outcome
                names[row] = override.cohort.name
    return Overruled(outcomes, names, tuple(unfit))


class Overrides:
    """The overrides of all projects; safe to use from threads.

    Nothing is changed or deleted: an override that ends keeps its row.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._known: dict[str, tuple[Override, ...]] = {}

    def of(self, project: str) -> tuple[Override, ...]:
        """Return the overrides in force, oldest first; at most a second old."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                self._known = self._read()
                self._read_at = time.monotonic()
            return self._known.get(project, ())

    def add(
        self,
        version: ModelVersion,
        cohort: Cohort,
        outcome: Label,
        *,
        who: str,
        why: str = "",
    ) -> Override:
        """Put a rule above the model, from now on.

        Parameters
        ----------
        version : ModelVersion
            The champion: its columns and its classes count.
        cohort : Cohort
            The rule; its name must be free.
        outcome : label or number
        who, why : str

        Raises
        ------
        ServingError
            The outcome is no answer of the model, or the name is taken.
        DataError
            The rule cannot be read on rows as they are sent.
        RegistryError
            Nobody is named.
        """
        name = check_who(who)
        project = version.project
        cohort.mask(coerce(pd.DataFrame(index=range(1)), version.schema))
        known = _known_outcome(version.model, outcome)
        self.forget()
        if any(each.cohort.name == cohort.name for each in self.of(project)):
            raise ServingError(
                f"There is an override “{cohort.name}” already.",
                hint="Give it another name, or end the other one first.",
            )
        made = Override(secrets.token_hex(16), cohort, known, name, why, now())
        with self._database.begin() as connection:
            connection.execute(
                insert(overrides).values(
                    id=made.id,
                    project_id=project,
                    rule=cohort.to_dict(),
                    outcome=known,
                    who=name,
                    why=why,
                    created_at=made.created_at,
                )
            )
        self.forget()
        return made

    def end(self, project: str, override_id: str) -> None:
        """Let the model answer again, from now on."""
        wanted = (overrides.c.id == override_id) & (overrides.c.project_id == project)
        with self._database.begin() as connection:
            connection.execute(update(overrides).where(wanted).values(ended_at=now()))
        self.forget()

    def counts(self, project: str, since: datetime) -> dict[str, int]:
        """Return how many answers each override has changed, by its name."""
        name = predictions.c.output["overridden"].as_string()
        query = (
            select(name, func.count())
            .where(predictions.c.project_id == project, predictions.c.at >= since)
            .where(name.is_not(None))
            .group_by(name)
        )
        with self._database.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def forget(self) -> None:
        """Read anew at the next question."""
        with self._lock:
            self._read_at = float("-inf")

    def _read(self) -> dict[str, tuple[Override, ...]]:
        query = (
            select(overrides)
            .where(overrides.c.ended_at.is_(None))
            .order_by(overrides.c.created_at, overrides.c.id)
        )
        found: dict[str, tuple[Override, ...]] = {}
        with self._database.connect() as connection:
            for row in connection.execute(query):
                cohort = Cohort.from_dict(row.rule)
                one = Override(
                    row.id, cohort, row.outcome, row.who, row.why, row.created_at
                )
                found[row.project_id] = (*found.get(row.project_id, ()), one)
        return found


def _known_outcome(model: Model, outcome: Label) -> Label:
    """Return the outcome as the model would answer it."""
    if model.classes_ is None:
        if isinstance(outcome, bool) or not isinstance(outcome, int | float):
            raise ServingError(
                f"{outcome!r} is no number.", hint="Give the number to answer."
            )
        if not np.isfinite(outcome):
            raise ServingError("The outcome is not finite.", hint="Give a number.")
        return float(outcome)
    for label in model.classes_.tolist():
        if str(label) == str(outcome):
            known: Label = label
            return known
    raise ServingError(
        f"{str(outcome)[:60]!r} is no class of the model.",
        hint=f"Choose one of {', '.join(map(str, model.classes_.tolist()[:12]))}.",
    )
