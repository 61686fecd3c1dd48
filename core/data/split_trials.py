"""Whether the sets of a split are apart where they should be, and alike otherwise."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.associations import sample_rows
from core.data.frames import ColumnKind
from core.data.quick import quick_score
from core.data.repeats import among, n_distinct
from core.data.row_checks import plain_keys
from core.data.schema import describe_schema
from core.data.scored import QuickScore
from core.findings import Finding

Codes = NDArray[np.int8]

_SAMPLED: Final = 20_000
_FEWEST_ROWS, _APART_LOW = 200, 0.6
_SPARE_DIGITS: Final = 1.0
_ENTITY_SHARE, _ENTITY_MOST = 0.1, 0.95
_SHARED_ENTITIES: Final = 0.05
_KEY_NAME: Final = re.compile(r"(^|[_ .-])(id|key|code|nr|no|number)$|[a-z](Id|ID)$")
_IN_TEST: Final = "in the test set"


def kinds_of(table: pd.DataFrame) -> dict[str, ColumnKind]:
    """Tell the kinds of columns from at most 20,000 rows."""
    rows = sample_rows(len(table), _SAMPLED)
    return dict(describe_schema(table.iloc[rows].reset_index(drop=True)).kinds)


def near_repeats_across(
    codes: Codes, table: pd.DataFrame, kinds: dict[str, ColumnKind], target: str | None
) -> Iterator[Finding]:
    """Find held-out rows that nearly repeat a training row (DATA-106)."""
    names = [n for n in table.columns if n != target and kinds[n] != "id"]
    distinct = {name: n_distinct(table[name]) for name in names}
    names.sort(key=lambda name: -distinct[name])
    room = sum(np.log10(max(n, 1)) for n in distinct.values())
    if len(names) < 3 or room < 2 * np.log10(len(table)) + _SPARE_DIGITS:
        return
    held, train = (codes == 1) | (codes == 2), codes == 0
    near = held.copy()
    for columns in (names[:2], names):
        rows = np.flatnonzero(near | train)
        keys = plain_keys(table[columns].iloc[rows].reset_index(drop=True), columns)
        near[rows] = among(keys, keys[train[rows]]) & held[rows]
        train[rows] = among(keys, keys[near[rows]]) & train[rows]
    inputs = table[[n for n in table.columns if n != target]]
    chosen = np.flatnonzero(near | train)
    exact = pd.util.hash_pandas_object(inputs.iloc[chosen], index=False).to_numpy()
    known = exact[train[chosen]]
    n_near = int((near[chosen] & ~among(exact, known)).sum())
    if n_near:
        yield Finding(
            "DATA-106", "warning", "Rows are nearly in two sets",
            f"{n_near:,} of {int(held.sum()):,} held-out rows repeat a training row in "
            "all but ids, upper and lower case, blanks and the seventh digit.",
            "Tidy the spellings, drop the id and then repeated rows before splitting; "
            "or split by a group that keeps such rows together.",
        )  # fmt: skip


def shared_entities(
    codes: Codes, table: pd.DataFrame, kinds: dict[str, ColumnKind], target: str | None
) -> Iterator[Finding]:
    """Find columns whose values name the same thing in two sets (DATA-107)."""
    held = (codes == 1) | (codes == 2)
    for name in table.columns:
        values = table[name]
        words = kinds[name] in ("category", "id")
        key = kinds[name] == "integer" and _KEY_NAME.search(name)
        if name == target or not (words or key) or not held.any():
            continue
        n_values, n_present = n_distinct(values), int(values.notna().sum())
        fewest = max(20, _ENTITY_SHARE * n_present)
        if not (fewest <= n_values <= _ENTITY_MOST * n_present):
            continue
        known = values[codes == 0].dropna().unique()
        n_shared = int(values[held].isin(known).sum())
        if n_shared > _SHARED_ENTITIES * int(held.sum()):
            yield Finding(
                "DATA-107", "warning", "The same thing is in two sets",
                f"{n_shared:,} of {int(held.sum()):,} held-out rows have a value of "
                f"{name!r} that training rows have too.",
                f"If {name!r} names a person, a device or a place, split by group on "
                "it; or the model is judged on things that it already knows.",
                (name,),
            )  # fmt: skip


def tell_apart(
    codes: Codes,
    table: pd.DataFrame,
    kinds: dict[str, ColumnKind],
    left_out: tuple[str, ...],
) -> QuickScore | None:
    """Let a quick model tell train from test; an AUC near 0.5 is good.

    As many rows of each are sampled. Columns that name rows, texts, and those that
    made the split are not used.

    Returns
    -------
    QuickScore or None
        None where a set has under 200 rows, or no column is left.
    """
    train, test = np.flatnonzero(codes == 0), np.flatnonzero(codes == 2)
    n_each = min(train.size, test.size, _SAMPLED)
    if n_each < _FEWEST_ROWS:
        return None
    names = [
        name for name in table.columns
        if kinds[name] not in ("id", "text") and name not in left_out
    ]  # fmt: skip
    rows = np.concatenate(
        [part[sample_rows(part.size, n_each)] for part in (train, test)]
    )
    mixed = table[names].iloc[rows].reset_index(drop=True)
    mixed[_IN_TEST] = np.repeat([0, 1], n_each)
    return quick_score(mixed, kinds, _IN_TEST, "binary", names)


def different_rows(found: QuickScore | None) -> Iterator[Finding]:
    """Report test rows that a quick model tells from training rows (DATA-108)."""
    if found is not None and found.low > _APART_LOW:
        yield Finding(
            "DATA-108", "warning", "Test rows differ from training rows",
            f"A quick model tells them apart with AUC {found.score:.2f} "
            f"({found.low:.2f} to {found.high:.2f}, on {found.n_rows:,} sampled rows); "
            "0.5 would be no difference.",
            "Expected when splitting by time or group: then the test shows what a "
            "changing world brings. Otherwise split at random, or look on Columns for "
            "what changes along the rows.",
        )  # fmt: skip
