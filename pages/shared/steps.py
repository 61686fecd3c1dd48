"""Steps of sliders: round numbers, and how to write their multiples."""

import math


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
