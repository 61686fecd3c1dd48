"""Split-conformal calibration: how far off a model was on rows it had not seen."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.errors import ModelingError
from core.modeling.metrics import Floats

COVERAGE: Final = 0.9
MOST_SCORES: Final = 5_000
"""So many calibration scores travel with a model; a random part of more."""


@dataclass(frozen=True, eq=False)
class ConformalScores:
    """Nonconformity scores of calibration rows.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
        Smallest first.
    reached : ndarray of shape (n_rows,)
        Sum of the weights up to each; they are 1 on average.
    """

    values: Floats
    reached: Floats

    @classmethod
    def of(
        cls, scores: Floats, weight: Floats | None = None, *, random_state: int = 0
    ) -> "ConformalScores":
        """Sort scores; of more than 5,000 a random part is kept."""
        weight = np.ones(len(scores)) if weight is None else weight
        kept = np.arange(len(scores))
        if len(kept) > MOST_SCORES:
            rng = np.random.default_rng(random_state)
            kept = rng.choice(kept, MOST_SCORES, replace=False)
        order = kept[np.argsort(scores[kept], kind="stable")]
        mean = weight[order].mean() if len(order) else 1.0
        return cls(scores[order], np.cumsum(weight[order]) / (mean or 1.0))

    def __len__(self) -> int:
        return len(self.values)

    def quantile(self, coverage: float) -> float:
        """Return the score that a new row stays under with this probability.

        That of rank ``ceil((n + 1) coverage)``: the new row is as likely at each
        rank as any other (Vovk et al. 2005; Lei et al. 2018). Infinite where so few
        rows cannot promise it.

        Examples
        --------
        >>> scores = ConformalScores.of(np.arange(1.0, 100.0))
        >>> scores.quantile(0.9), scores.quantile(0.999)
        (90.0, inf)
        """
        wanted = (len(self.values) + 1) * coverage - 1e-9
        rank = int(np.searchsorted(self.reached, wanted))
        return float(self.values[rank]) if rank < len(self.values) else float("inf")


def check_coverage(coverage: float) -> float:
    """Return a coverage that can be promised.

    Raises
    ------
    ModelingError
        It is not between 0.5 and 0.999.
    """
    if not 0.5 <= coverage <= 0.999:
        raise ModelingError(
            f"{coverage} is no coverage that can be promised.",
            hint="Choose a share of the rows between 0.5 and 0.999, such as 0.9.",
        )
    return float(coverage)
