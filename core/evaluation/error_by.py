"""Where predicted numbers are off: by tenths of a number, or by values of a column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import EvaluationError
from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import difference_interval
from core.evaluation.losses import mean
from core.modeling.metrics import Floats
from core.wording import score_text

N_PARTS: Final = 10
MOST_VALUES: Final = 12
MISSING: Final = "(missing)"
OTHERS: Final = "(other values)"
FEWEST: Final = 5
"""Below so many rows a group has no interval."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ErrorGroup:
    """Rows that have something in common, and how far the model is off for them.

    Attributes
    ----------
    label : str
    n_rows : int
    mae : float
        Mean distance of prediction and truth, in the target's unit.
    mae_low, mae_high : float or None
        Its 95 % interval; None below 5 rows.
    bias : float
        Mean of actual minus predicted; above zero the model says too little.
    bias_low, bias_high : float or None
    """

    label: str
    n_rows: int
    mae: float
    mae_low: float | None
    mae_high: float | None
    bias: float
    bias_low: float | None
    bias_high: float | None


def error_by(error: Floats, values: pd.Series) -> tuple[ErrorGroup, ...]:
    """Measure the error in groups of rows.

    Numbers and dates of more than twelve values are cut into ten groups of about
    equally many rows; else there is a group for each of the twelve commonest values.
    Rows that lack the value are a group of their own.

    Parameters
    ----------
    error : ndarray of shape (n_rows,)
        Actual minus predicted.
    values : Series of shape (n_rows,)

    Raises
    ------
    EvaluationError
        Errors and values are not of the same rows.

    Examples
    --------
    >>> found = error_by(np.array([1.0, -1.0, 4.0]), pd.Series(["a", "a", None]))
    >>> [(group.label, group.n_rows, group.mae, group.bias) for group in found]
    [('a', 2, 1.0, 0.0), ('(missing)', 1, 4.0, 4.0)]
    """
    if len(error) != len(values):
        raise EvaluationError(
            f"{len(error):,} errors do not belong to {len(values):,} values.",
            hint="Give the values of the rows that were measured.",
        )
    return tuple(_group(label, error[rows]) for label, rows in _parts(values))


def worst_rows(held: HeldOut, n_rows: int = 20) -> NDArray[np.int64]:
    """Return the places of the rows that are missed by most, the worst first.

    Examples
    --------
    >>> y = np.array([1.0, 5.0, 2.0])
    >>> worst_rows(HeldOut("regression", y, np.ones(3)), 2).tolist()
    [1, 2]
    """
    return np.argsort(-np.abs(held.error), kind="stable")[:n_rows]


def _parts(values: pd.Series) -> Iterator[tuple[str, Mask]]:
    missing = values.isna().to_numpy()
    known = values[~missing]
    if known.nunique() > MOST_VALUES and _is_ordered(values):
        yield from _tenths(values, missing)
    else:
        yield from _by_value(values, known)
    if missing.any():
        yield MISSING, missing


def _is_ordered(values: pd.Series) -> bool:
    kinds = pd.api.types
    number = kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values)
    return number or kinds.is_datetime64_any_dtype(values)


def _tenths(values: pd.Series, missing: Mask) -> Iterator[tuple[str, Mask]]:
    dates = pd.api.types.is_datetime64_any_dtype(values)
    numbers = np.full(len(values), np.nan)
    known = values[~missing]
    numbers[~missing] = known.astype("int64" if dates else "float64").to_numpy()
    inside = numbers[~missing]
    whole = not dates and bool((inside == np.rint(inside)).all())
    cuts = np.quantile(inside, np.linspace(0, 1, N_PARTS + 1)[1:-1], method="lower")
    group = np.searchsorted(np.unique(cuts), numbers, side="left")
    for number in np.unique(group[~missing]):
        rows = (group == number) & ~missing
        ends = values[rows].min(), values[rows].max()
        if dates:
            low, high = (f"{end:%Y-%m-%d}" for end in ends)
        elif whole:
            low, high = (f"{end:,.0f}" for end in ends)
        else:
            low, high = (score_text(float(end), float(max(ends, key=abs)))
                         for end in ends)  # fmt: skip
        yield (low if low == high else f"{low} to {high}"), rows


def _by_value(values: pd.Series, known: pd.Series) -> Iterator[tuple[str, Mask]]:
    counts = known.value_counts()
    others = values.notna().to_numpy()
    for value in counts.index[:MOST_VALUES]:
        rows = (values == value).fillna(False).to_numpy(dtype=bool)
        others = others & ~rows
        yield str(value), rows
    if others.any():
        yield OTHERS, others


def _group(label: str, error: Floats) -> ErrorGroup:
    measured = mean(np.abs(error)), mean(error)
    ends: list[float | None] = [None] * 4
    if len(error) >= FEWEST:
        found = [difference_interval(each) for each in measured]
        ends = [max(found[0].low, 0.0), found[0].high, found[1].low, found[1].high]
    return ErrorGroup(
        label, len(error), measured[0].value, ends[0], ends[1],
        measured[1].value, ends[2], ends[3],
    )  # fmt: skip
