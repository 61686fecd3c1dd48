"""Tables, recipes and splits of a workspace, kept on disk."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from core.data import (
    ColumnKind,
    Profile,
    ReadReport,
    Recipe,
    Schema,
    Strategy,
    Table,
    Task,
    content_hash,
    describe_schema,
    profile,
    read_parquet,
    read_table,
    split,
    write_parquet,
)
from core.errors import DataError, WorkspaceError
from core.settings import Settings
from core.storage import Files
from core.workspace.cycles import Cycles
from core.workspace.imports import preview_table, reread_table
from core.workspace.records import Cycle, Dataset, SplitRecord
from core.workspace.store import RecordStore, StoredRecord, new_id, payload_hash
from core.workspace.uploads import FrameCache, keep_bytes

PROFILE_FORM = 2
"""Raised whenever profiles hold more, so that those on disk are computed anew."""
PARTS = ("train", "validation", "test")


class Data:
    """Bring tables in, clean them by recipe, split them, and find them again."""

    def __init__(self, settings: Settings, store: RecordStore, cycles: Cycles) -> None:
        self._settings = settings
        self._store = store
        self._cycles = cycles
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
        **watched: Callable[[float, str], None],
    ) -> Profile:
        """Return a dataset's profile, computed once and kept on disk.

        ``on_progress`` is told how far it is, as by `core.data.profile`.
        """
        dataset = self.get(dataset_id)
        key = payload_hash([dataset.content_hash, target, task, PROFILE_FORM])[:24]
        path = f"projects/{dataset.project_id}/profiles/{key}.json"
        if self.files.exists(path):
            return Profile.from_dict(json.loads(self.files.read(path)))
        frame, kinds = self.frame(dataset_id), dict(dataset.schema.kinds)
        if target is not None:
            frame = dataset.schema.in_words(frame, target)
            if frame[target].dtype == "str":
                kinds.pop(target)
        result = profile(frame, target, kinds=kinds, task=task, **watched)
        self.files.write(path, json.dumps(result.to_dict()).encode())
        return result

    def recipe(self, cycle_id: str) -> Recipe:
        """Return a cycle's recipe; an empty one when none was saved."""
        cycle = self._cycles.get(cycle_id)
        if cycle.recipe_id is None:
            return Recipe(())
        record = self._store.get(cycle.recipe_id, "recipe")
        return Recipe.from_json(record.payload["json"])

    def cleaned(self, cycle_id: str) -> pd.DataFrame:
        """Return the cycle's table after its recipe. Read it, never change it."""
        cycle = self._cycles.get(cycle_id)
        if cycle.dataset_id is None:
            raise WorkspaceError(
                "This cycle has no table yet.", hint="Bring one in on Explore."
            )
        recipe = self.recipe(cycle_id)
        key = f"cleaned:{cycle.dataset_id}:{recipe.content_hash}"
        frame = self._frames.get(key)
        if frame is None:
            frame = recipe.apply(self.frame(cycle.dataset_id))
            self._frames.put(key, frame)
        return frame

    def split(
        self,
        cycle_id: str,
        *,
        strategy: Strategy = "stratified",
        fractions: tuple[float, float, float] = (0.6, 0.2, 0.2),
        random_state: int = 0,
        column: str | None = None,
        group: str | None = None,
    ) -> SplitRecord:
        """Split the cleaned table and seal its test rows in a file of their own.

        Rows without a target value are left out: nothing can be learned from or
        measured on them.
        """
        cycle = self._cycles.get(cycle_id)
        frame = self._labelled(cycle)
        parts = split(
            frame,
            cycle.target,
            strategy=strategy,
            fractions=fractions,
            random_state=random_state,
            column=column,
            group=group,
        )
        positions = {"train": parts.train, "validation": parts.validation}
        positions["test"] = parts.test
        record_id = new_id("split")
        folder = f"projects/{cycle.project_id}/splits/{record_id}"
        for part, rows in positions.items():
            chosen = frame.iloc[rows].reset_index(drop=True)
            self.files.write(f"{folder}/{part}.parquet", partial(write_parquet, chosen))
        self.files.write(f"{folder}/rows.npz", partial(_save_rows, positions))
        payload = {
            "sources": cycle.sources,
            "strategy": strategy,
            "fractions": list(fractions),
            "random_state": random_state,
            "column": column,
            "group": group,
            **{f"n_{part}": len(rows) for part, rows in positions.items()},
        }
        sealed = content_hash(frame.iloc[parts.test].reset_index(drop=True))
        record = self._store.save(
            cycle.project_id,
            "split",
            payload,
            content_hash=sealed,
            record_id=record_id,
        )
        self._cycles.point(cycle_id, split_id=record.id)
        return _split(record)

    def split_of(self, cycle_id: str) -> SplitRecord | None:
        """Return the cycle's split, stale or not, or None."""
        cycle = self._cycles.get(cycle_id)
        if cycle.split_id is None:
            return None
        return self.get_split(cycle.split_id)

    def get_split(self, split_id: str) -> SplitRecord:
        """Return a split by its id."""
        return _split(self._store.get(split_id, "split"))

    def part(self, split_id: str, part: str) -> pd.DataFrame:
        """Return the train or validation rows of a split.

        Raises
        ------
        WorkspaceError
            For the test rows: only the vault hands them out, and counts.
        """
        if part not in ("train", "validation"):
            raise WorkspaceError(
                "The test rows are sealed.",
                hint="Open them on the Evaluate page; each opening is counted.",
            )
        return self._read(self.part_key(split_id, part))

    def part_key(self, split_id: str, part: str) -> str:
        """Return where a part of a split lies."""
        record = self.get_split(split_id)
        return f"projects/{record.project_id}/splits/{split_id}/{part}.parquet"

    def positions(self, split_id: str) -> Mapping[str, np.ndarray]:
        """Return the row positions of the three parts in the labelled table."""
        record = self.get_split(split_id)
        key = f"projects/{record.project_id}/splits/{split_id}/rows.npz"
        with (
            self.files.open(key) as stream,
            np.load(stream, allow_pickle=False) as stored,
        ):
            return {part: stored[part] for part in PARTS}

    def labelled(self, cycle_id: str) -> pd.DataFrame:
        """Return the cleaned rows that have a target value: what a split divides."""
        return self._labelled(self._cycles.get(cycle_id))

    def _labelled(self, cycle: Cycle) -> pd.DataFrame:
        if cycle.target is None:
            raise WorkspaceError(
                "No target is chosen yet.",
                hint="Say on Explore which column is to be predicted.",
            )
        frame = self.cleaned(cycle.id)
        if cycle.target not in frame.columns:
            raise DataError(
                f"The recipe removed or renamed the target “{cycle.target}”.",
                hint="Take that step out of the recipe.",
            )
        schema = self.get(cycle.dataset_id or "").schema
        frame = schema.in_words(frame, cycle.target)
        known = frame[cycle.target].notna()
        return frame if known.all() else frame[known].reset_index(drop=True)

    def _read(self, key: str) -> pd.DataFrame:
        frame = self._frames.get(key)
        if frame is None:
            with self.files.open(key) as stream:
                frame = read_parquet(stream)
            self._frames.put(key, frame)
        return frame


def _dataset_key(project_id: str, digest: str) -> str:
    return f"projects/{project_id}/datasets/{digest}.parquet"


def _save_rows(positions: Mapping[str, np.ndarray], path: Path) -> None:
    with path.open("wb") as stream:
        np.savez_compressed(stream, **dict(positions))  # type: ignore[arg-type]


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


def _split(record: StoredRecord) -> SplitRecord:
    values = dict(record.payload)
    values["fractions"] = tuple(values["fractions"])
    return SplitRecord(
        id=record.id,
        project_id=record.project_id,
        content_hash=record.content_hash,
        created_at=record.created_at,
        **values,
    )
