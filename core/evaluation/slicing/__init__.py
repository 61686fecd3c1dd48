"""Where a model errs: slices that were searched for, and saved cohorts."""

from core.evaluation.slicing.finding import FEWEST_ROWS, find_slices, worst_slices
from core.evaluation.slicing.slices import (
    TOO_FEW,
    Slice,
    Slices,
    cohort_slices,
    holm,
    row_errors,
)

__all__ = [
    "FEWEST_ROWS",
    "TOO_FEW",
    "Slice",
    "Slices",
    "cohort_slices",
    "find_slices",
    "holm",
    "row_errors",
    "worst_slices",
]
