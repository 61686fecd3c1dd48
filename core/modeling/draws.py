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
