"""Which values are missing together, and what their absence goes along with."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.associations import Sampled, correlate
from core.data.frames import ColumnKind
from core.data.gaps import Dependence, MissingPattern, MissingPatterns
from core.data.profiled import ColumnProfile
from core.data.ranking import feature, fold_numbers, relate

FEWEST_MISSING: Final = 5
MOST_COLUMNS: Final = 60
N_PATTERNS: Final = 12
SURE_AUC: Final = 0.6
"""Absence counts as told by another column from this lower bound on."""

_BLOCK, _MOST_PAIRS, _MOST_ROWS, _FEWEST_ROWS = 65_536, 20, 10_000, 50
_HINT, _FLAG = 0.1, 0.9999

Flags = NDArray[np.bool_]


def find_missing(
    frame: pd.DataFrame, columns: Sequence[ColumnProfile], *, same: float = 0.95
) -> MissingPatterns:
    """Count which columns are missing together, over all rows.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    columns : sequence of ColumnProfile
        Those to look at; wholly empty ones are left out.
    same : float, default 0.95
        Share of the rows lacking either column that must lack both.

    Examples
    --------
    >>> from core.data import profile
    >>> gap = [None] * 6 + [1.0] * 4
    >>> table = pd.DataFrame({"a": gap, "b": gap, "c": range(10)})
    >>> found = profile(table).missing
    >>> found.patterns[0]
    MissingPattern(columns=('a', 'b'), n_rows=6)
    """
    gaps = {
        column.name: column.schema.n_missing
        for column in columns
        if FEWEST_MISSING <= column.schema.n_missing < len(frame)
    }
    names = sorted(gaps, key=lambda name: -gaps[name])[:MOST_COLUMNS]
    if not names:
        return MissingPatterns()
    codes = np.zeros(len(frame), dtype=np.uint64)
    for place, name in enumerate(names):
        codes |= frame[name].isna().to_numpy().astype(np.uint64) << np.uint64(place)
    ordered = np.sort(codes[codes > 0])
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    patterns, rows = ordered[first], np.diff(np.append(first, ordered.size))
    most = np.argsort(-rows, kind="stable")[:N_PATTERNS]
    counted = tuple(
        MissingPattern(
            tuple(n for name, n in _named(names, int(patterns[i])) if name),
            int(rows[i]),
        )
        for i in most
    )
    together = _together(names, patterns, rows, same)
    return MissingPatterns(
        tuple(names), counted, int(patterns.size), int(ordered.size), together
    )


def _named(names: Sequence[str], pattern: int) -> list[tuple[bool, str]]:
    return [(bool(pattern >> place & 1), name) for place, name in enumerate(names)]


def _together(
    names: Sequence[str],
    patterns: NDArray[np.uint64],
    rows: NDArray[np.int64],
    same: float,
) -> tuple[tuple[str, str, int], ...]:
    places = np.arange(len(names), dtype=np.uint64)
    both = np.zeros((len(names), len(names)))
    for start in range(0, patterns.size, _BLOCK):
        part = patterns[start : start + _BLOCK, None]
        lacks = ((part >> places) & np.uint64(1)).astype(np.float64)
        both += lacks.T @ (lacks * rows[start : start + _BLOCK, None])
    either = both.diagonal()[:, None] + both.diagonal() - both
    pairs = np.argwhere(np.triu(both >= same * either, 1))
    return tuple((names[i], names[j], int(both[i, j])) for i, j in pairs)


def find_dependence(
    frame: pd.DataFrame,
    kinds: Mapping[str, ColumnKind],
    names: Sequence[str],
    sampled: Sampled,
) -> tuple[Dependence, ...]:
    """Find columns whose absence another column tells.

    Pairs that correlate by 0.1 or more, the 20 strongest, are tried: the other column
    alone predicts the absence on at most 10,000 rows where it has a value, fitted on
    two thirds, judged on the rest, three times. Columns whose absence a boolean column
    holds already (a flag) are left out. This is what Rubin (1976) calls
    "missing at random" given that column: not by pure chance.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    kinds : mapping of column to kind
    names : sequence of str
        Columns with gaps.
    sampled : Sampled
        What the associations were measured on.

    Returns
    -------
    tuple of Dependence
        The strongest of each column, those with a lower bound of 0.6 or more.
    """
    absent = {n: frame[n].iloc[sampled.rows].isna().to_numpy() for n in names}
    shaky = [n for n, flags in absent.items() if _judgeable(flags)]
    if not shaky:
        return ()
    hints = correlate(sampled, np.column_stack([absent[n] for n in shaky]))
    flags = np.array([kinds[name] == "boolean" for name in sampled.names])
    pairs = [
        (strength, column, other)
        for column, row in zip(shaky, hints, strict=True)
        for other, strength in zip(sampled.names, row, strict=True)
        if other != column and strength >= _HINT and row[flags].max(initial=0) < _FLAG
    ]
    best: dict[str, Dependence] = {}
    for _, column, other in sorted(pairs, reverse=True)[:_MOST_PAIRS]:
        found = _try(frame, kinds, absent[column], column, other, sampled.rows)
        if found is not None and found.low >= SURE_AUC:
            known = best.get(column)
            best[column] = found if not known or found.low > known.low else known
    return tuple(sorted(best.values(), key=lambda item: -item.low))


def _judgeable(flags: Flags) -> bool:
    return bool(min(flags.sum(), (~flags).sum()) >= _FEWEST_ROWS)


def _try(
    frame: pd.DataFrame,
    kinds: Mapping[str, ColumnKind],
    absent: Flags,
    column: str,
    other: str,
    rows: NDArray[np.int64],
) -> Dependence | None:
    values = frame[other].iloc[rows]
    there = np.flatnonzero(values.notna().to_numpy())[:_MOST_ROWS]
    goal = absent[there].astype(np.float64)
    if not _judgeable(absent[there]):
        return None
    x = feature(values.iloc[there], kinds[other])
    found = relate(other, x, goal[:, None], fold_numbers(there.size))
    return Dependence(column, other, found.score, found.low, found.n_rows)
