"""Tables of a workspace with what is done to them: recipes and splits."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from core.data import (
    Recipe,
    SplitDiagnosis,
    StepEffect,
    Strategy,
    content_hash,
    split,
    write_parquet,
)
from core.data.split_checks import diagnose
from core.errors import DataError, WorkspaceError
from core.settings import Settings
from core.workspace.cycles import Cycles
from core.workspace.datasets import Datasets
from core.workspace.records import Cycle, SplitRecord
from core.workspace.store import RecordStore, StoredRecord, new_id

PARTS = ("train", "validation", "test")


def _key(dataset_id: str, recipe: Recipe) -> str:
    return f"cleaned:{dataset_id}:{recipe.content_hash}"


class Data(Datasets):
    """Bring tables in, clean them by recipe, split them, and find them again."""

    def __init__(self, settings: Settings, store: RecordStore, cycles: Cycles) -> None:
        super().__init__(settings, store)
        self._cycles = cycles

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
        return self.after(cycle.dataset_id, self.recipe(cycle_id))

    def after(self, dataset_id: str, recipe: Recipe) -> pd.DataFrame:
        """Return a table after a recipe. Read it, never change it.

        Only steps that follow the longest beginning still at hand are done anew.
        """
        n_done, table = self._begun(dataset_id, recipe)
        if n_done < len(recipe.steps):
            table = recipe.apply(table, n_done)
            self._frames.put(_key(dataset_id, recipe), table)
        return table

    def _begun(self, dataset_id: str, recipe: Recipe) -> tuple[int, pd.DataFrame]:
        """Return how many steps are done, and the table after them."""
        for n_done in range(len(recipe.steps), 0, -1):
            key = _key(dataset_id, Recipe(recipe.steps[:n_done]))
            table = self._frames.get(key)
            if table is not None:
                return n_done, table
        return 0, self.frame(dataset_id)

    def effect(self, dataset_id: str, recipe: Recipe) -> StepEffect:
        """Return what the last step of a recipe does to the rows that reach it."""
        before = self.after(dataset_id, Recipe(recipe.steps[:-1]))
        after = self.after(dataset_id, recipe)
        return StepEffect.between(recipe.steps[-1], before, after)

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
            "rows_hash": self._rows_hash(cycle, parts.test),
        }
        sealed = content_hash(frame.iloc[parts.test].reset_index(drop=True))
        record = self._store.save(
            cycle.project_id,
            "split",
            payload,
            content_hash=sealed,
            record_id=record_id,
            also=self._cycles.pointing(cycle_id, "split_id"),
        )
        return _split(record)

    def split_anew(self, cycle_id: str) -> SplitRecord:
        """Split as before with the next seed, so that other rows are sealed.

        Raises
        ------
        WorkspaceError
            Nothing was split yet, or the split follows time or a column, which no
            seed changes.
        """
        made = self.split_of(cycle_id)
        if made is None or not made.by_chance:
            raise WorkspaceError(
                "This split has no other test rows: no chance is in it.",
                hint="Bring in rows that nobody has looked at, and split on Explore.",
            )
        return self.split(
            cycle_id,
            strategy=cast(Strategy, made.strategy),
            fractions=made.fractions,
            random_state=made.random_state + 1,
            column=made.column,
            group=made.group,
        )

    def _rows_hash(self, cycle: Cycle, test: np.ndarray) -> str:
        """Name rows by table and places: the same whatever a recipe does to columns."""
        named = hashlib.sha256(self.get(cycle.dataset_id or "").content_hash.encode())
        named.update(str(cycle.target).encode())
        named.update(np.sort(test).astype(np.int64).tobytes())
        return named.hexdigest()

    def diagnosed(self, split_id: str) -> bool:
        """Say whether a split's diagnosis is there to be read."""
        return self.files.exists(self._diagnosis_key(split_id))

    def diagnosis(
        self,
        cycle_id: str,
        split_id: str,
        *,
        on_progress: Callable[[float, str], None] = lambda _share, _message: None,
    ) -> SplitDiagnosis:
        """Compare the three sets of a split; computed once and kept on disk."""
        key = self._diagnosis_key(split_id)
        if self.files.exists(key):
            return SplitDiagnosis.from_dict(json.loads(self.files.read(key)))
        made, cycle = self.get_split(split_id), self._cycles.get(cycle_id)
        if made.sources != cycle.sources:
            raise WorkspaceError(
                "Table, target or recipe have changed since the split.",
                hint="Split again on Explore.",
            )
        frame = self._labelled(cycle)
        codes = np.full(len(frame), -1, dtype=np.int8)
        for code, rows in enumerate(self.positions(split_id).values()):
            codes[rows] = code
        found = diagnose(
            codes, frame, cycle.target,
            column=made.column, group=made.group, on_progress=on_progress,
        )  # fmt: skip
        self.files.write(key, json.dumps(found.to_dict()).encode())
        return found

    def _diagnosis_key(self, split_id: str) -> str:
        record = self.get_split(split_id)
        return f"projects/{record.project_id}/splits/{split_id}/diagnosis.json"

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


def _save_rows(positions: Mapping[str, np.ndarray], path: Path) -> None:
    with path.open("wb") as stream:
        np.savez_compressed(stream, **dict(positions))  # type: ignore[arg-type]


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
