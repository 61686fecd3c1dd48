"""What a recalibration would do, told before it is taken."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.errors import EvaluationError
from core.evaluation.intervals import difference_interval
from core.evaluation.losses import brier_losses, mean
from core.modeling.calibration import (
    ISOTONIC_FROM,
    Calibration,
    Method,
    learn_calibration,
)
from core.modeling.metrics import Floats
from core.modeling.rows import Rows

FEWEST: Final = 60

Kept = Literal["rows", "groups", "time"]


@dataclass(frozen=True, eq=False)
class Recalibration:
    """Curves learned from validation rows, and their effect on rows they never saw.

    Attributes
    ----------
    calibration : Calibration
        With the log loss before and after.
    n_rows : int
    brier_before, brier_after : float
        Mean squared distance of the probabilities from what happened; after: each
        fifth of the rows by curves that were learned from the other four. Groups are
        never divided; of spans of time, each is judged by curves of the earlier ones,
        the first not at all.
    difference, low, high : float
        After minus before, with its interval; below zero is better.
    kept : {"rows", "groups", "time"}
        What stood together when it was judged.
    """

    calibration: Calibration
    n_rows: int
    brier_before: float
    brier_after: float
    difference: float
    low: float
    high: float
    kept: Kept = "rows"

    @property
    def helps(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0


def recalibration(
    y: Floats,
    output: Floats,
    weight: Floats | None = None,
    confidence: float = 0.95,
    *,
    together: Rows | None = None,
    in_order: bool = False,
) -> Recalibration:
    """Learn what would make probabilities true: isotonic from 1,000 rows, else sigmoid.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class codes.
    output : ndarray of shape (n_rows, n_classes)
        Probabilities before any calibration, from a fit that has not seen the rows.
    weight : ndarray of shape (n_rows,), default=None
        For the curves; the effect is counted by rows.
    confidence : float, default=0.95
    together : ndarray of shape (n_rows,), default=None
        Codes of groups, or of spans of time: rows of one are on one side.
    in_order : bool, default=False
        The codes are spans of time, and curves are judged on later ones alone.

    Raises
    ------
    EvaluationError
        There are fewer than 60 rows, or they are all of one class.

    Examples
    --------
    >>> y = np.tile([0.0, 0.0, 0.0, 1.0], 100)
    >>> bold = np.tile([0.5, 0.5, 0.9, 0.9], 100)
    >>> found = recalibration(y, np.column_stack([1 - bold, bold]))
    >>> found.calibration.method, found.helps, round(found.brier_before, 2)
    ('sigmoid', True, 0.33)
    """
    if len(y) < FEWEST or y.min() == y.max():
        raise EvaluationError(
            f"Recalibrating needs at least {FEWEST} validation rows of more than one "
            f"class; there are {len(y):,}.",
            hint="Split with more validation rows, or in folds, on Explore.",
        )
    method: Method = "isotonic" if len(y) >= ISOTONIC_FROM else "sigmoid"
    apart = together is not None and len(np.unique(together)) > 1
    in_order = in_order and apart
    found, moved = learn_calibration(
        y, output, method, weight=weight, together=together, in_order=in_order
    )
    judged = np.ones(len(y), dtype=bool)
    if in_order and together is not None:
        judged = together > together.min()
    before, after = (
        mean(brier_losses(y[judged], each[judged])) for each in (output, moved)
    )
    between = after.minus(before)
    ends = difference_interval(between, confidence)
    return Recalibration(
        found,
        int(judged.sum()),
        before.value,
        after.value,
        between.value,
        ends.low,
        ends.high,
        "time" if in_order else "groups" if apart else "rows",
    )


def moved_threshold(
    threshold: float, before: Calibration | None, after: Calibration | None
) -> float:
    """Return the threshold that flags the same rows after another calibration.

    Calibrations of two classes rise, so each threshold has its counterpart.

    Examples
    --------
    >>> half = Calibration("sigmoid", ((np.array([0.0, 1.0]), np.array([0.0, 0.5])),))
    >>> moved_threshold(0.4, None, half), moved_threshold(0.2, half, None)
    (0.2, 0.4)
    """
    raw = threshold
    if before is not None:
        put_in, put_out = before.curves[0]
        raw = float(np.interp(threshold, put_out, put_in))
    if after is not None:
        raw = float(np.interp(raw, *after.curves[0]))
    return min(max(raw, 0.0), 1.0)
