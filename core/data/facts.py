"""What the checks of a table look at: computed once, read by all."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.data.frames import ColumnKind
from core.data.gaps import Dependence, MissingPatterns
from core.data.known_rows import KnownRows, known_rows
from core.data.missing_patterns import find_missing
from core.data.profiled import Associations, ColumnProfile, Relation
from core.data.schema import ColumnSchema
from core.data.target import Task


@dataclass(frozen=True, eq=False)
class Facts:
    """A table and what has been computed about it.

    Attributes
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    columns : tuple of ColumnProfile
    n_duplicates : int
    target : str or None
    task : {"binary", "multiclass", "regression"} or None
    associations : Associations
    relation : tuple of Relation
    dependence : tuple of Dependence, default ()
        Columns whose absence another column tells.
    """

    frame: pd.DataFrame
    columns: tuple[ColumnProfile, ...]
    n_duplicates: int
    target: str | None
    task: Task | None
    associations: Associations
    relation: tuple[Relation, ...]
    dependence: tuple[Dependence, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.frame)

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        """Kind of each column."""
        return {column.name: column.schema.kind for column in self.columns}

    def schema(self, name: str) -> ColumnSchema:
        """Return what is known of one column."""
        return next(c.schema for c in self.columns if c.name == name)

    @property
    def inputs(self) -> tuple[ColumnProfile, ...]:
        """All columns but the target."""
        return tuple(column for column in self.columns if column.name != self.target)

    @cached_property
    def known(self) -> KnownRows | None:
        """Sampled rows that have a target, for the leak checks; None without one."""
        if self.target is None or self.task is None:
            return None
        return known_rows(self.frame, self.target, self.task)

    @cached_property
    def missing(self) -> MissingPatterns:
        """Which inputs lack their values in the same rows."""
        return find_missing(self.frame, self.inputs)

    @cached_property
    def counters(self) -> tuple[str, ...]:
        """Columns that name rows: ids, and whole numbers that count the rows."""
        return tuple(
            column.name
            for column in self.inputs
            if column.schema.kind == "id" or self._counts_rows(column)
        )

    def _counts_rows(self, column: ColumnProfile) -> bool:
        schema = column.schema
        if schema.kind != "integer" or schema.n_distinct < max(20, self.n_rows):
            return False
        steps = np.diff(self.frame[schema.name].to_numpy(dtype="float64"))
        return bool((steps == 1).all() or (steps == -1).all())
