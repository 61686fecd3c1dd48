"""A window of rows, counted once on the reference's bins."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.binning import Counts
from core.monitoring.reference import MAX_SAMPLE, Reference, draw_rows


@dataclass(frozen=True, eq=False)
class WindowCounts:
    """A window of rows on the reference's bins.

    Attributes
    ----------
    columns : mapping of column name to Counts
    n_rows : int
    sample : ndarray of shape (n_sample, n_columns)
        Bin codes of at most 20,000 rows drawn at random; -1 is missing.
    """

    columns: Mapping[str, Counts]
    n_rows: int
    sample: NDArray[np.int16]


def count_window(
    reference: Reference,
    frame: pd.DataFrame,
    *,
    limit: int | None = MAX_SAMPLE,
    random_state: int = 0,
) -> WindowCounts:
    """Count a window's rows, once, on the reference's bins.

    Parameters
    ----------
    reference : Reference
        Each of its columns must be in the frame.
    frame : DataFrame of shape (n_rows, any number of columns)
    limit : int or None, default=20_000
        Most rows whose codes are kept; None keeps all, in their order.
    random_state : int, default=0

    Examples
    --------
    >>> from core.monitoring.reference import summarise_reference
    >>> reference = summarise_reference(pd.DataFrame({"x": [1.0, 2.0, 3.0]}))
    >>> count_window(reference, pd.DataFrame({"x": [2.5, 9.0]})).columns["x"].n_above
    1
    """
    n_rows = len(frame)
    rows = draw_rows(n_rows, random_state, limit=n_rows if limit is None else limit)
    counts, codes = {}, []
    for column in reference.columns:
        counts[column.name], coded = column.count(frame[column.name])
        codes.append(coded[rows])
    return WindowCounts(counts, len(frame), np.column_stack(codes))
