"""The search for rules whose rows have larger errors than all rows.

The search is a beam over conjunctions of up to three columns, as in Slice Finder
(Chung et al. 2019) and SliceLine (Sagadeeva & Boehm 2021). A candidate's score is by
how many standard errors its mean stands above that of all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.cohort import Condition
from core.evaluation.slicing.pieces import Mask, Pieces
from core.modeling.metrics import Floats

_BEAMS: Final = (24, 8, 1)
"""Rules kept at each depth: alone, a column of a slice of three hardly stands out."""
_FROM_A_COLUMN: Final = 3
_WORTH_A_CONDITION: Final = 0.75


@dataclass(frozen=True, eq=False)
class Rule:
    """Conditions that were found together, and by how much their rows stand out.

    Attributes
    ----------
    conditions : tuple of Condition
    columns : tuple of str
    mask : ndarray of bool, shape (n_rows,)
        The searched rows that fit.
    score : float
        Standard errors of their mean above that of all rows.
    """

    conditions: tuple[Condition, ...]
    columns: tuple[str, ...]
    mask: Mask
    score: float


def search(
    pieces: Sequence[Pieces], loss: Floats, among: Mask, fewest: int
) -> tuple[Rule | None, int]:
    """Return the rule whose rows have the most surely higher loss.

    Parameters
    ----------
    pieces : sequence of Pieces
    loss : ndarray of shape (n_rows,)
    among : ndarray of bool, shape (n_rows,)
        The rows that count.
    fewest : int
        Rows that a slice must have.

    Returns
    -------
    rule : Rule or None
        None where no slice has a higher loss than all rows.
    n_tried : int
        How many rules were looked at.
    """
    spread = float(loss[among].std())
    if not spread:
        return None, 0
    excess = np.where(among, (loss - loss[among].mean()) / spread, 0.0)
    everyone = Rule((), (), among, 0.0)
    beam, best, n_tried = [everyone], everyone, 0
    for width in _BEAMS:
        grown = []
        for rule in beam:
            for column in pieces:
                if column.column in rule.columns:
                    continue
                found, n_seen = _extend(rule, column, excess, among, fewest)
                n_tried += n_seen
                grown += found
        beam = _leading(grown, width)
        if beam and beam[0].score >= best.score + _WORTH_A_CONDITION:
            best = beam[0]
    return (best if best.conditions else None), n_tried


def _extend(
    rule: Rule, column: Pieces, excess: Floats, among: Mask, fewest: int
) -> tuple[list[Rule], int]:
    """Return a rule with each of a column's best pieces added."""
    rows = rule.mask
    codes = column.codes[rows]
    counts = np.bincount(codes, minlength=column.n_pieces)
    sums: Floats = np.bincount(codes, excess[rows], column.n_pieces).astype(np.float64)
    firsts, lasts, n, total = _spans(column, counts, sums)
    n_all = int(among.sum())
    fits = (n >= fewest) & (n <= n_all / 2) & (n < rows.sum())
    if not fits.any():
        return [], len(n)
    share = np.where(fits, n, 1) / n_all
    scores = np.where(fits, total / np.sqrt(np.maximum(n * (1 - share), 1)), -np.inf)
    found = []
    for place in np.argsort(-scores, kind="stable")[:_FROM_A_COLUMN]:
        if scores[place] <= rule.score:
            break
        first, last = int(firsts[place]), int(lasts[place])
        inside = rows & (column.codes >= first) & (column.codes <= last)
        conditions = (*rule.conditions, *column.conditions(first, last))
        names = (*rule.columns, column.column)
        found.append(Rule(conditions, names, inside, float(scores[place])))
    return found, len(n)


def _spans(
    column: Pieces, counts: NDArray[np.int64], sums: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Return first and last piece, rows and summed loss of each possible slice."""
    if not column.edges:
        named = column.named
        return named, named, counts[named].astype(float), sums[named]
    n_ordered = len(column.edges) + 1
    first, last = np.triu_indices(n_ordered)
    n = np.concatenate([[0], counts[:n_ordered].cumsum()])
    total = np.concatenate([[0.0], sums[:n_ordered].cumsum()])
    beyond = np.arange(n_ordered, column.n_pieces)  # missing values
    return (
        np.concatenate([first, beyond]),
        np.concatenate([last, beyond]),
        np.concatenate([n[last + 1] - n[first], counts[beyond]]).astype(float),
        np.concatenate([total[last + 1] - total[first], sums[beyond]]),
    )


def _leading(rules: list[Rule], width: int) -> list[Rule]:
    """Return the best rules, one of each group of rows."""
    kept: list[Rule] = []
    for rule in sorted(rules, key=lambda item: -item.score):
        if len(kept) == width:
            break
        if not any(np.array_equal(rule.mask, other.mask) for other in kept):
            kept.append(rule)
    return kept


def leading_rules(
    pieces: Sequence[Pieces], loss: Floats, fewest: int, most: int
) -> tuple[list[Rule], int]:
    """Return the worst slices one after another, each without the rows before it.

    Also returns how many rules were looked at.
    """
    among = np.ones(len(loss), dtype=bool)
    rules: list[Rule] = []
    n_tried = 0
    while len(rules) < most and among.sum() >= 4 * fewest:
        rule, n_seen = search(pieces, loss, among, fewest)
        n_tried += n_seen
        if rule is None:
            break
        rules.append(rule)
        among = among & ~rule.mask
    return rules, n_tried
