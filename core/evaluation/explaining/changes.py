"""Changes of a row that turn its answer, as records."""

from dataclasses import asdict, dataclass, field
from typing import Any

from core.evaluation.explaining.row import value_text


@dataclass(frozen=True)
class Change:
    """One column that is changed.

    Attributes
    ----------
    column : str
    before, after : bool, int, float, str or None
        Dates as text.
    size : float
        In robust standard deviations of the training rows (a hundredth to the
        99th percentile is 4.65); 1 for another word, or a value instead of none.
    """

    column: str
    before: Any
    after: Any
    size: float


@dataclass(frozen=True)
class Counterfactual:
    """Changes that lead to the wish.

    Attributes
    ----------
    changes : tuple of Change
        Greatest first.
    distance : float
        Sum of their sizes and 0.25 for each.
    record : dict
        The changed columns and their new values.
    """

    changes: tuple[Change, ...]
    distance: float
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The changes in plain words.

        Examples
        --------
        >>> Counterfactual((Change("age", 30, 41, 0.5),), 0.75).words
        'age 41 instead of 30'
        """
        told = [
            f"{c.column} {value_text(c.after)} instead of {value_text(c.before)}"
            for c in self.changes
        ]
        return " and ".join((", ".join(told[:-1]), told[-1])) if told[1:] else told[0]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**asdict(self), "words": self.words}


@dataclass(frozen=True)
class Search:
    """What came of looking for counterfactuals.

    Attributes
    ----------
    found : tuple of Counterfactual
        Nearest first, each with other columns; empty when no allowed change of at
        most four columns within the training range reaches the wish.
    reached : bool
        The row has what is wished for already; nothing was looked for.
    n_answers : int
        So many rows were asked about.
    """

    found: tuple[Counterfactual, ...]
    reached: bool
    n_answers: int
