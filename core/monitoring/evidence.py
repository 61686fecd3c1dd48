"""Which tests apply to a column, by its kind, and what they say together."""

from collections.abc import Iterator

import numpy as np

from core.monitoring.binning import Counts, Float, Int
from core.monitoring.distances import group_bins, shares
from core.monitoring.exceedance import count_outside, count_unseen
from core.monitoring.reference import ColumnReference
from core.monitoring.two_sample import (
    Evidence,
    compare_levels,
    compare_missing,
    compare_numbers,
    merge_rare,
)

SHAPE_SHARE = 0.8
"""Share of a column's error that its main test may spend; the others share the rest."""
WANDERING_SHARE = 0.3
"""Share of its error that is left to a column whose batches wander: by what law they
do is known from few of them, and real ones now and then leap."""


def column_evidence(column: ColumnReference, now: Counts) -> Iterator[Evidence]:
    """Yield the tests that apply to a column of this kind.

    Dates move on by nature: of them only missing values and values before the
    reference's first are judged. Of identifiers only missing values are.
    """
    before, known = column.counts, column.variation
    shape, unseen = (None, 1.0) if known is None else (known.shape, known.unseen)
    if before.n_missing + now.n_missing or column.kind == "id":
        yield compare_missing(
            before.n_missing,
            before.n_rows,
            now.n_missing,
            now.n_rows,
            variation=None if known is None else known.missing,
        )
    if column.kind == "date":
        yield count_outside(now.n_below, now.n_present, before.n_present, n_extremes=1)
    elif column.bins.kind == "numbers":
        yield compare_numbers(before.counts, now.counts, variation=shape)
        if column.kind != "text":
            outside = now.n_below + now.n_above
            yield count_outside(outside, now.n_present, before.n_present)
    elif column.bins.kind == "levels":
        then_counts, now_counts, rest = level_counts(before, now)
        yield compare_levels(then_counts, now_counts, rest=rest, variation=shape)
        if column.bins.complete:
            yield count_unseen(
                now.n_unseen,
                now.n_present,
                before.n_present,
                column.n_once if known is None else max(column.n_once, known.n_alone),
                column.n_twice,
                dispersion=unseen,
            )


def level_counts(before: Counts, now: Counts) -> tuple[Int, Int, tuple[int, int]]:
    """Return both windows' counts level by level, and what was not counted so.

    The most frequent unseen categories stand as levels of their own.
    """
    new = dict(before.unseen) | dict(now.unseen)
    sides, rest = [], []
    for window in (before, now):
        seen = dict(window.unseen)
        listed = np.array([seen.get(level, 0) for level in new], dtype=np.int64)
        sides.append(np.concatenate([window.counts, listed]))
        rest.append(window.n_unseen - int(listed.sum()))
    return sides[0], sides[1], (rest[0], rest[1])


def corrected_p_values(
    evidence: tuple[Evidence, ...], *, wandering: bool = False
) -> tuple[float, ...]:
    """Return each test's p-value, corrected for the column's other tests.

    Bonferroni's correction with weights: the shape may spend four fifths of the
    column's error, for its changes are the hardest to see; missing values, unseen
    categories and numbers out of range are either plain or nothing. Without a test of
    the shape all have equal shares.

    Parameters
    ----------
    evidence : tuple of Evidence
    wandering : bool, default=False
        Whether natural variation between batches was allowed for.

    Examples
    --------
    >>> shape, missing = Evidence("shape", 0.008, 0.2), Evidence("missing", 0.5, 0.0)
    >>> corrected_p_values((shape, missing))
    (0.01, 1.0)
    """
    others = sum(each.kind != "shape" for each in evidence)
    rest = 1.0 if others == len(evidence) else 1.0 - SHAPE_SHARE
    own = SHAPE_SHARE if others else 1.0
    left = WANDERING_SHARE if wandering else 1.0
    spent = [
        left * (own if each.kind == "shape" else rest / others) for each in evidence
    ]
    return tuple(
        min(1.0, each.p_value / share)
        for each, share in zip(evidence, spent, strict=True)
    )


def cell_shares(column: ColumnReference, now: Counts) -> tuple[Float, Float]:
    """Return shares for the usual distances: tenths of numbers, or levels."""
    if column.bins.kind == "numbers":
        groups = group_bins(column.counts.counts)
        return shares(column.counts.counts, groups), shares(now.counts, groups)
    cells = merge_rare(*level_counts(column.counts, now))
    return shares(cells[0]), shares(cells[1])
