"""The registry: which versions a project has, and which of them is live."""

from collections.abc import Mapping
from datetime import datetime

from core.errors import RegistryError
from core.registry.approval import check_approved
from core.registry.history import (
    ALIAS_REMOVED,
    ALIAS_SET,
    ROLLED_BACK,
    Act,
    HistoryCheck,
    HistoryEntry,
    append_entry,
    champion_at,
    champions,
    check_chain,
    read_entries,
)
from core.registry.info import (
    Alias,
    State,
    VersionInfo,
    check_who,
    check_words,
    is_project_id,
)
from core.registry.rows import (
    CHAMPION,
    QUICK_CHAMPION,
    change,
    point,
    put_state,
    read_aliases,
    read_champions,
    unpoint,
    version_row,
)
from core.registry.shelf import Shelf


class Registry(Shelf):
    """Versions of all projects, and what is live.

    Every change is one transaction that also appends to the project's history.
    The parameters are those of `Shelf`.
    """

    def aliases(self, project: str) -> dict[Alias, int]:
        """Return the number that each alias of the project points at."""
        with self.database.connect() as connection:
            return read_aliases(connection, project)

    def champion(self, project: str) -> int | None:
        """Return the number of the live version; one short query."""
        if not is_project_id(project):
            return None
        found: int | None
        lane = self.database.quick
        if lane is not None:
            found = lane.scalar(QUICK_CHAMPION, (project,))
            return found
        with self.database.connect() as connection:
            found = connection.scalar(CHAMPION, {"project": project})
            return found

    def champions(self) -> dict[str, int]:
        """Return the number of the live version of each project that has one."""
        with self.database.connect() as connection:
            return read_champions(connection)

    def champion_at(self, project: str, at: datetime) -> int | None:
        """Return the number of the version that was live at an (aware) moment."""
        return champion_at(self.history(project), at)

    def set_alias(
        self, project: str, alias: Alias, number: int, *, who: str, why: str = ""
    ) -> VersionInfo:
        """Point an alias at a version; at once, for every running server.

        A new champion becomes live and the old one retired; it is loaded first, so
        that a version which cannot answer never goes live.

        Raises
        ------
        RegistryError
            The version does not exist or does not load, nobody is named, the champion
            would be its own challenger or shadow, or (with four eyes) nobody else
            has approved what would go live.
        """
        check_words(alias=alias)
        act = Act(project, check_who(who), why, ALIAS_SET, number, alias)
        self.load(project, number)
        with change(self.database, project) as connection:
            version_row(connection, project, number)
            held = read_aliases(connection, project)
            if held.get(alias) != number:
                _refuse_own_challenger(held, alias, number)
                if self.four_eyes and alias == "champion":
                    check_approved(read_entries(connection, project), number, act.who)
                point(connection, act, held)
        return self.version(project, number)

    def remove_alias(
        self, project: str, alias: Alias, *, who: str, why: str = ""
    ) -> None:
        """Take an alias away; without a champion the service does not answer.

        Raises
        ------
        RegistryError
            No version has the alias, or nobody is named.
        """
        check_words(alias=alias)
        name = check_who(who)
        with change(self.database, project) as connection:
            number = read_aliases(connection, project).get(alias)
            if number is None:
                raise RegistryError(
                    f"No version of {project} is {alias}.",
                    hint="There is nothing to take away.",
                )
            unpoint(connection, Act(project, name, why, ALIAS_REMOVED, number, alias))
            if alias == "champion":
                put_state(connection, project, number, "retired")

    def previous_champion(self, project: str) -> int | None:
        """Return the version that a roll back would make live, if there is one."""
        stack = champions(self.history(project))
        return stack[-2] if len(stack) > 1 else None

    def roll_back(self, project: str, *, who: str, why: str = "") -> VersionInfo:
        """Make the previous champion live again.

        Raises
        ------
        RegistryError
            There was no champion before, or it does not load, or nobody is named.
        """
        name = check_who(who)
        number = self.previous_champion(project)
        if number is None:
            raise RegistryError(
                f"Project {project} had no other champion before this one.",
                hint="Make another version champion instead.",
            )
        self.load(project, number)
        with change(self.database, project) as connection:
            if champions(read_entries(connection, project))[-2:-1] != [number]:
                raise RegistryError(
                    "Somebody changed the champion at the same moment.",
                    hint="Look at what is live now, then decide again.",
                )
            act = Act(project, name, why, ROLLED_BACK, number, "champion")
            point(connection, act, read_aliases(connection, project))
        return self.version(project, number)

    def set_state(
        self, project: str, number: int, state: State, *, who: str, why: str = ""
    ) -> VersionInfo:
        """Give a version a state; live and retired from live come with the alias.

        Raises
        ------
        RegistryError
            The version does not exist, is champion, or would be live without being
            champion; or nobody is named.
        """
        check_words(state=state)
        name = check_who(who)
        with change(self.database, project) as connection:
            version_row(connection, project, number)
            is_champion = read_aliases(connection, project).get("champion") == number
            if is_champion or state == "live":
                raise RegistryError(
                    f"Version {project}/{number} is "
                    f"{'the champion' if is_champion else 'not the champion'}, "
                    "and only the champion is live.",
                    hint="Make a version champion to change what is live.",
                )
            put_state(connection, project, number, state)
            append_entry(connection, Act(project, name, why, state, number))
        return self.version(project, number)

    def note(
        self, project: str, number: int, action: str, *, who: str, why: str
    ) -> None:
        """Write a decision about a version into the history; nothing else changes.

        Raises
        ------
        RegistryError
            The version does not exist, or nobody is named.
        """
        act = Act(project, check_who(who), why, action, number)
        with change(self.database, project) as connection:
            version_row(connection, project, number)
            append_entry(connection, act)

    def history(self, project: str) -> list[HistoryEntry]:
        """Return everything that was done to the project's versions, oldest first."""
        with self.database.connect() as connection:
            return read_entries(connection, project)

    def verify_history(self, project: str) -> HistoryCheck:
        """Check that the history is unchanged and explains what is live."""
        with self.database.connect() as connection:
            entries = read_entries(connection, project)
            live = read_aliases(connection, project).get("champion")
        check = check_chain(entries)
        told = champions(entries)[-1:]
        if check.intact and told != ([] if live is None else [live]):
            problem = "The history does not end with the version that is live."
            return HistoryCheck(False, len(entries), problem)
        return check


def _refuse_own_challenger(
    held: Mapping[Alias, int], alias: Alias, number: int
) -> None:
    if alias != "champion" and held.get("champion") == number:
        raise RegistryError(
            f"Version {number} is the champion and cannot be its own {alias}.",
            hint="Choose another version.",
        )
