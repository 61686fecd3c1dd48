"""Cycles: the turns of a project's wheel, and what each points at."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from core.data import Recipe, Schema, Task, fitting_tasks
from core.errors import WorkspaceError
from core.storage import Database
from core.storage.tables import cycles
from core.storage.types import now
from core.workspace.records import Cycle
from core.workspace.store import RecordStore, new_id

_LONGEST_REASON: Final = 500


class Cycles:
    """The cycles of all projects."""

    def __init__(self, database: Database, store: RecordStore) -> None:
        self._database = database
        self._store = store

    def list(self, project_id: str) -> Sequence[Cycle]:
        """Return a project's cycles, newest first."""
        query = (
            select(cycles)
            .where(cycles.c.project_id == project_id)
            .order_by(cycles.c.number.desc())
        )
        with self._database.connect() as connection:
            return [Cycle(**row._mapping) for row in connection.execute(query)]

    def get(self, cycle_id: str) -> Cycle:
        """Return a cycle.

        Raises
        ------
        WorkspaceError
            When there is none with this id.
        """
        query = select(cycles).where(cycles.c.id == cycle_id)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise WorkspaceError(
                f"There is no cycle with the id “{cycle_id}”.",
                hint="Open the project from the home page.",
            )
        return Cycle(**row._mapping)

    def current(self, project_id: str) -> Cycle:
        """Return the newest cycle of a project."""
        found = self.list(project_id)
        if not found:
            raise WorkspaceError(
                f"The project “{project_id}” has no cycle.",
                hint="Open a project from the home page.",
            )
        return found[0]

    def create(self, project_id: str, note: str = "", **pointers: Any) -> Cycle:
        """Begin the next cycle of a project."""
        with self._database.begin() as connection:
            last = connection.execute(
                select(func.max(cycles.c.number)).where(
                    cycles.c.project_id == project_id
                )
            ).scalar()
            cycle = Cycle(
                id=new_id("cycle"),
                project_id=project_id,
                number=(last or 0) + 1,
                created_at=now(),
                note=note,
                **pointers,
            )
            connection.execute(insert(cycles).values(**vars(cycle)))
        return cycle

    def use_dataset(self, cycle_id: str, dataset_id: str) -> Cycle:
        """Let a cycle work on a dataset; what was made from another goes stale.

        Target and recipe stay only where the new table has the target, and it can
        still be predicted as it was.
        """
        cycle = self.get(cycle_id)
        dataset = self._store.get(dataset_id, "dataset")
        schema = Schema.from_dict(dataset.payload["schema"])
        keep = any(
            column.name == cycle.target and cycle.task in fitting_tasks(column)
            for column in schema
        )
        return self.point(
            cycle_id,
            dataset_id=dataset_id,
            target=cycle.target if keep else None,
            task=cycle.task if keep else None,
            recipe_id=cycle.recipe_id if keep else None,
        )

    def set_target(self, cycle_id: str, target: str, task: Task) -> Cycle:
        """Say which column is to be predicted, and as what.

        Raises
        ------
        WorkspaceError
            The table has no such column, or it cannot be predicted as that.
        """
        cycle = self.get(cycle_id)
        dataset = self._store.get(cycle.dataset_id or "", "dataset")
        schema = Schema.from_dict(dataset.payload["schema"])
        if target not in schema:
            raise WorkspaceError(
                f"The table has no column “{target}”.",
                hint="Choose the target from the table's columns.",
            )
        fitting = fitting_tasks(schema[target])
        if task not in fitting:
            raise WorkspaceError(
                f"The column “{target}” cannot be predicted as {task}.",
                hint=f"Predict it as {' or '.join(fitting)}."
                if fitting
                else "Choose a column of two or more different values, no dates.",
            )
        return self.point(cycle_id, target=target, task=task)

    def save_recipe(self, cycle_id: str, recipe: Recipe) -> Cycle:
        """Keep a recipe as the cycle's; the same recipe again changes nothing."""
        cycle = self.get(cycle_id)
        if cycle.recipe_id:
            known = self._store.get(cycle.recipe_id, "recipe")
            if known.content_hash == recipe.content_hash:
                return cycle
        for known in self._store.list(cycle.project_id, "recipe"):
            if known.content_hash == recipe.content_hash:
                return self.point(cycle_id, recipe_id=known.id)
        saved = self._store.save(
            cycle.project_id,
            "recipe",
            {"json": recipe.to_json()},
            content_hash=recipe.content_hash,
        )
        return self.point(cycle_id, recipe_id=saved.id)

    def recipes(self, project_id: str) -> Sequence[tuple[datetime, Recipe]]:
        """Return all recipes that a project had, newest first, with their times."""
        return [
            (record.created_at, Recipe.from_json(record.payload["json"]))
            for record in self._store.list(project_id, "recipe")
        ]

    def ignore_finding(
        self, cycle_id: str, code: str, columns: Sequence[str], reason: str
    ) -> None:
        """Keep why a finding does not matter in this cycle; "" takes it back.

        Raises
        ------
        WorkspaceError
            When there is no cycle with this id.
        """
        cycle = self.get(cycle_id)
        payload = {
            "cycle_id": cycle_id,
            "code": code,
            "columns": list(columns),
            "reason": reason.strip()[:_LONGEST_REASON],
        }
        self._store.save(cycle.project_id, "ignored", payload)

    def ignored_findings(self, cycle_id: str) -> dict[tuple[str, ...], str]:
        """Return the reasons, by code and columns of the findings ignored."""
        cycle = self.get(cycle_id)
        reasons: dict[tuple[str, ...], str] = {}
        for record in reversed(self._store.list(cycle.project_id, "ignored")):
            values = record.payload
            if values["cycle_id"] == cycle_id:
                reasons[(values["code"], *values["columns"])] = values["reason"]
        return {key: reason for key, reason in reasons.items() if reason}

    @staticmethod
    def pointing(cycle_id: str, pointer: str) -> Callable[[Connection, Any], None]:
        """Return what points a cycle at a new thing in the transaction that saves it.

        A kill between two writes cannot leave what was saved without its pointer.
        """

        def point(connection: Connection, value: Any) -> None:
            connection.execute(
                update(cycles).where(cycles.c.id == cycle_id).values({pointer: value})
            )

        return point

    def point(self, cycle_id: str, **pointers: Any) -> Cycle:
        """Change what a cycle points at and return it as it is now."""
        with self._database.begin() as connection:
            connection.execute(
                update(cycles).where(cycles.c.id == cycle_id).values(**pointers)
            )
        return self.get(cycle_id)
