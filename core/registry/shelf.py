"""The shelf: versions of all projects, saved under numbers and loaded again."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import pandas as pd
from sqlalchemy import Connection, Row, insert, select

from core.errors import RegistryError
from core.modeling.model import Model
from core.registry.card import Judgement
from core.registry.folder import VersionExistsError, load_version, save_version
from core.registry.history import SAVED, Act, append_entry
from core.registry.info import (
    Alias,
    VersionInfo,
    check_project,
    check_who,
    is_project_id,
    summarise,
)
from core.registry.rows import change, last_number, read_aliases, version_row
from core.registry.version import ModelVersion
from core.settings import Settings, get_settings
from core.storage import Database, Files
from core.storage.tables import versions

_ATTEMPTS = 20


class Shelf:
    """Folders for what versions are, rows for what became of them.

    Parameters
    ----------
    database : Database
    models_root : Path
        Version folders stand in ``<models_root>/<project>/<number>``.
    key_path : Path or None
        The signing key; ``RONDO_HOME/signing.key`` when None.
    elsewhere : Files or None
        A second place: versions are copied there, and fetched from there where
        their folder is missing here.
    four_eyes : bool
        Whether a version goes live only after a second person approved it.
    """

    def __init__(
        self,
        database: Database,
        models_root: Path,
        *,
        key_path: Path | None = None,
        elsewhere: Files | None = None,
        four_eyes: bool = False,
    ) -> None:
        self._elsewhere = elsewhere
        self.four_eyes = four_eyes
        self.database = database
        self.models_root = Path(models_root)
        self.key_path = key_path or get_settings().home / "signing.key"

    @classmethod
    def of(cls, settings: Settings, database: Database) -> Self:
        """Return the one that these settings speak of."""
        return cls(
            database,
            settings.models,
            key_path=settings.home / "signing.key",
            elsewhere=Files(settings.models_url) if settings.models_url else None,
            four_eyes=settings.four_eyes,
        )

    def add(  # noqa: PLR0913  the parts of a version, all but two optional
        self,
        project: str,
        model: Model,
        *,
        who: str,
        note: str = "",
        reference: pd.DataFrame | None = None,
        evaluation: Mapping[str, Any] | None = None,
        lineage: Mapping[str, Any] | None = None,
        judgement: Judgement | None = None,
        report: str = "",
        also: Callable[[Connection, int], None] | None = None,
    ) -> VersionInfo:
        """Save a model as the project's next version, in the state draft.

        The parameters are those of `save_version`. A number is never used twice,
        not even when the machine stopped in the middle of a save. What `also` writes,
        given the connection and the number, is there with the version or not at all.

        Raises
        ------
        RegistryError, StorageError
            See `save_version`; also when nobody is named.
        """
        name = check_who(who)
        folder = self.models_root / check_project(project)
        for attempt in range(_ATTEMPTS):
            number = self._next_number(project, folder)
            try:
                version = save_version(
                    model,
                    folder / str(number),
                    reference=reference,
                    evaluation=evaluation,
                    lineage=lineage,
                    note=note,
                    judgement=judgement,
                    report=report,
                    key_path=self.key_path,
                )
                break
            except VersionExistsError:  # somebody else took the number meanwhile
                if attempt == _ATTEMPTS - 1:
                    raise
        if self._elsewhere is not None:
            self._elsewhere.put_folder(version.directory, f"{project}/{number}")
        with change(self.database, project) as connection:
            connection.execute(
                insert(versions).values(
                    project_id=project,
                    number=version.number,
                    state="draft",
                    created_at=version.created_at,
                    directory=f"{project}/{version.number}",
                    manifest_sha256=version.manifest.sha256,
                    summary=summarise(version),
                    note=note,
                )
            )
            append_entry(connection, Act(project, name, note, SAVED, version.number))
            if also is not None:
                also(connection, version.number)
        return self.version(project, version.number)

    def versions(self, project: str) -> list[VersionInfo]:
        """Return all versions, newest first; none for a project nobody knows."""
        if not is_project_id(project):
            return []
        with self.database.connect() as connection:
            held = read_aliases(connection, project)
            rows = connection.execute(
                select(versions)
                .where(versions.c.project_id == project)
                .order_by(versions.c.number.desc())
            ).all()
        return [self._info(row, held) for row in rows]

    def version(self, project: str, number: int) -> VersionInfo:
        """Return one version.

        Raises
        ------
        RegistryError
            The project has no such version.
        """
        with self.database.connect() as connection:
            row = version_row(connection, project, number)
            return self._info(row, read_aliases(connection, project))

    def load(self, project: str, number: int) -> ModelVersion:
        """Load a version after checking that it is the one that was saved.

        Raises
        ------
        RegistryError
            See `load_version`; also when the folder is another version's.
        """
        info = self.version(project, number)
        if self._elsewhere is not None and not info.directory.exists():
            self._elsewhere.get_folder(f"{project}/{number}", info.directory)
        version = load_version(info.directory, key_path=self.key_path)
        if version.manifest.sha256 != info.manifest_sha256:
            raise RegistryError(
                f"The folder of version {info.label} holds another version.",
                hint="Put the version's folder back from a copy, or choose another.",
            )
        return version

    def _next_number(self, project: str, folder: Path) -> int:
        """Return a number that neither a row nor a folder has."""
        with self.database.connect() as connection:
            taken = last_number(connection, project)
        names = [path.name for path in folder.glob("[0-9]*")]
        return max([taken, *(int(name) for name in names if name.isdigit())]) + 1

    def _info(self, row: Row[Any], held: Mapping[Alias, int]) -> VersionInfo:
        return VersionInfo(
            project=row.project_id,
            number=row.number,
            state=row.state,
            aliases=tuple(alias for alias, n in held.items() if n == row.number),
            created_at=row.created_at,
            directory=self.models_root / row.directory,
            manifest_sha256=row.manifest_sha256,
            summary=row.summary,
            note=row.note,
        )
