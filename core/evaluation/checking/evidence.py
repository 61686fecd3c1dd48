"""What a check is given: an evaluation, and what it can be held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.data.profiled import Relation
from core.data.scored import QuickScore
from core.evaluation.comparison import Comparison, Difference
from core.evaluation.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class Evidence:
    """An evaluation and what it can be held against; what is not known is None.

    Attributes
    ----------
    evaluation : Evaluation
    against_baseline : Comparison or None
        The model (first) against the baseline, on the same rows.
    train_score : float or None
        The model's metric on its training rows.
    claimed : float or None
        By how much its metric was above the baseline's on validation rows.
    alone : tuple of Relation or None
        How well each column alone tells the target, on the test rows.
    apart : QuickScore or None
        How well a quick model tells test rows from training rows.
    n_each : int or None
        Rows of each side that `apart` could be measured on.
    refits : tuple of float or None
        The metric of fits on as many, but other, rows; all on the same held-out rows.
    groups : mapping of str to int, or None
        Test rows of each group that a person may ask about.
    """

    evaluation: Evaluation
    against_baseline: Comparison | None = None
    train_score: float | None = None
    claimed: float | None = None
    alone: tuple[Relation, ...] | None = None
    apart: QuickScore | None = None
    n_each: int | None = None
    refits: tuple[float, ...] | None = None
    groups: Mapping[str, int] | None = field(default=None)

    @property
    def main(self) -> Difference | None:
        """The model's own metric against the baseline."""
        if self.against_baseline is None or self.evaluation.headline is None:
            return None
        return self.against_baseline.differences.get(self.evaluation.headline.name)
