"""Tables of a workspace: brought in, kept by their contents, and profiled."""

import json
from collections.abc import Callable, Mapping, Sequence
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
    read_table,
    write_parquet,
)
from core.errors import WorkspaceError
from core.settings import Settings
from core.storage import Files
from core.workspace.imports import preview_table, reread_table
from core.workspace.records import Dataset
from core.workspace.store import RecordStore, StoredRecord, payload_hash
from core.workspace.uploads import FrameCache, keep_bytes

PROFILE_FORM = 2
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
            File name; its ending says the format where the bytes do not.
        **options
            What `core.data.read_table` takes: delimiter, encoding, sheet …

        Raises
        ------
        DataError
            When the file is too large or no table can be read from it.
        """
        raw = keep_bytes(
            source, self._settings.home / "uploads", self._settings.max_upload_mb
        )
        table = read_table(
            raw,
            name,
            max_rows=self._settings.max_rows,
            max_columns=self._settings.max_columns,
            **options,
        )
        return self._keep(project_id, table.frame, table.schema, table.report, name)

    def raw_path(self, dataset_id: str) -> Path | None:
        """Return where the bytes of a dataset's file lie; None when none are kept."""
        path = self._settings.home / "uploads" / self.get(dataset_id).raw_sha256
        return path if path.is_file() else None

    def preview(self, dataset_id: str, **options: Any) -> Table:
        """Read the beginning of a dataset's file anew, as `read_again` would."""
        return preview_table(self._raw(dataset_id), self.get(dataset_id).name, options)

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
        name = self.get(dataset_id).name
        limits = {
            "max_rows": self._settings.max_rows,
            "max_columns": self._settings.max_columns,
        }
        table = reread_table(
            self._raw(dataset_id), name, {**limits, **options}, kinds or {}, leave_out
        )
        project_id = self.get(dataset_id).project_id
        return self._keep(project_id, table.frame, table.schema, table.report, name)

    def _raw(self, dataset_id: str) -> Path:
        path = self.raw_path(dataset_id)
        if path is None:
            raise WorkspaceError(
                "The file of this table is not kept.", hint="Bring it in again."
            )
        return path

    def add_frame(self, project_id: str, frame: pd.DataFrame, name: str) -> Dataset:
        """Keep a canonical frame that Rondo made itself as a dataset."""
        digest = content_hash(frame)
        report = ReadReport(
            name=name,
            sha256=digest,
            size_bytes=int(frame.memory_usage(deep=True).sum()),
            format="parquet",
            encoding=None,
            delimiter=None,
            quote=None,
            header=True,
            n_rows=len(frame),
            n_columns=frame.shape[1],
            notes=("Made by Rondo from rows that it holds.",),
        )
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
        if cohort is not None:
            frame = frame[cohort.mask(frame)].reset_index(drop=True)
        if target is not None:
            frame = dataset.schema.in_words(frame, target)
            if frame[target].dtype == "str":
                kinds.pop(target)
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
