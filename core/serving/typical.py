"""A typical number of a column, and the round steps that lead to it.

The form and the example of the API begin with the same row: each number is the
multiple of a round step that is nearest to the median.
"""

import math

from core.data.schema import ColumnSchema

LARGEST = 2**53 - 1  # a browser counts exactly up to here


def typical_number(column: ColumnSchema) -> float | None:
    """Return a round number near the median of the training rows; None without one.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> paid = pd.DataFrame({"paid": [0.0, 875.64, 3900.0]})
    >>> typical_number(describe_schema(paid)["paid"])
    880.0
    """
    if column.median is None:
        return None
    whole = column.kind == "integer"
    limits = limits_of(column)
    if limits is None:
        return round(column.median) if whole else float(f"{column.median:.6g}")
    first, last, step = limits
    return on_grid(min(max(round(column.median / step), first), last), step)


def limits_of(column: ColumnSchema) -> tuple[int, int, float] | None:
    """Return first and last multiple of a round step, and the step.

    They hold 98% of the training rows. None where the numbers are all the same, too
    large to be counted exactly, or missing.
    """
    if column.low is None or column.high is None or column.median is None:
        return None
    step = nice_step(column.low, column.high, whole=column.kind == "integer")
    first = math.ceil(column.low / step - 1e-9)
    last = math.floor(column.high / step + 1e-9)
    if last <= first or max(abs(column.low), abs(column.high)) > LARGEST:
        return None
    return first, last, step


def on_grid(position: int, step: float) -> float:
    """Return a multiple of the step without the dust of floating point."""
    value = position * step
    return value if isinstance(step, int) else round(value, decimals_of(step))


def nice_step(low: float, high: float, *, whole: bool = False) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that makes 50 to 200 stops.

    Parameters
    ----------
    low, high : float
    whole : bool, default=False
        Whether values are whole numbers: then steps of 1 up to 500 stops.

    Returns
    -------
    float, or int when `whole` is true

    Examples
    --------
    >>> nice_step(18.2, 86.0), nice_step(0.0, 0.013), nice_step(18, 86, whole=True)
    (0.5, 0.0001, 1)
    """
    span = high - low
    if whole and span <= 500:
        return 1
    if not 0 < span < math.inf:
        return 1 if whole else 0.01
    rough = span / 200
    power = 10.0 ** math.floor(math.log10(rough))
    factor = next(f for f in (1, 2, 5, 10) if f * power >= rough * (1 - 1e-9))
    step = factor * power
    return max(1, round(step)) if whole else float(f"{step:.0e}")


def decimals_of(step: float) -> int:
    """Return how many decimals a multiple of the step needs.

    Examples
    --------
    >>> decimals_of(0.05), decimals_of(20)
    (2, 0)
    """
    return max(0, -math.floor(math.log10(step) + 1e-9))
