"""The search for the slices on which a model errs most, and its confirmation.

Slices are searched on one half of the held-out rows and confirmed on the other, then
the other way round. Only the confirming half gives the figures, and Holm's correction
covers all rules that were put to the test, so that looking at thousands of rules
does not make one of them true.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Cohort, Schema
from core.evaluation.held_out import Glance
from core.evaluation.slicing.pieces import Mask, cut
from core.evaluation.slicing.rules import leading_rules
from core.evaluation.slicing.slices import (
    ALPHA,
    WORSE_BY,
    Slice,
    Slices,
    holm,
    measure_slice,
    row_errors,
)
from core.modeling.metrics import Floats

LEAST_SHARE: Final = 0.02
MOST_SHARE: Final = 0.5
FEWEST_ROWS: Final = 200
_FEWEST_OF_HALF: Final = 10
_MOST: Final = 3
_SAME: Final = 0.5


def worst_slices(glance: Glance, *, random_state: int = 0) -> Slices:
    """Find the slices of a model's held-out rows on which it errs most.

    Rules of up to three columns of the model are searched; a slice has 2 to 50 % of
    the rows, and is at least a quarter worse than the rest.

    Parameters
    ----------
    glance : Glance
        See `core.evaluation.held_out.look`.
    random_state : int, default=0
        Of the halves.
    """
    held = glance.held
    loss = row_errors(held)
    of_classes = held.task != "regression"
    expected = None
    if of_classes:
        said = held.output[np.arange(held.n_rows), held.predicted]
        expected = 1 - said / np.maximum(held.output.sum(axis=1), 1e-15)
    return find_slices(
        glance.rows.features, glance.model.schema, loss, of_classes=of_classes,
        expected=expected, random_state=random_state,
    )  # fmt: skip


def find_slices(
    features: pd.DataFrame,
    schema: Schema,
    loss: Floats,
    *,
    of_classes: bool,
    expected: Floats | None = None,
    random_state: int = 0,
) -> Slices:
    """Find the slices of rows whose errors are largest.

    Parameters
    ----------
    features : DataFrame of shape (n_rows, n_columns)
        Canonical.
    schema : Schema
        Of its columns.
    loss : ndarray of shape (n_rows,)
        See `row_errors`.
    of_classes : bool
    expected : ndarray of shape (n_rows,), default=None
        Chance of a wrong answer by the model's own account.
    random_state : int, default=0

    Examples
    --------
    >>> from core.data import describe_schema
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"plan": rng.choice(list("abcdefgh"), 2000)})
    >>> wrong = rng.random(2000) < np.where(table["plan"] == "a", 0.6, 0.1)
    >>> found = find_slices(table, describe_schema(table), wrong * 1.0, of_classes=True)
    >>> [one.sentence for one in found.found]
    ['plan is a']
    """
    n_rows = len(loss)
    nothing = Slices((), n_rows, 0, float(loss.mean()), of_classes)
    if n_rows < FEWEST_ROWS:
        return replace(nothing, reason=f"At least {FEWEST_ROWS} test rows are needed.")
    if not loss.any() or not np.ptp(loss):
        return replace(nothing, reason="All test rows are missed alike.")
    halves = np.random.default_rng(random_state).permutation(n_rows) % 2
    confirmed, n_tried = [], 0
    for half in (0, 1):
        found, n_seen = _one_way(features, schema, loss, halves == half, of_classes)
        confirmed += found
        n_tried += n_seen
    told = [(rule, _expected(rule, features, expected)) for rule in confirmed]
    kept = _without_repeats([replace(r, expected=e) for r, e in told], features)
    return replace(nothing, found=tuple(kept), n_tried=n_tried)


def _one_way(
    features: pd.DataFrame,
    schema: Schema,
    loss: Floats,
    searched: Mask,
    of_classes: bool,
) -> tuple[list[Slice], int]:
    """Search one half, and return what the other half confirms."""
    part = features[searched].reset_index(drop=True)
    fewest = max(_FEWEST_OF_HALF, int(LEAST_SHARE * searched.sum()))
    sought = loss[searched] if of_classes else _ranks(loss[searched])
    rules, n_tried = leading_rules(cut(part, schema), sought, fewest, _MOST)
    measured = []
    for rule in rules:
        inside = Cohort("slice", rule.conditions).mask(features)
        other, n_rows = ~searched, int(inside.sum())
        if min((inside & other).sum(), (~inside & other).sum()):
            found = measure_slice(
                rule.conditions, inside[other], loss[other], of_classes=of_classes
            )
            measured.append(replace(found, n_rows=n_rows, share=n_rows / len(loss)))
    # Both ways share the rate of false slices, so each is held to half of it.
    corrected = [min(1.0, 2 * p) for p in holm([m.p_value for m in measured])]
    pairs = zip(measured, corrected, strict=True)
    told = [replace(item, p_value=p) for item, p in pairs]
    return [item for item in told if _is_told(item)], n_tried


def _is_told(found: Slice) -> bool:
    """Whether a slice that was searched for is large, sure and clear enough."""
    clearly = found.error >= WORSE_BY * found.elsewhere
    sized = LEAST_SHARE <= found.share <= MOST_SHARE
    return sized and found.p_value <= ALPHA and clearly


def _ranks(loss: Floats) -> Floats:
    """Return errors by their order, so that a single huge one decides nothing."""
    ranks = pd.Series(loss).rank().to_numpy(dtype=np.float64)
    return np.asarray(ranks, dtype=np.float64)


def _expected(
    found: Slice, features: pd.DataFrame, expected: NDArray[np.float64] | None
) -> float | None:
    if expected is None:
        return None
    inside = Cohort("slice", found.conditions).mask(features)
    return float(expected[inside].mean())


def _without_repeats(slices: list[Slice], features: pd.DataFrame) -> list[Slice]:
    """Return slices by avoidable error; of those that mean the same rows, the first."""
    ordered = sorted(slices, key=lambda s: s.share * (s.elsewhere - s.error))
    kept: list[tuple[Slice, Mask]] = []
    for one in ordered:
        rows = Cohort("slice", one.conditions).mask(features)
        if all((rows & r).sum() < _SAME * (rows | r).sum() for _, r in kept):
            kept.append((one, rows))
    return [one for one, _ in kept]
