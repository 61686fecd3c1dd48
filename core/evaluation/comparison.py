"""Two models on the same rows: the difference, and how sure it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from core.errors import EvaluationError
from core.evaluation.held_out import Glance, HeldOut, look
from core.evaluation.intervals import (
    Interval,
    combine_paired,
    difference_interval,
)
from core.evaluation.measured import Measured
from core.evaluation.metrics import Measure, measures_for
from core.modeling.model import Model

Said = tuple[HeldOut, Measured]
"""What a model said, and what was measured on it."""

_COMBINED: Final = frozenset(
    ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1")
)
"""Numbers that often rest on a handful of rows."""

Outcome = Literal["better", "worse", "not proven"]


@dataclass(frozen=True)
class Difference:
    """One metric of two models on the same rows.

    Attributes
    ----------
    name, title : str
    first, second : float
        The metric of each model.
    difference, low, high : float
        First minus second, with the interval of the paired difference.
    higher_is_better : bool
    method : str
    """

    name: str
    title: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    higher_is_better: bool
    method: str

    @property
    def outcome(self) -> Outcome:
        """What the interval says of the first model.

        Examples
        --------
        >>> Difference("mae", "MAE", 1.0, 2.0, -1.0, -1.5, -0.5, False, "").outcome
        'better'
        """
        if self.low <= 0 <= self.high:
            return "not proven"
        return "better" if (self.low > 0) == self.higher_is_better else "worse"


@dataclass(frozen=True)
class Comparison:
    """Every metric that two models share, first minus second.

    Attributes
    ----------
    first_name, second_name : str
    n_rows : int
    confidence : float
    differences : dict of str to Difference
        By metric name.
    """

    first_name: str
    second_name: str
    n_rows: int
    confidence: float
    differences: dict[str, Difference]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Comparison":
        """Return the record that `to_dict` wrote."""
        differences = {
            name: Difference(**found) for name, found in values["differences"].items()
        }
        return cls(**{**values, "differences": differences})


def compare(
    first: Model,
    second: Model,
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    confidence: float = 0.95,
) -> Comparison:
    """Compare two models on the same held-out rows.

    Parameters
    ----------
    first, second : Model
        Of the same task and target; their columns may differ.
    frame : DataFrame of shape (n_rows, any)
        Rows that neither was trained on.
    target : str, default=None
        None: the target of the first model.
    confidence : float, default=0.95

    Returns
    -------
    Comparison
        With the metrics that are defined for both.

    Raises
    ------
    EvaluationError
        The tasks or classes differ, or no row has a known target.
    """
    target = target or first.target
    ours, theirs = look(first, frame, target), look(second, frame, target)
    return compare_held(ours, theirs, target, confidence)


def compare_held(
    first: Glance, second: Glance, target: str, confidence: float = 0.95
) -> Comparison:
    """Compare what two models said about the same rows; see `compare`."""
    ours, theirs, names = first.held, second.held, (first.model.name, second.model.name)
    if ours.task != theirs.task or ours.classes != theirs.classes:
        raise EvaluationError(
            f"{names[0]} and {names[1]} do not know the same task and classes of "
            f"{target!r}; they cannot be compared row by row.",
            hint="Compare models that were trained for the same target and task, on "
            "rows with the same classes.",
        )
    differences = compare_rows(ours, theirs, confidence)
    return Comparison(*names, ours.n_rows, confidence, differences)


def compare_rows(
    first: HeldOut, second: HeldOut, confidence: float = 0.95
) -> dict[str, Difference]:
    """Return every metric's paired difference, by name.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.arange(20.0)
    >>> one = HeldOut("regression", y, y + 1.0)
    >>> two = HeldOut("regression", y, y + np.tile([2.0, 4.0], 10))
    >>> found = compare_rows(one, two)["mae"]
    >>> found.difference, found.outcome
    (-2.0, 'better')
    """
    found = (
        _difference(measure, first, second, confidence)
        for measure in measures_for(first.task)
    )
    return {item.name: item for item in found if item is not None}


def _difference(
    measure: Measure, first: HeldOut, second: HeldOut, confidence: float
) -> Difference | None:
    ours, theirs = measure.compute(first), measure.compute(second)
    if ours is None or theirs is None:
        return None
    ends = _bound(measure, (first, ours), (second, theirs), confidence)
    return Difference(
        measure.name,
        measure.title,
        ours.value,
        theirs.value,
        ours.value - theirs.value,
        ends.low,
        ends.high,
        measure.higher_is_better,
        ends.method,
    )


def _bound(measure: Measure, ours: Said, theirs: Said, confidence: float) -> Interval:
    (first, found), (second, other) = ours, theirs
    same_output = np.array_equal(first.output, second.output)
    if same_output and first.threshold == second.threshold:
        return Interval(0.0, 0.0, "the same answers")
    if measure.name not in _COMBINED:
        return difference_interval(found.minus(other), confidence)
    bounds = [measure.bound(*said, confidence) for said in (ours, theirs)]
    # Agreement on every row seen is not agreement on every row there is.
    n_counted = max(int(np.count_nonzero(found.influence)), 4)
    correlation = min(found.correlation(other), 1 - 4 / n_counted)
    return combine_paired(
        (found.value, bounds[0]), (other.value, bounds[1]), correlation
    )
