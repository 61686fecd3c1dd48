"""Plain values of a column: as a person writes them, and where they stand."""

from typing import Any

import numpy as np

from core.data import ColumnKind
from core.modeling.metrics import Floats
from core.wording import moment_text


def plain_value(kind: ColumnKind, value: Any) -> Any:
    """Return a value of a plain column as JSON can hold it; None for missing.

    Parameters
    ----------
    kind : ColumnKind
    value : float or str
        Numbers, booleans (0, 1) and dates (POSIX seconds) as float, NaN for missing.

    Examples
    --------
    >>> plain_value("integer", 3.0), plain_value("boolean", 1.0)
    (3, True)
    >>> plain_value("date", 86_400.0), plain_value("number", float("nan"))
    ('1970-01-02', None)
    """
    if isinstance(value, str):
        return value
    if value is None or not np.isfinite(value):
        return None
    if kind == "boolean":
        return bool(value)
    if kind == "date":
        return moment_text(float(value))
    number = float(value)
    return int(number) if kind == "integer" and number.is_integer() else number


def rank_of(ordered: Floats, value: float) -> float | None:
    """Return the share of sorted values below one, ties counted half; None for NaN.

    Examples
    --------
    >>> rank_of(np.array([1.0, 2.0, 2.0, 5.0]), 2.0)
    0.5
    """
    if not len(ordered) or not np.isfinite(value):
        return None
    below = np.searchsorted(ordered, value, side="left")
    upto = np.searchsorted(ordered, value, side="right")
    return float(below + upto) / (2 * len(ordered))
