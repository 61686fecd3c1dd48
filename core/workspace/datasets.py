"""Tables of a workspace: brought in, kept by their contents, and profiled."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from core.data import (
    Cohort,
    ColumnKind,
    Profile,
    ReadReport,
    Schema,
    Table,
    Task,
    content_hash,
    describe_schema,
    profile,
    read_parquet,
    write_parquet,
)
from core.errors import WorkspaceError
from core.settings import Settings
from core.storage import Files
from core.workspace.bringing import (
    bring_address,
    bring_files,
    bring_query,
    made_report,
)
from core.workspace.imports import preview_table, reread_table
from core.workspace.records import Dataset
from core.workspace.store import RecordStore, StoredRecord, payload_hash
from core.workspace.uploads import FrameCache

PROFILE_FORM = 4
"""Raised whenever profiles hold more, so that those on disk are computed anew."""


class Datasets:
    """Bring tables in, and find them and their profiles again."""

    def __init__(self, settings: Settings, store: RecordStore) -> None:
        self._settings = settings
        self._store = store
        self._frames = FrameCache()
        self.files = Files(settings.files_url or settings.home)

    def import_table(
        self, project_id: str, source: str | Path | BinaryIO, name: str, **options: Any
    ) -> Dataset:
        """Keep a file's bytes, read it, and keep the table.

        Parameters
        ----------
        project_id : str
        source : path or binary stream
        name : str
            File name; the bytes say the format.
        **options
            What `core.data.read_table` takes: delimiter, encoding, sheet …

        Raises
        ------
        DataError
            When the file is too large or no table can be read from it.
        """
        return self.import_files(project_id, {name: source}, **options)

    def import_files(
        self,
        project_id: str,
        sources: Mapping[str, str | Path | BinaryIO],
        **options: Any,
    ) -> Dataset:
        """Keep the bytes of files of the same columns, and their rows as one table.

        ``source_column`` names a column that says which file a row came from; the
        rest is as in `core.data.read_tables`.

        Raises
        ------
        DataError
            As `import_table`, or the files have not the same columns.
        """
        table = bring_files(sources, self._settings, **options)
        return self._keep_table(project_id, table)

    def import_address(self, project_id: str, address: str, **options: Any) -> Dataset:
        """Fetch a table from a web address or another that fsspec knows.

        Raises
        ------
        DataError
            As `import_table`, or the address cannot be read.
        """
        table = bring_address(address, self._settings, **options)
        return self._keep_table(project_id, table)

    def import_query(
        self, project_id: str, url: str, query: str, **options: Any
    ) -> Dataset:
        """Keep the rows of one SELECT from the database at a SQLAlchemy address.

        Raises
        ------
        DataError
            The database cannot be reached or refuses, or gives no table.
        """
        table = bring_query(url, query, self._settings, **options)
        return self._keep_table(project_id, table)

    def raw_path(self, dataset_id: str) -> Path | None:
        """Return where a dataset's (first) file lies; None when none is kept."""
        return next(iter(self.raw_paths(dataset_id).values()), None)

    def raw_paths(self, dataset_id: str) -> dict[str, Path]:
        """Return where the bytes of a dataset's files lie, by the files' names."""
        dataset = self.get(dataset_id)
        digests = {file.name: file.sha256 for file in dataset.report.sources}
        digests = digests or {dataset.name: dataset.raw_sha256}
        folder = self._settings.home / "uploads"
        paths = {name: folder / digest for name, digest in digests.items()}
        return paths if all(path.is_file() for path in paths.values()) else {}

    def preview(self, dataset_id: str, **options: Any) -> Table:
        """Read the beginning of a dataset's first file anew, as `read_again` would."""
        name, path = next(iter(self._raw(dataset_id).items()))
        return preview_table(path, name, options)

    def read_again(
        self,
        dataset_id: str,
        *,
        kinds: Mapping[str, ColumnKind] | None = None,
        leave_out: Sequence[str] = (),
        **options: Any,
    ) -> Dataset:
        """Read a dataset's file anew from the bytes kept, as a new dataset.

        Parameters
        ----------
        dataset_id : str
        kinds : mapping of column to kind, default None
            Types that a person chose.
        leave_out : sequence of str, default ()
            Columns that are not wanted.
        **options
            What `core.data.ReadOptions` takes.

        Raises
        ------
        WorkspaceError
            The bytes are not kept: Rondo made the table itself.
        DataError
            No table can be read that way.
        """
        dataset = self.get(dataset_id)
        limits: dict[str, Any] = {
            "max_rows": self._settings.max_rows,
            "max_columns": self._settings.max_columns,
        }
        limits["source_column"] = dataset.report.source_column
        table = reread_table(
            self._raw(dataset_id), {**limits, **options}, kinds or {}, leave_out
        )
        origin = dataset.report.origin
        table = replace(table, report=replace(table.report, origin=origin))
        return self._keep_table(dataset.project_id, table)

    def _raw(self, dataset_id: str) -> dict[str, Path]:
        paths = self.raw_paths(dataset_id)
        if not paths:
            raise WorkspaceError(
                "The file of this table is not kept.", hint="Bring it in again."
            )
        return paths

    def _keep_table(self, project_id: str, table: Table) -> Dataset:
        report = table.report
        return self._keep(project_id, table.frame, table.schema, report, report.name)

    def add_frame(self, project_id: str, frame: pd.DataFrame, name: str) -> Dataset:
        """Keep a canonical frame that Rondo made itself as a dataset."""
        digest = content_hash(frame)
        report = made_report(frame, name, digest)
        return self._keep(project_id, frame, describe_schema(frame), report, name)

    def _keep(
        self,
        project_id: str,
        frame: pd.DataFrame,
        schema: Schema,
        report: ReadReport,
        name: str,
    ) -> Dataset:
        """Keep a table as a dataset; the same table again is found."""
        digest = content_hash(frame)
        key = _dataset_key(project_id, digest)
        if not self.files.exists(key):
            self.files.write(key, partial(write_parquet, frame))
        for known in self._store.list(project_id, "dataset"):
            same = known.content_hash == digest and known.payload["name"] == name
            if same and known.payload["report"] == report.to_dict():
                return _dataset(known)
        payload = {
            "name": name,
            "raw_sha256": report.sha256,
            "n_rows": len(frame),
            "n_columns": frame.shape[1],
            "schema": schema.to_dict(),
            "report": report.to_dict(),
        }
        return _dataset(
            self._store.save(project_id, "dataset", payload, content_hash=digest)
        )

    def get(self, dataset_id: str) -> Dataset:
        """Return a dataset's record."""
        return _dataset(self._store.get(dataset_id, "dataset"))

    def list(self, project_id: str) -> Sequence[Dataset]:
        """Return a project's datasets, newest first."""
        return [_dataset(r) for r in self._store.list(project_id, "dataset")]

    def frame(self, dataset_id: str) -> pd.DataFrame:
        """Return a dataset's table. It is shared: read it, never change it."""
        dataset = self.get(dataset_id)
        return self._read(_dataset_key(dataset.project_id, dataset.content_hash))

    def profile(
        self,
        dataset_id: str,
        target: str | None = None,
        task: Task | None = None,
        cohort: Cohort | None = None,
        **watched: Callable[[float, str], None],
    ) -> Profile:
        """Return a dataset's profile, computed once and kept on disk.

        With a cohort it is the profile of its rows alone, known by the cohort's rule.
        ``on_progress`` is told how far it is, as by `core.data.profile`.

        Raises
        ------
        DataError
            No row belongs to the cohort, or the table lacks a column of its rule.
        """
        dataset = self.get(dataset_id)
        made_of = [dataset.content_hash, target, task, PROFILE_FORM]
        rule = [] if cohort is None else [cohort.content_hash]
        key = payload_hash(made_of + rule)[:24]
        path = f"projects/{dataset.project_id}/profiles/{key}.json"
        if self.files.exists(path):
            return Profile.from_dict(json.loads(self.files.read(path)))
        frame, kinds = self.frame(dataset_id), dict(dataset.schema.kinds)
        if target is not None:
            frame = dataset.schema.in_words(frame, target)
            if frame[target].dtype == "str":
                kinds.pop(target)
        if cohort is not None:
            frame = frame[cohort.mask(frame)].reset_index(drop=True)
        result = profile(frame, target, kinds=kinds, task=task, **watched)
        self.files.write(path, json.dumps(result.to_dict()).encode())
        return result

    def _read(self, key: str) -> pd.DataFrame:
        frame = self._frames.get(key)
        if frame is None:
            with self.files.open(key) as stream:
                frame = read_parquet(stream)
            self._frames.put(key, frame)
        return frame


def _dataset_key(project_id: str, digest: str) -> str:
    return f"projects/{project_id}/datasets/{digest}.parquet"


def _dataset(record: StoredRecord) -> Dataset:
    values = record.payload
    return Dataset(
        id=record.id,
        project_id=record.project_id,
        name=values["name"],
        content_hash=record.content_hash,
        raw_sha256=values["raw_sha256"],
        n_rows=values["n_rows"],
        n_columns=values["n_columns"],
        schema=Schema.from_dict(values["schema"]),
        report=ReadReport.from_dict(values["report"]),
        created_at=record.created_at,
    )
