"""How much batches of the reference differ among themselves, beyond chance.

Real data wanders: no two months are draws from one law. Where the reference is made of
five or more batches (months, files), the variance between them is added to what chance
gives, so that a window which differs no more than the batches do is not drift.

The tests' statistics are squared lengths of a vector that chance alone gives variance
1/n + 1/m in each direction. With variation between batches its covariance is no longer
the same in all directions; the squared length over its expectation is then compared
with F, whose degrees of freedom match mean and variance (Satterthwaite 1946). The trace
of the squared covariance is estimated without bias as by Bai & Saranadasa 1996.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from core.monitoring.binning import Float, Int

MIN_BATCHES = 5


@dataclass(frozen=True)
class Variation:
    """Variance between batches of one standardised vector.

    Attributes
    ----------
    n_batches : int
    weight : float
        Share of the variance that stays in the reference's own mean, about one over
        the number of batches.
    between : float
        Sum of the variances between batches, over all directions, chance taken off;
        the estimate and two of its standard errors, for small batches cannot rule
        out what chance hides.
    squared : float
        Sum of squares of that covariance's entries.
    """

    n_batches: int
    weight: float
    between: float
    squared: float

    def p_value(self, length: float, dimension: int, noise: float) -> float:
        """Judge a squared length against chance and variation together.

        Parameters
        ----------
        length : float
            Squared length of the difference of window and reference.
        dimension : int
            Directions that it can take.
        noise : float
            Variance that chance gives each direction: 1/n + 1/m.

        Examples
        --------
        >>> still = Variation(10, 0.1, 0.0, 0.0)
        >>> wandering = Variation(10, 0.1, 0.01, 0.0001)
        >>> still.p_value(0.01, 1, 0.001) < 0.01 < wandering.p_value(0.01, 1, 0.001)
        True
        """
        factor = 1 + self.weight
        total = noise * dimension + factor * self.between
        squared = (
            noise**2 * dimension
            + 2 * noise * factor * self.between
            + factor**2 * self.squared
        )
        doubt = factor**2 * self.squared
        freedom = (self.n_batches - 1) * total**2 / doubt if doubt else 1e9
        top = total**2 / squared
        return float(stats.f.sf(length / total, top, np.clip(freedom, 1.0, 1e9)))


@dataclass(frozen=True)
class ColumnVariation:
    """What batches of the reference show in one column.

    Attributes
    ----------
    shape, missing : Variation
    n_alone : int
        Rows whose category no other batch has: what a new batch brings of unseen ones.
    unseen : float
        How much more than chance the number of rows differs between batches whose
        category no other has; at least 1.
    """

    shape: Variation
    missing: Variation
    n_alone: int = 0
    unseen: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ColumnVariation":
        """Return the record that `to_dict` wrote."""
        kept = {name: Variation(**values[name]) for name in ("shape", "missing")}
        return cls(**{**values, **kept})


def between_batches(vectors: Float, sizes: Int, dimension: int) -> Variation:
    """Estimate the variance between batches of a standardised vector.

    Parameters
    ----------
    vectors : ndarray of shape (n_batches, n_directions)
        Mean of each batch, scaled so that chance gives a batch of n rows the variance
        1/n in each of `dimension` directions.
    sizes : ndarray of shape (n_batches,)
        Rows of each batch, at least one.
    dimension : int

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> means = rng.normal(scale=0.2, size=(200, 1))
    >>> round(between_batches(means, np.full(200, 100), 1).between, 2)
    0.03
    """
    n_batches = len(sizes)
    weight = float(np.sum((sizes / sizes.sum()) ** 2))
    centred = vectors - vectors.mean(axis=0)
    products = centred @ centred.T / (n_batches - 1)
    chance = float(np.mean(1 / sizes))
    spread = float(np.trace(products))
    free = n_batches - 1
    squares = float((products**2).sum())
    unbiased = free**2 / ((free - 1) * (free + 2)) * (squares - spread**2 / free)
    unbiased = float(np.clip(unbiased, spread**2 / dimension, spread**2))
    shown = spread - chance * dimension
    between = max(shown + 2 * float(np.sqrt(2 * unbiased / free)), 0.0)
    squared = unbiased - 2 * chance * max(shown, 0.0) - chance**2 * dimension
    squared = float(np.clip(squared, between**2 / dimension, between**2))
    return Variation(n_batches, weight, between, squared)


def share_variation(hits: Int, sizes: Int) -> Variation:
    """Return the variation of a share: `hits` of `sizes` rows in each batch."""
    used = sizes > 0
    hits, sizes = hits[used], sizes[used]
    share = hits.sum() / max(sizes.sum(), 1)
    if len(sizes) < MIN_BATCHES or share in (0, 1):
        return Variation(max(len(sizes), MIN_BATCHES), 0.0, 0.0, 0.0)
    scaled = hits / sizes / np.sqrt(share * (1 - share))
    return between_batches(scaled[:, None], sizes, 1)


def overdispersion(hits: Int, sizes: Int) -> float:
    """Return Pearson's chi² over its degrees of freedom, at least 1.

    Examples
    --------
    >>> overdispersion(np.array([0, 0, 0, 0, 50]), np.full(5, 100)) > 10
    True
    >>> overdispersion(np.array([0, 0, 0, 0, 0]), np.full(5, 100))
    1.0
    """
    rate = hits.sum() / max(sizes.sum(), 1)
    if rate in (0, 1):
        return 1.0
    expected = sizes * rate
    used = expected > 0
    statistic = ((hits - expected)[used] ** 2 / expected[used]).sum()
    return max(1.0, float(statistic / max(np.count_nonzero(used) - 1, 1)))
