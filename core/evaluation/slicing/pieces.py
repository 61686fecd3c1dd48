"""Columns cut into pieces of which rules about rows are made."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Schema
from core.data.cohort import Condition
from core.modeling.metrics import Floats

N_BINS: Final = 12
MOST_LEVELS: Final = 50

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pieces:
    """One column, cut into pieces of which rules are made.

    Attributes
    ----------
    column : str
    codes : ndarray of int, shape (n_rows,)
        The piece of each row.
    edges : tuple
        Of columns in order: piece i holds values up to ``edges[i]``, the one after the
        last edge the rest. Empty for levels.
    levels : tuple
        Of columns without order: the value of each piece; None of those that no
        rule shall name.
    missing : int or None
        The piece of missing values.
    """

    column: str
    codes: NDArray[np.int64]
    edges: tuple[Any, ...] = ()
    levels: tuple[Any, ...] = ()
    missing: int | None = None

    @property
    def n_pieces(self) -> int:
        """Number of pieces, that of missing values among them."""
        return int(self.codes.max()) + 1 if len(self.codes) else 0

    @property
    def named(self) -> NDArray[np.int64]:
        """The pieces of a column without order that a rule can name."""
        places = range(min(len(self.levels), self.n_pieces))
        return np.array(
            [i for i in places if self.levels[i] is not None or i == self.missing],
            dtype=np.int64,
        )

    def conditions(self, first: int, last: int) -> tuple[Condition, ...]:
        """Return the conditions of all pieces from the first to the last."""
        if first == self.missing:
            return (Condition(self.column, "is missing"),)
        if not self.edges:
            return (Condition(self.column, "==", self.levels[first]),)
        found = []
        if first > 0:
            found.append(Condition(self.column, ">", self.edges[first - 1]))
        if last < len(self.edges):
            found.append(Condition(self.column, "<=", self.edges[last]))
        return tuple(found)


def cut(features: pd.DataFrame, schema: Schema) -> tuple[Pieces, ...]:
    """Cut each column into at most 12 pieces of about as many rows, or its levels.

    Texts and ids are left out, and levels after the 50 most frequent.

    Examples
    --------
    >>> from core.data import describe_schema
    >>> table = pd.DataFrame({"plan": ["a", "b"] * 30, "fee": np.arange(60.0)})
    >>> plan, fee = cut(table, describe_schema(table))
    >>> plan.levels[:2], fee.conditions(0, 5)[0].sentence
    (('a', 'b'), 'fee ≤ 29')
    """
    made = (_cut_column(features[c.name], c.kind) for c in schema)
    return tuple(pieces for pieces in made if pieces is not None)


def _cut_column(values: pd.Series, kind: str) -> Pieces | None:
    if kind in ("number", "integer"):
        return _cut_numbers(values)
    if kind == "date":
        return _cut_dates(values)
    if kind in ("category", "boolean"):
        return _cut_levels(values)
    return None


def _cut_numbers(values: pd.Series) -> Pieces | None:
    given = values.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = np.where(np.isfinite(given), given, np.nan)
    edges = _edges(numbers)
    legible = tuple(int(e) if float(e).is_integer() else float(e) for e in edges)
    return _ordered(str(values.name), numbers, edges, legible)


def _cut_dates(values: pd.Series) -> Pieces | None:
    absent = values.isna().to_numpy(dtype=bool)
    moments = values.to_numpy(dtype="datetime64[us]").astype(np.int64) / 86_400e6
    days = np.where(absent, np.nan, moments)
    edges = np.unique(np.ceil(_edges(days, n_digits=12)))
    legible = tuple(_day(e) for e in edges)
    return _ordered(str(values.name), days, edges, legible)


def _day(day: float) -> str:
    return str(np.datetime64(int(day), "D"))


def _edges(numbers: Floats, n_digits: int = 3) -> Floats:
    """Return where to cut numbers into pieces of about as many rows, legibly."""
    present = numbers[~np.isnan(numbers)]
    if not present.size:
        return np.empty(0)
    at = np.arange(1, N_BINS) / N_BINS
    edges = np.unique(np.quantile(present, at, method="lower"))
    span = float(np.ptp(edges)) or float(abs(edges[0])) or 1.0
    step = 10.0 ** (np.floor(np.log10(span)) - n_digits + 1)
    rounded = np.unique(np.round(np.ceil(edges / step) * step, 12))
    kept: Floats = rounded[rounded < present.max()]
    return kept


def _ordered(
    name: str, numbers: Floats, edges: Floats, legible: tuple[Any, ...]
) -> Pieces | None:
    absent = np.isnan(numbers)
    codes = np.searchsorted(edges, np.where(absent, -np.inf, numbers), side="left")
    if not len(edges):
        return _only_missing(name, absent)
    missing = len(edges) + 1 if absent.any() else None
    codes = np.where(absent, len(edges) + 1, codes)
    return Pieces(name, codes.astype(np.int64), legible, (), missing)


def _only_missing(name: str, absent: Mask) -> Pieces | None:
    """Return a column of one value, whose rows differ by being missing at most."""
    if absent.all() or not absent.any():
        return None
    return Pieces(name, (~absent).astype(np.int64), (), (None, None), 0)


def _cut_levels(values: pd.Series) -> Pieces | None:
    codes, found = pd.factorize(values, sort=True)
    names = [_plain(level) for level in found]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_LEVELS])
    place = np.full(len(names) + 2, len(kept) + 1)
    place[kept] = np.arange(len(kept))
    place[-1] = len(kept)  # missing values have the code -1
    return Pieces(
        str(values.name),
        place[codes].astype(np.int64),
        (),
        (*(names[i] for i in kept), None, None),
        len(kept),
    )


def _plain(level: Any) -> Any:
    return level.item() if isinstance(level, np.generic) else level
