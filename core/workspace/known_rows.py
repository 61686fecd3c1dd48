"""Rows that a version's split had: to start a form from, each with where it is from.

Test rows are among them only as an opening has kept them; the sealed file is neither
read nor named here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd

from core.data import read_parquet
from core.errors import WorkspaceError
from core.registry import ModelVersion
from core.workspace.data import Data
from core.workspace.evaluation import opened_key
from core.workspace.store import RecordStore

Part = Literal["training", "validation", "test"]


@dataclass(frozen=True, eq=False)
class KnownRow:
    """A row that exists.

    Attributes
    ----------
    part : "training", "validation" or "test"
    number : int
        Its place among them, from 1.
    n_rows : int
        How many there are.
    values : mapping of str to value
        By the names that a caller gives; cleaned as training rows are. A column that
        cleaning takes away is not among them.
    outcome : value
        Of the target; None when it is not known.
    """

    part: Part
    number: int
    n_rows: int
    values: Mapping[str, Any]
    outcome: Any


class KnownRows:
    """Finds rows of the split that a version was made from.

    Parameters
    ----------
    data : Data
    store : RecordStore
    """

    def __init__(self, data: Data, store: RecordStore) -> None:
        self._data = data
        self._store = store

    def parts(self, version: ModelVersion) -> tuple[Part, ...]:
        """Return the parts whose rows can be had.

        Training rows are the sample that is saved with the version, validation rows
        those of its split while it is kept. Test rows are there when the vault was
        opened for the version's evaluation, and these rows were kept.
        """
        return tuple(self._sources(version))

    def row(self, version: ModelVersion, part: Part, number: int) -> KnownRow:
        """Return one row.

        Parameters
        ----------
        version : ModelVersion
        part : "training", "validation" or "test"
        number : int
            From 1.

        Raises
        ------
        WorkspaceError
            The part is not to be had, the test rows are sealed, or there are fewer
            rows.
        """
        read = self._sources(version).get(part)
        if read is None:
            raise _unknown(version, part)
        rows = read()
        if not 1 <= number <= len(rows):
            raise WorkspaceError(
                f"There is no row {number:,}: there are {len(rows):,} {part} rows.",
                hint=f"Choose a number from 1 to {len(rows):,}.",
            )
        cleaned = {str(k): value for k, value in rows.iloc[number - 1].items()}
        outcome = cleaned.pop(version.target, None)
        names = {name: _cleaned_name(version, name) for name in version.schema.names}
        values = {ours: cleaned[at] for ours, at in names.items() if at in cleaned}
        return KnownRow(part, number, len(rows), values, outcome)

    def _sources(self, version: ModelVersion) -> dict[Part, Callable[[], pd.DataFrame]]:
        """Return how the rows of each part that can be had are read."""
        found: dict[Part, Callable[[], pd.DataFrame]] = {}
        reference = version.reference
        if reference is not None:
            found["training"] = lambda: reference
        for part, key in self._keys(version).items():
            if self._data.files.exists(key):
                found[part] = partial(self._read, key)
        return found

    def _keys(self, version: ModelVersion) -> dict[Part, str]:
        """Return where validation rows and opened test rows would lie.

        What a version says of its origin is data: an id counts only as that of a record
        of the project, so that none leads to another file, such as the sealed one. A
        record of an evaluation is made by an opening that was counted.
        """
        lineage, keys = version.lineage, dict[Part, str]()
        split = self._record(version, "split", lineage.get("split", {}).get("id"))
        if split is not None:
            keys["validation"] = self._data.part_key(split, "validation")
        found = self._record(version, "evaluation", lineage.get("evaluation"))
        if found is not None:
            keys["test"] = opened_key(version.project, found)
        return keys

    def _record(self, version: ModelVersion, kind: str, given: Any) -> str | None:
        if not isinstance(given, str):
            return None
        record = self._store.find(given, kind)
        mine = record is not None and record.project_id == version.project
        return given if mine else None

    def _read(self, key: str) -> pd.DataFrame:
        with self._data.files.open(key) as stream:
            return read_parquet(stream)


def _cleaned_name(version: ModelVersion, name: str) -> str:
    """Return what the recipe makes of a column's name."""
    for step in version.replay.recipe.steps:
        if step.kind == "rename" and step.columns == (name,):
            name = str(step.options["to"])
    return name


def _unknown(version: ModelVersion, part: Part) -> WorkspaceError:
    if part == "test":
        return WorkspaceError(
            "The test rows are sealed.",
            hint="Open them on the Evaluate page; each opening is counted.",
        )
    return WorkspaceError(
        f"The {part} rows of version {version.number} are not kept here.",
        hint="Choose other rows.",
    )
