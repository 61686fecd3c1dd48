"""Cohorts of a project: rules kept by name, for every later step."""

from collections.abc import Sequence

from core.data import Cohort
from core.errors import WorkspaceError
from core.workspace.store import RecordStore


class Cohorts:
    """The named groups of rows of all projects.

    What is kept is a history: a record for each change, the newest of a name counts.
    """

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    def list(self, project_id: str) -> Sequence[Cohort]:
        """Return a project's cohorts, in the order in which they were named."""
        named: dict[str, Cohort] = {}
        for record in reversed(self._store.list(project_id, "cohort")):
            values = record.payload
            if values["replaces"] is not None:
                named.pop(values["replaces"], None)
            if values["cohort"] is not None:
                cohort = Cohort.from_dict(values["cohort"])
                named[cohort.name] = cohort
        return tuple(named.values())

    def get(self, project_id: str, name: str) -> Cohort:
        """Return a cohort by its name.

        Raises
        ------
        WorkspaceError
            The project has none of this name.
        """
        for cohort in self.list(project_id):
            if cohort.name == name:
                return cohort
        raise WorkspaceError(
            f"There is no cohort “{name}” in this project.",
            hint="It may have been renamed or deleted; choose another one.",
        )

    def save(self, project_id: str, cohort: Cohort) -> Cohort:
        """Keep a new cohort.

        Raises
        ------
        WorkspaceError
            Its name is taken.
        """
        self._refuse_taken(project_id, cohort.name)
        self._write(project_id, cohort, None)
        return cohort

    def rename(self, project_id: str, name: str, to: str) -> Cohort:
        """Give a cohort another name; its rule stays.

        Raises
        ------
        WorkspaceError
            There is none of this name, or the new one is taken.
        DataError
            The new name is empty or too long.
        """
        known = self.get(project_id, name)
        renamed = Cohort(to, known.conditions)
        if renamed.name == name:
            return known
        self._refuse_taken(project_id, renamed.name, but=name)
        self._write(project_id, renamed, name)
        return renamed

    def delete(self, project_id: str, name: str) -> None:
        """Take a cohort off the list; what was made with it stays.

        Raises
        ------
        WorkspaceError
            There is none of this name.
        """
        self._write(project_id, None, self.get(project_id, name).name)

    def _refuse_taken(self, project_id: str, name: str, but: str = "") -> None:
        taken = {item.name.casefold() for item in self.list(project_id)}
        if name.casefold() in taken - {but.casefold()}:
            raise WorkspaceError(
                f"There is a cohort “{name}” already.", hint="Choose another name."
            )

    def _write(
        self, project_id: str, cohort: Cohort | None, replaces: str | None
    ) -> None:
        kept = None if cohort is None else cohort.to_dict()
        self._store.save(project_id, "cohort", {"cohort": kept, "replaces": replaces})
