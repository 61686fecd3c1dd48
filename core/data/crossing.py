"""Two columns crossed: how many rows have which values together."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.brushing import MISSING, OTHERS, Bar, edge_value, range_label
from core.data.cohort import Condition
from core.data.frames import as_text
from core.data.profiled import ColumnProfile
from core.data.values import as_numbers

MOST_GROUPS: Final = 8

Rule = tuple[Condition, ...]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Crossing:
    """Two columns crossed: how many rows have which values together.

    Attributes
    ----------
    first, second : str
        Names of the columns.
    rows, columns : tuple of Bar
        Groups of the first and of the second column, at most nine each: the most
        frequent words, or ranges of about equally many rows; missing last.
    counts : tuple of n_rows tuples of n_columns int
    """

    first: str
    second: str
    rows: tuple[Bar, ...]
    columns: tuple[Bar, ...]
    counts: tuple[tuple[int, ...], ...]


def cross(frame: pd.DataFrame, first: ColumnProfile, second: ColumnProfile) -> Crossing:
    """Cross two columns of the table that was profiled.

    Examples
    --------
    >>> from core.data.profile import profile
    >>> table = pd.DataFrame({"a": ["x", "x", "y"], "b": [1, 2, 2]})
    >>> report = profile(table)
    >>> cross(table, report["a"], report["b"]).counts
    ((1, 1), (0, 1))
    """
    rows, row_codes = _grouped(frame, first)
    columns, column_codes = _grouped(frame, second)
    joint = row_codes * len(columns) + column_codes
    counts = np.bincount(joint, minlength=len(rows) * len(columns))
    table = counts.reshape(len(rows), len(columns)).tolist()
    return Crossing(first.name, second.name, rows, columns, tuple(map(tuple, table)))


def _grouped(
    frame: pd.DataFrame, column: ColumnProfile
) -> tuple[tuple[Bar, ...], Codes]:
    """Return a column's groups, and the group of each row."""
    values = frame[column.name]
    missing = values.isna().to_numpy(dtype=bool)
    if column.histogram is not None and column.histogram.edges:
        rules, codes = _number_groups(values, missing, column)
    else:
        rules, codes = _word_groups(values, column.name)
    if missing.any():
        rules.append((Condition(column.name, "is missing"),))
        codes = np.where(missing, len(rules) - 1, codes)
    sizes = np.bincount(codes, minlength=len(rules))
    labels = [_group_label(rule) for rule in rules]
    groups = zip(labels, sizes.tolist(), rules, strict=True)
    return tuple(Bar(*item) for item in groups), codes.astype(np.int64)


def _group_label(rule: Rule) -> str:
    if rule[0].op in ("is missing", "not in"):
        return MISSING if rule[0].op == "is missing" else OTHERS
    if rule[0].op == "in":
        return str(rule[0].value[0])
    return range_label(rule)


def _number_groups(
    values: pd.Series,
    missing: NDArray[np.bool_],
    column: ColumnProfile,
) -> tuple[list[Rule], Codes]:
    """Cut at quantiles; the edges occur, so that counts agree with rules."""
    numbers = as_numbers(values)
    values_there = np.unique(numbers[~missing])
    if column.schema.kind == "integer" and values_there.size <= MOST_GROUPS:
        exact = [(Condition(column.name, "==", int(value)),) for value in values_there]
        return list(exact), np.searchsorted(values_there, numbers)
    inner = _inner_edges(np.sort(numbers[~missing]))
    codes = np.searchsorted(inner, numbers, side="right")
    name, kind = column.name, column.schema.kind
    ends = [edge_value(float(value), kind) for value in inner]
    rules: list[Rule] = []
    for low, high in pairwise([None, *ends, None]):
        from_low = () if low is None else (Condition(name, ">=", low),)
        to_high = () if high is None else (Condition(name, "<", high),)
        rules.append((*from_low, *to_high) or (Condition(name, "is not missing"),))
    return rules, codes


def _inner_edges(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where to cut sorted numbers, at values that occur.

    A value that many rows share (often 0) is a group of its own, and the rest is cut
    into about equal parts.
    """
    values, sizes = np.unique(ordered, return_counts=True)
    if values.size <= MOST_GROUPS:
        return np.asarray(values[1:])
    n_cuts, own = MOST_GROUPS - 1, np.empty(0)
    top = int(sizes.argmax())
    if sizes[top] > 2 * ordered.size / MOST_GROUPS:
        n_cuts, own = n_cuts - 2, values[top : top + 2]
        ordered = ordered[ordered != values[top]]
    shares = np.linspace(0, 1, n_cuts + 2)[1:-1]
    cuts = np.quantile(ordered, shares, method="higher")
    inner = np.unique(np.concatenate([own, cuts]))
    return np.asarray(inner[inner > values[0]])


def _word_groups(values: pd.Series, name: str) -> tuple[list[Rule], Codes]:
    codes, levels = pd.factorize(as_text(values))
    order = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(levels)),
                       kind="stable")  # fmt: skip
    many = len(levels) > MOST_GROUPS
    kept = order[: MOST_GROUPS - 1] if many else order
    named = tuple(str(levels[place]) for place in kept)
    rules: list[Rule] = [(Condition(name, "in", (level,)),) for level in named]
    if many:
        rules.append((Condition(name, "not in", named),))
    place = np.full(len(levels) + 1, len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = 0
    return rules, place[codes]
