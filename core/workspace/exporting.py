"""A project as one zip: all that is needed to make its figures once more.

Nothing in such a file is trusted: entries are read by names that Rondo knows, never
unpacked by their own; sizes are limited; models in it are never loaded.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import pandas as pd
from sqlalchemy import Table, select

from core.data import content_hash, read_parquet
from core.errors import DataError, WorkspaceError
from core.storage.tables import aliases, cycles, history, openings, records, versions
from core.workspace.workspace import Workspace

FORM: Final = 1
MOST_ENTRIES: Final = 20_000
MOST_BYTES: Final = 8 * 2**30
MOST_JSON_BYTES: Final = 512 * 2**20
_TABLES: Final[Mapping[str, Table]] = {
    "cycles": cycles,
    "records": records,
    "openings": openings,
    "versions": versions,
    "aliases": aliases,
    "history": history,
}
_PROJECT: Final = "project.json"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def export_project(
    workspace: Workspace, project_id: str, target: Path | BinaryIO
) -> None:
    """Write a project into a zip file.

    It holds the records (recipes, splits, plans, evaluations, how often the test rows
    were opened), the datasets, the history, and the folders of the versions. It does
    not hold captured predictions, nor keys.

    Raises
    ------
    WorkspaceError
        There is no such project.
    """
    project = workspace.projects.get(project_id)
    told: dict[str, Any] = {
        "form": FORM,
        "project": {**vars(project), "created_at": project.created_at.isoformat()},
        **{
            name: _rows(workspace, table, project_id) for name, table in _TABLES.items()
        },
    }
    told["openings"] += _opened_elsewhere(workspace, project_id, told["openings"])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_PROJECT, json.dumps(told, ensure_ascii=False, indent=1))
        for dataset in workspace.data.list(project_id):
            name = f"datasets/{dataset.content_hash}.parquet"
            if name not in packed.namelist():
                key = f"projects/{project_id}/{name}"
                packed.writestr(name, workspace.data.files.read(key))
        for info in workspace.registry.versions(project_id):
            for path in sorted(info.directory.glob("*")):
                if path.is_file():
                    packed.write(path, f"versions/{info.number}/{path.name}")


def _rows(workspace: Workspace, table: Table, project_id: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.project_id == project_id)
    with workspace.database.connect() as connection:
        found = [dict(row._mapping) for row in connection.execute(query)]
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _opened_elsewhere(
    workspace: Workspace, project_id: str, known: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return openings of the same test rows by other projects; they count here too."""
    told = {(each["at"], each["run_id"]) for each in known}
    found = []
    for cycle in workspace.cycles.list(project_id):
        split = workspace.data.split_of(cycle.id)
        for each in workspace.evaluation.openings(cycle.id):
            values = {name: _plain(value) for name, value in vars(each).items()}
            if split is not None and (values["at"], each.run_id) not in told:
                told.add((values["at"], each.run_id))
                found.append({**values, "split_hash": split.content_hash})
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class Exported:
    """A project's zip, opened to be read.

    Parameters
    ----------
    packed : ZipFile
    told : dict
        What ``project.json`` says.
    """

    def __init__(self, packed: zipfile.ZipFile, told: dict[str, Any]) -> None:
        self._packed = packed
        self.told = told

    @property
    def name(self) -> str:
        """The project's name."""
        return str(self.told["project"]["name"])

    def cycles(self) -> list[dict[str, Any]]:
        """Return the project's cycles, oldest first."""
        found: list[dict[str, Any]] = sorted(
            self.told["cycles"], key=lambda each: int(each["number"])
        )
        return found

    def record(self, record_id: str | None, kind: str) -> dict[str, Any] | None:
        """Return a record of this id and kind, or None."""
        for each in self.told["records"]:
            if each["id"] == record_id and each["kind"] == kind:
                return dict(each)
        return None

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of a kind, newest first."""
        found = [dict(each) for each in self.told["records"] if each["kind"] == kind]
        return sorted(found, key=lambda each: str(each["created_at"]), reverse=True)

    def n_openings(self, split_hash: str) -> int:
        """Return how often these test rows were opened, whatever the recipe was."""
        splits = self.records("split")
        rows = [s["payload"].get("rows_hash") for s in splits
                if s["content_hash"] == split_hash]  # fmt: skip
        same = {
            s["content_hash"]
            for s in splits
            if s["payload"].get("rows_hash") and s["payload"]["rows_hash"] in rows
        }
        same.add(split_hash)
        return sum(each["split_hash"] in same for each in self.told["openings"])

    def table(self, digest: str) -> pd.DataFrame:
        """Read a dataset, checked against the hash that names it.

        Raises
        ------
        WorkspaceError
            It is not there, or is another one.
        """
        named = f"datasets/{digest}.parquet"
        if not _DIGEST.fullmatch(digest) or named not in self._packed.namelist():
            raise _damaged("a dataset is missing")
        try:
            frame = read_parquet(io.BytesIO(self._packed.read(named)))
        except (DataError, OSError, ValueError, zipfile.BadZipFile) as error:
            raise _damaged("a dataset cannot be read") from error
        if content_hash(frame) != digest:
            raise _damaged("a dataset was changed")
        return frame


@contextmanager
def open_exported(source: Path | BinaryIO) -> Iterator[Exported]:
    """Open a project's zip, trusting nothing in it.

    Raises
    ------
    WorkspaceError
        It is no such file, too large, or damaged.
    """
    try:
        packed = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile) as error:
        raise _damaged("it is no zip file") from error
    with packed:
        _refuse_bombs(packed)
        try:
            told = json.loads(packed.read(_PROJECT))
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise _damaged("it has no readable project.json") from error
        if not isinstance(told, dict) or told.get("form") != FORM:
            raise _damaged("its form is not known here")
        try:
            yield Exported(packed, told)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise _damaged(f"something is missing in it ({error})") from error


def _refuse_bombs(packed: zipfile.ZipFile) -> None:
    """Refuse a file that would unpack to more than a project ever has."""
    entries = packed.infolist()
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_BYTES:
        raise _damaged("it unpacks to more than a project ever has")
    told = [each for each in entries if each.filename == _PROJECT]
    if not told or told[0].file_size > MOST_JSON_BYTES:
        raise _damaged("it has no readable project.json")


def _damaged(why: str) -> WorkspaceError:
    return WorkspaceError(
        f"This is not a project that Rondo exported: {why}.",
        hint="Export the project anew: python -m core.workspace export PROJECT FILE.",
    )
