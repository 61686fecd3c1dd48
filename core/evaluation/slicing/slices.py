"""Slices: groups of rows, how wrong a model is on them, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import hypergeom, mannwhitneyu

from core.data import Cohort
from core.data.cohort import Condition
from core.evaluation.held_out import Glance, HeldOut
from core.evaluation.intervals import difference_interval, wilson
from core.evaluation.losses import mean
from core.evaluation.slicing.pieces import Mask
from core.modeling.metrics import Floats

TOO_FEW: Final = 30
ALPHA: Final = 0.03
WORSE_BY: Final = 1.25


@dataclass(frozen=True)
class Slice:
    """A group of rows and how wrong the model is on it.

    Attributes
    ----------
    name : str
        Of a saved cohort; empty for a slice that was found.
    conditions : tuple of Condition
    n_rows : int
        Held-out rows that belong to it.
    share : float
        Of all held-out rows.
    n_measured : int
        Rows that the figures below rest on: of a found slice those of the half that
        it was not searched on.
    error, low, high : float
        Share of wrong answers with Wilson's interval, or mean absolute error with that
        of its mean.
    elsewhere : float
        The same outside of the slice.
    share_of_errors : float
        Of all wrong answers, or of all absolute error.
    p_value : float
        Of "no worse than elsewhere", one-sided, after Holm's correction.
    expected : float or None
        Share of wrong answers that the model's own probabilities announce here.
    """

    name: str
    conditions: tuple[Condition, ...]
    n_rows: int
    share: float
    n_measured: int
    error: float
    low: float
    high: float
    elsewhere: float
    share_of_errors: float
    p_value: float
    expected: float | None = None

    @property
    def sentence(self) -> str:
        """The rule in words; names and values stand as they are."""
        return " and ".join(condition.sentence for condition in self.conditions)

    @property
    def too_few(self) -> bool:
        """Whether there are under 30 rows to measure on."""
        return self.n_measured < TOO_FEW

    @property
    def is_worse(self) -> bool:
        """Whether it is surely and clearly worse than elsewhere."""
        clearly = self.error >= WORSE_BY * self.elsewhere
        return not self.too_few and self.p_value <= ALPHA and clearly

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Slice":
        """Return the slice that `asdict` wrote."""
        conditions = tuple(map(Condition.from_dict, values["conditions"]))
        return cls(**{**values, "conditions": conditions})


@dataclass(frozen=True)
class Slices:
    """The worst slices, and on what the search for them rests.

    Attributes
    ----------
    found : tuple of Slice
        Those that were confirmed, most avoidable error first; possibly none.
    n_rows : int
        Held-out rows, half of them searched at a time.
    n_tried : int
        Rules that were looked at.
    error : float
        On all rows.
    of_classes : bool
        Whether errors are wrong answers; else absolute errors.
    reason : str
        Why nothing was searched; empty when it was.
    """

    found: tuple[Slice, ...]
    n_rows: int
    n_tried: int
    error: float
    of_classes: bool
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Slices":
        """Return the record that `to_dict` wrote."""
        found = tuple(map(Slice.from_dict, values["found"]))
        return cls(**{**values, "found": found})


def row_errors(held: HeldOut) -> Floats:
    """Return 1 for each wrong answer and 0 for right ones, or absolute errors.

    Examples
    --------
    >>> row_errors(HeldOut("regression", np.array([1.0]), np.array([3.0]))).tolist()
    [2.0]
    """
    if held.task == "regression":
        return np.abs(held.error)
    wrong: Floats = (held.predicted != held.codes).astype(np.float64)
    return wrong


def cohort_slices(
    glance: Glance, rows: pd.DataFrame, cohorts: Sequence[Cohort]
) -> tuple[Slice, ...]:
    """Measure saved cohorts as slices of their own.

    Nothing was searched, so every row counts; Holm's correction is over the cohorts.

    Parameters
    ----------
    glance : Glance
    rows : DataFrame of shape (n_rows, any)
        The rows that were evaluated, with all columns that a rule may read.
    cohorts : sequence of Cohort
        Those whose columns are not there, and those without a row, are left out.
    """
    loss, of_classes = row_errors(glance.held), glance.held.task != "regression"
    measured = []
    for cohort in cohorts:
        inside = cohort.mask(rows) if not cohort.missing(rows.columns) else None
        if inside is not None and inside.any() and not inside.all():
            found = measure_slice(
                cohort.conditions, inside, loss, of_classes=of_classes
            )
            measured.append(replace(found, name=cohort.name))
    corrected = holm([item.p_value for item in measured])
    pairs = zip(measured, corrected, strict=True)
    return tuple(replace(item, p_value=p) for item, p in pairs)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for how many there are (Holm 1979), in their order.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected, worst = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(np.argsort(p_values, kind="stable")):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = round(worst, 12)
    return corrected


def measure_slice(
    conditions: tuple[Condition, ...], inside: Mask, loss: Floats, *, of_classes: bool
) -> Slice:
    """Measure one slice against the rest; its p-value is not corrected yet.

    Parameters
    ----------
    conditions : tuple of Condition
    inside : ndarray of bool, shape (n_rows,)
        Some rows, but not all.
    loss : ndarray of shape (n_rows,)
        See `row_errors`.
    of_classes : bool
    """
    here, there = loss[inside], loss[~inside]
    n_here, error = len(here), float(here.mean())
    ends = wilson(error, n_here) if of_classes else difference_interval(mean(here))
    total = float(loss.sum())
    return Slice(
        "", conditions, n_here, n_here / len(loss), n_here, error,
        max(ends.low, 0.0), ends.high, float(there.mean()),
        float(here.sum()) / total if total else 0.0,
        _TESTS[of_classes](here, there),
    )  # fmt: skip


def _more_wrong(here: Floats, there: Floats) -> float:
    """Test by Fisher's exact test whether more answers are wrong here."""
    wrong, n_all = int(here.sum()), len(here) + len(there)
    n_wrong = wrong + int(there.sum())
    return float(hypergeom.sf(wrong - 1, n_all, n_wrong, len(here)))


def _larger(here: Floats, there: Floats) -> float:
    """Test by ranks (Mann and Whitney) whether errors are larger here."""
    return float(mannwhitneyu(here, there, alternative="greater").pvalue)


_TESTS: Final[dict[bool, Callable[[Floats, Floats], float]]] = {
    True: _more_wrong,
    False: _larger,
}
