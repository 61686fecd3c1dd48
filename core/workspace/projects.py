"""Projects: made, found, renamed."""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import insert, select, update

from core.errors import WorkspaceError
from core.storage import Database
from core.storage.tables import cycles, projects
from core.storage.types import now
from core.workspace.records import Project
from core.workspace.store import new_id

MAX_NAME = 120
_RESERVED = frozenset(
    (
        "",
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{p}{i}" for p in ("com", "lpt") for i in "123456789"),
    )
)
"""No name at all, and the names that Windows keeps for itself."""
_UNSAFE = frozenset(("Cc", "Cs"))
"""Control characters and halves of characters; databases refuse some of them."""


def slug(name: str) -> str:
    """Return a name as it may stand in a path and in an address.

    Examples
    --------
    >>> slug("../../Étude № 1/b")
    'etude-no-1-b'
    >>> slug("???"), slug("CON")
    ('project', 'project-con')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    words = words[:48].strip("-")
    return f"project-{words}".strip("-") if words in _RESERVED else words


class Projects:
    """The projects of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> Sequence[Project]:
        """Return all projects, newest first."""
        query = select(projects).order_by(projects.c.created_at.desc())
        with self._database.connect() as connection:
            return [Project(**row._mapping) for row in connection.execute(query)]

    def get(self, project_id: str) -> Project:
        """Return a project.

        Raises
        ------
        WorkspaceError
            When there is none with this id.
        """
        query = select(projects).where(projects.c.id == project_id)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise WorkspaceError(
                f"There is no project with the id “{project_id}”.",
                hint="Choose one of the projects on the home page, or create it.",
            )
        return Project(**row._mapping)

    def create(self, name: str) -> Project:
        """Create a project with its first, empty cycle.

        Parameters
        ----------
        name : str
            Any text of 1 to 120 characters. The id is made from it; two projects
            may share a name, never an id.

        Raises
        ------
        WorkspaceError
            When the name is empty or too long.
        """
        name = _checked(name)
        with self._database.begin() as connection:
            taken = set(connection.execute(select(projects.c.id)).scalars())
            wanted = slug(name)
            project_id, count = wanted, 1
            while project_id in taken:
                count += 1
                project_id = f"{wanted}-{count}"
            project = Project(project_id, name, now())
            connection.execute(insert(projects).values(**vars(project)))
            connection.execute(
                insert(cycles).values(
                    id=new_id("cycle"),
                    project_id=project.id,
                    number=1,
                    created_at=project.created_at,
                    note="",
                )
            )
        return project

    def rename(self, project_id: str, name: str) -> Project:
        """Give a project another name; its id, paths and addresses stay."""
        name = _checked(name)
        self.get(project_id)
        with self._database.begin() as connection:
            connection.execute(
                update(projects).where(projects.c.id == project_id).values(name=name)
            )
        return self.get(project_id)


def _checked(name: str) -> str:
    kept = (c for c in name if c.isspace() or unicodedata.category(c) not in _UNSAFE)
    name = " ".join("".join(kept).split())
    if not name or len(name) > MAX_NAME:
        raise WorkspaceError(
            "A project needs a name of 1 to 120 characters.",
            hint="Say in a few words what is to be predicted.",
        )
    return name
