"""What is live: the champion of each project, loaded once, followed at once."""

import threading
from collections import OrderedDict
from contextlib import suppress
from functools import partial

from sqlalchemy import select

from core.errors import RegistryError
from core.registry import ModelVersion, Registry
from core.serving.overrides import Overrides
from core.serving.refusal import RefusedError
from core.serving.service import Service

_MOST_LOADED = 32


class LiveServices:
    """Services of the versions in use, kept loaded; safe to use from threads.

    Which version is champion is asked for each call, in one short query, so that a
    promotion or a roll back counts from the next call on, in every process.

    Parameters
    ----------
    registry : Registry
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.overrides = Overrides(registry.database)
        self._loaded: OrderedDict[tuple[str, int], Service] = OrderedDict()
        self._gates: dict[tuple[str, int], threading.Lock] = {}
        self._lock = threading.Lock()

    def champion(self, project: str) -> Service:
        """Return the service of the live version.

        Raises
        ------
        RefusedError
            404 when there is no such project or nothing is live in it, 503 when
            the live version does not load.
        """
        number = self.registry.champion(project)
        if number is None:
            raise self._nothing_live(project)
        return self.version(project, number)

    def loaded_champion(self, project: str) -> Service | None:
        """Return the service of the live version if it need not be loaded first."""
        number = self.registry.champion(project)
        return None if number is None else self._loaded.get((project, number))

    def load_champions(self) -> None:
        """Load what is live now, so that no first caller waits for it.

        A version that does not load is told to those who ask for it.
        """
        for project, number in self.registry.champions().items():
            with suppress(RefusedError):
                self.version(project, number)

    def version(self, project: str, number: int) -> Service:
        """Return the service of one version, whether it is live or not."""
        key = (project, number)
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
                return self._loaded[key]
            gate = self._gates.setdefault(key, threading.Lock())
        with gate:  # one thread loads; the others wait for it, not for one another
            service = self._loaded.get(key) or self._service(project, number)
            with self._lock:  # within the gate, or the next one would load again
                self._loaded[key] = service
                self._gates.pop(key, None)
                if len(self._loaded) > _MOST_LOADED:
                    self._loaded.popitem(last=False)
        return service

    def for_outcomes(self, project: str) -> Service:
        """Return the champion, or the newest version when nothing is live."""
        if self.registry.champion(project) is not None:
            return self.champion(project)
        saved = self.registry.versions(project)
        if not saved:
            raise self._nothing_live(project)
        return self.version(project, saved[0].number)

    def check_database(self) -> None:
        """Raise a StorageError when the database does not answer."""
        with self.registry.database.connect() as connection:
            connection.execute(select(1))

    def _service(self, project: str, number: int) -> Service:
        version = self._load(project, number)
        _ = version.model.served_form  # of many trees it takes seconds, once
        return Service(version, partial(self.overrides.of, project))

    def _load(self, project: str, number: int) -> ModelVersion:
        try:
            return self.registry.load(project, number)
        except RegistryError as error:
            raise RefusedError(error.message, hint=error.hint, status=503) from error

    def _nothing_live(self, project: str) -> RefusedError:
        if self.registry.versions(project):
            return RefusedError(
                f"No version of project {project!r} is live.",
                hint="Make a version champion on the page Deploy.",
                status=404,
            )
        return RefusedError(
            f"There is no project {project!r} with a saved version.",
            hint="Check the address; the page Deploy shows it.",
            status=404,
        )
