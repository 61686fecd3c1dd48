"""Bootstrap draws of rows: the same seed draws the same rows for every model."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.modeling.metrics import Floats

N_RESAMPLES: Final = 200
MOST_RESAMPLED_ROWS: Final = 20_000


def resampling_weights(
    n_rows: int, random_state: int, *, n_resamples: int = N_RESAMPLES
) -> Iterator[Floats]:
    """Yield how often each row is drawn, for one bootstrap draw after another."""
    rng = np.random.default_rng(random_state)
    for _ in range(n_resamples):
        drawn = rng.integers(0, n_rows, n_rows)
        yield np.bincount(drawn, minlength=n_rows).astype(np.float64)


def times(counts: Floats, weight: Floats | None) -> Floats:
    """Return how often a row is drawn times how much it counts."""
    return counts if weight is None else counts * weight


def sample_rows(n_rows: int, random_state: int) -> NDArray[np.int64] | slice:
    """Return the rows that stand for all: all, or 20,000 of more."""
    if n_rows <= MOST_RESAMPLED_ROWS:
        return slice(None)
    rng = np.random.default_rng(random_state)
    return np.sort(rng.choice(n_rows, MOST_RESAMPLED_ROWS, replace=False))


def sample_in_classes(
    labels: NDArray[np.int64], random_state: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return 20,000 rows of more, and for how many each of them stands.

    A class that is rarer than its equal share keeps all its rows.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,)
        Classes, or zeros for numbers.
    random_state : int

    Returns
    -------
    rows : ndarray of shape (n_sampled,), sorted
    stands_for : ndarray of shape (n_sampled,)
        1 or more; they sum to n_rows.

    Examples
    --------
    >>> rows, stands_for = sample_in_classes(np.repeat([0, 1], [99_990, 10]), 0)
    >>> len(rows), int(stands_for.sum()), stands_for[-10:].tolist() == [1.0] * 10
    (20000, 100000, True)
    """
    rng = np.random.default_rng(random_state)
    classes, counts = np.unique(labels, return_counts=True)
    taken: list[NDArray[np.int64]] = []
    stands_for: list[Floats] = []
    left = MOST_RESAMPLED_ROWS
    rarest_first = np.argsort(counts, kind="stable")
    for place, number in enumerate(rarest_first):
        n = min(int(counts[number]), left // (len(classes) - place))
        left -= n
        own = np.flatnonzero(labels == classes[number])
        taken.append(rng.choice(own, n, replace=False))
        stands_for.append(np.full(n, counts[number] / n))
    rows = np.concatenate(taken)
    order = np.argsort(rows)
    return rows[order], np.concatenate(stands_for)[order]
