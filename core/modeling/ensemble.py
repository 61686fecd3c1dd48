"""Greedy ensemble selection (Caruana et al., 2004)."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from core.modeling.entry import Entry
from core.modeling.families import FAMILIES
from core.modeling.metrics import Floats
from core.modeling.scoring import Metric

ROUNDS: Final = 40
PATIENCE: Final = 6
_BEST: Final = 24
_BEST_OF_FAMILY: Final = 3


def eligible(entries: Sequence[Entry]) -> list[Entry]:
    """Return who may be a member: the 24 best, and the 3 best of each family.

    A long search finds many models that are alike, and members must differ.

    Parameters
    ----------
    entries : sequence of Entry
        The best first. Of those that are no part of ensembles none is returned.
    """
    blended = [entry for entry in entries if FAMILIES[entry.family].blended]
    of_family: Counter[str] = Counter()
    found = []
    for place, entry in enumerate(blended):
        of_family[entry.family] += 1
        if place < _BEST or of_family[entry.family] <= _BEST_OF_FAMILY:
            found.append(entry)
    return found


def select_weights(  # noqa: PLR0913 each is a fact about the same rows or models
    outputs: Sequence[Floats],
    y: Floats,
    metric: Metric,
    *,
    weight: Floats | None = None,
    sizes: Sequence[int] | None = None,
    most: float = np.inf,
    rounds: int = ROUNDS,
) -> list[int]:
    """Count how often each output is taken when always the best next one is added.

    Starts with the best single output; adds, with replacement, the one that improves
    the mean most, and returns the counts of the best mean on the way.

    Parameters
    ----------
    outputs : sequence of ndarray
        Validation outputs, each (n_rows, n_classes) or (n_rows,). Of equal ones the
        first is taken, so put the smaller model first.
    y : ndarray of shape (n_rows,)
    metric : Metric
    weight : ndarray of shape (n_rows,), default=None
    sizes : sequence of int, default=None
        Bytes of each model.
    most : float, default=inf
        Bytes that all models taken may have together.
    rounds : int, default=40

    Returns
    -------
    list of int
        One count for each output; they sum to at most `rounds`.

    Examples
    --------
    >>> from core.modeling.scoring import METRICS
    >>> y = np.array([1.0, 2.0, 3.0])
    >>> select_weights([y + 1, y - 1, y + 5], y, METRICS["rmse"])
    [1, 1, 0]
    """
    counts, best_counts = [0] * len(outputs), [0] * len(outputs)
    total, best, best_size = np.zeros_like(outputs[0]), -np.inf, 0
    for size in range(1, rounds + 1):
        room = _room(counts, sizes, most)
        gains = [
            metric.gain(metric.score(y, (total + output) / size, weight=weight), 0.0)
            if fits
            else -np.inf
            for output, fits in zip(outputs, room, strict=True)
        ]
        if not any(room):
            break
        taken = int(np.argmax(gains))
        counts[taken] += 1
        total = total + outputs[taken]
        if gains[taken] > best + 1e-12:
            best, best_counts, best_size = gains[taken], list(counts), size
        elif size - best_size >= PATIENCE:
            break
    return best_counts


def drop_idle(
    counts: Sequence[int],
    outputs: Sequence[Floats],
    y: Floats,
    metric: Metric,
    slack: float,
    *,
    weight: Floats | None = None,
) -> list[int]:
    """Leave out members whose loss is not felt: each makes answers slower and larger.

    The one that is missed least goes first, as long as the mean's score stays within
    `slack` of what it was.

    Parameters
    ----------
    counts : sequence of int
        From `select_weights`.
    outputs, y, metric, weight
        As there.
    slack : float
        In units of the metric, 0 or more.

    Returns
    -------
    list of int
        The counts, 0 for members that were left out; one at least stays.

    Examples
    --------
    >>> from core.modeling.scoring import METRICS
    >>> y = np.array([1.0, 2.0, 3.0])
    >>> drop_idle([9, 1, 0], [y + 1, y + 1.1, y], y, METRICS["mae"], slack=0.05)
    [9, 0, 0]
    """
    kept = list(counts)

    def score(taken: Sequence[int]) -> float:
        total = sum(n * o for n, o in zip(taken, outputs, strict=True) if n)
        return metric.score(y, np.asarray(total) / sum(taken), weight=weight)

    full = score(kept)
    while sum(n > 0 for n in kept) > 1:
        tried = [
            [0 if place == out else n for place, n in enumerate(kept)]
            for out, count in enumerate(kept)
            if count
        ]
        losses = [metric.gain(full, score(taken)) for taken in tried]
        least = int(np.argmin(losses))
        if losses[least] > slack:
            break
        kept = tried[least]
    return kept


def _room(
    counts: Sequence[int], sizes: Sequence[int] | None, most: float
) -> list[bool]:
    """Return which models can be taken: those that are, and those that still fit."""
    if sizes is None:
        return [True] * len(counts)
    used = sum(size for size, count in zip(sizes, counts, strict=True) if count)
    return [
        count > 0 or used + size <= most
        for size, count in zip(sizes, counts, strict=True)
    ]
