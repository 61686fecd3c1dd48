"""Where a table has gaps: frozen records, ready for JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MissingPattern:
    """One set of columns that are missing together, and in how many rows.

    Attributes
    ----------
    columns : tuple of str
    n_rows : int
        Rows that lack exactly these, of the columns that were looked at.
    """

    columns: tuple[str, ...]
    n_rows: int


@dataclass(frozen=True)
class Dependence:
    """A column whose absence another column tells.

    Attributes
    ----------
    column, on : str
    auc, low : float
        How well `on` tells rows without `column` from the others, on held-out rows;
        `low` is the lower end of its 95 % interval.
    n_rows : int
        Sampled rows in which `on` has a value.
    """

    column: str
    on: str
    auc: float
    low: float
    n_rows: int


@dataclass(frozen=True)
class MissingPatterns:
    """Where a table has gaps.

    Attributes
    ----------
    columns : tuple of str
        Those with gaps in at least five rows, most missing first, at most 60.
    patterns : tuple of MissingPattern
        Most frequent first, at most 12; of all rows.
    n_patterns : int
        Different patterns in all, without the one that nothing is missing.
    n_gappy : int
        Rows that lack a value in any of `columns`.
    together : tuple of (str, str, int)
        Pairs of columns that lack their values in the same rows (95 % of the rows
        that lack either), with the rows that lack both.
    depends : tuple of Dependence
        Strongest first, one for each column.
    """

    columns: tuple[str, ...] = ()
    patterns: tuple[MissingPattern, ...] = ()
    n_patterns: int = 0
    n_gappy: int = 0
    together: tuple[tuple[str, str, int], ...] = ()
    depends: tuple[Dependence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        patterns = [
            {"columns": list(item.columns), "n_rows": item.n_rows}
            for item in self.patterns
        ]
        return {
            **vars(self),
            "columns": list(self.columns),
            "patterns": patterns,
            "together": [list(pair) for pair in self.together],
            "depends": [dict(vars(item)) for item in self.depends],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MissingPatterns":
        """Return the patterns that `to_dict` wrote."""
        patterns = tuple(
            MissingPattern(tuple(item["columns"]), item["n_rows"])
            for item in values["patterns"]
        )
        return cls(
            columns=tuple(values["columns"]),
            patterns=patterns,
            n_patterns=values["n_patterns"],
            n_gappy=values["n_gappy"],
            together=tuple((a, b, n) for a, b, n in values["together"]),
            depends=tuple(Dependence(**item) for item in values["depends"]),
        )
