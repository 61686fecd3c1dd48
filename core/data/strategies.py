"""The ways to divide rows: each gives a code per row, 0, 1, 2 or -1 for no set."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import as_text, canonical_column, kind_of_dtype
from core.data.target import MOST_CLASSES
from core.data.values import as_numbers
from core.errors import DataError

Codes = NDArray[np.int8]
Shares = tuple[float, float, float]

_N_BINS: Final = 10
_SET_WORDS: Final = {
    "train": 0, "training": 0, "fit": 0,
    "validation": 1, "validate": 1, "valid": 1, "val": 1, "dev": 1,
    "test": 2, "testing": 2, "holdout": 2, "hold-out": 2, "held-out": 2,
}  # fmt: skip


def stratified(
    table: pd.DataFrame,
    target: str | None,
    shares: Shares,
    rng: np.random.Generator,
) -> Codes:
    """Deal rows at random, each class or quantile bin of the target by itself."""
    strata = _strata(table[target]) if target else np.zeros(len(table), dtype=np.int64)
    order = np.lexsort((rng.random(len(table)), strata))
    sizes = np.bincount(strata) if strata.size else np.array([], dtype=np.int64)
    return _deal(order, sizes, np.array(shares))


def _deal(
    order: NDArray[np.int64], sizes: NDArray[np.int64], shares: NDArray[np.float64]
) -> Codes:
    """Deal shuffled strata out; what one stratum lacks the next makes up for."""
    codes = np.empty(order.size, dtype=np.int8)
    owed = np.zeros(3)
    start = 0
    for size in sizes:
        wanted = shares * size + owed
        counts = np.maximum(np.floor(wanted), 0).astype(np.int64)
        while counts.sum() > size:
            counts[np.argmax(counts - wanted)] -= 1
        for code in np.argsort(counts - wanted, kind="stable")[: size - counts.sum()]:
            counts[code] += 1
        owed = wanted - counts
        codes[order[start : start + size]] = np.repeat(np.arange(3), counts)
        start += size
    return codes


def _strata(target: pd.Series) -> NDArray[np.int64]:
    column = canonical_column(target)
    kind = kind_of_dtype(column)
    if kind in ("number", "integer", "date") and column.nunique() > MOST_CLASSES:
        numbers = as_numbers(column)
        edges = np.quantile(numbers, np.linspace(0, 1, _N_BINS + 1)[1:-1])
        return np.searchsorted(edges, numbers).astype(np.int64)
    codes, _ = pd.factorize(column, sort=True)
    return codes.astype(np.int64)


def by_time(key: pd.Series, shares: Shares, _: np.random.Generator) -> Codes:
    """Cut at two times; rows of the same time stay together."""
    if kind_of_dtype(key) not in ("date", "number", "integer"):
        raise DataError(
            f"The column {key.name!r} holds no times.",
            hint="Choose a column of dates or numbers, or set its type first.",
        )
    times = as_numbers(key)
    known = np.flatnonzero(~np.isnan(times))
    ordered = np.sort(times[known])
    codes = np.full(times.size, -1, dtype=np.int8)
    if not ordered.size:
        return codes
    at = [_cut(ordered, shares[0]), _cut(ordered, shares[0] + shares[1])]
    codes[known] = np.searchsorted(at, times[known], side="right")
    return codes


def _cut(ordered: NDArray[np.float64], share: float) -> float:
    """Return the time at which the next set begins."""
    position = min(max(round(share * ordered.size), 1), ordered.size - 1)
    value = ordered[position]
    if value > ordered[0]:
        return float(value)
    later = np.searchsorted(ordered, value, side="right")
    return float(ordered[later]) if later < ordered.size else float(np.inf)


def by_time_and_group(times: pd.Series, groups: pd.Series, shares: Shares) -> Codes:
    """Keep groups whole and order them by their last time; the latest are for test."""
    if kind_of_dtype(times) not in ("date", "number", "integer"):
        raise DataError(
            f"The column {times.name!r} holds no times.",
            hint="Choose a column of dates or numbers, or set its type first.",
        )
    moments = as_numbers(times)
    codes = np.full(moments.size, -1, dtype=np.int8)
    known = np.flatnonzero(~np.isnan(moments))
    of_row, _ = pd.factorize(as_text(groups.iloc[known]))
    alone = of_row < 0
    of_row[alone] = of_row.max(initial=-1) + 1 + np.arange(alone.sum())
    n_groups = int(of_row.max(initial=-1)) + 1
    if n_groups < 3:
        return codes
    last = np.full(n_groups, -np.inf)
    np.maximum.at(last, of_row, moments[known])
    order = np.lexsort((np.arange(n_groups), last))
    ends = np.cumsum(np.bincount(of_row)[order])
    between = int(shares[1] > 0)  # groups that validation needs
    first = int(np.searchsorted(ends, shares[0] * known.size))
    first = min(max(first + 1, 1), n_groups - 1 - between)
    second = int(np.searchsorted(ends, (shares[0] + shares[1]) * known.size))
    second = min(max(second + 1, first + 1), n_groups - 1) if between else first
    of_group = np.empty(n_groups, dtype=np.int8)
    of_group[order] = np.searchsorted([first, second], np.arange(n_groups), "right")
    codes[known] = of_group[of_row]
    return codes


def by_group(
    key: pd.Series,
    shares: Shares,
    rng: np.random.Generator,
) -> Codes:
    """Give each group, largest first, to the set that lacks most rows."""
    groups, _ = pd.factorize(as_text(key))
    alone = groups < 0
    groups[alone] = groups.max(initial=-1) + 1 + np.arange(alone.sum())
    sizes = np.bincount(groups) if groups.size else np.array([], dtype=np.int64)
    order = np.lexsort((rng.random(sizes.size), -sizes))
    room = [share * groups.size for share in shares]
    chosen = np.zeros(sizes.size, dtype=np.int8)
    wanted = {code for code, share in enumerate(shares) if share > 0}
    empty = set(wanted)
    for n_left, group in zip(range(sizes.size, 0, -1), order, strict=True):
        open_sets = empty if len(empty) >= n_left else wanted
        code = max(sorted(open_sets), key=room.__getitem__)
        empty.discard(code)
        chosen[group] = code
        room[code] -= int(sizes[group])
    return chosen[groups]


def by_name(key: pd.Series, _: Shares, __: np.random.Generator) -> Codes:
    """Read the set's name from each row; other words are in no set."""
    words = as_text(key).str.strip().str.lower()
    codes: Codes = words.map(_SET_WORDS).fillna(-1).to_numpy().astype(np.int8)
    return codes
