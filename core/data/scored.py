"""What was found before any training: frozen records, ready for JSON."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class QuickScore:
    """What a quick model reaches on rows that it was not fitted on.

    Attributes
    ----------
    metric : {"AUC", "R²"}
        AUC of classes (one against the rest, weighted by their rows); R² of numbers.
    score, low, high : float
        With its 95 % interval: percentiles of 100 resamples of the held-out answers.
    n_rows, n_columns : int
        Sampled rows, and columns used.
    left_out : tuple of str
        Columns not used because they may know the answer.
    """

    metric: str
    score: float
    low: float
    high: float
    n_rows: int
    n_columns: int
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**vars(self), "left_out": list(self.left_out)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "QuickScore":
        """Return the score that `to_dict` wrote."""
        return cls(**{**values, "left_out": tuple(values["left_out"])})


@dataclass(frozen=True)
class UnusualRow:
    """A row unlike the others.

    Attributes
    ----------
    row : int
        Position in the table.
    score : float, in (0, 1)
        Of an isolation forest; about 0.5 is ordinary, 1 stands all alone.
    """

    row: int
    score: float
