"""How the values of a column lie within a range, as a strip under its slider."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

N_BINS: Final = 36
_HEIGHT: Final = 20
_COLOUR: Final = "#7d8590"


def draw_shape(values: ArrayLike, low: float, high: float) -> str:
    """Draw a strip of bars: how many training rows lie where between two ends.

    Parameters
    ----------
    values : array-like of shape (n_rows,)
        NaN and what lies outside is left out.
    low, high : float
        Ends of the strip.

    Returns
    -------
    str
        An SVG picture as wide as what holds it; "" where no value lies between.

    Examples
    --------
    >>> draw_shape([1.0, 1.0, 2.0], 0, 3).count("<rect")
    2
    >>> draw_shape([7.0], 0, 3)
    ''
    """
    known = np.asarray(values, dtype=float)
    counts, _ = np.histogram(known[np.isfinite(known)], bins=N_BINS, range=(low, high))
    if not counts.any():
        return ""
    tall = np.maximum(counts / counts.max() * _HEIGHT, (counts > 0) * 1.0)
    bars = "".join(
        f'<rect x="{10 * place + 1}" y="{_HEIGHT - size:.1f}" width="8" '
        f'height="{size:.1f}"/>'
        for place, size in enumerate(tall)
        if size
    )
    width = 10 * N_BINS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        f'width="{width}" height="{_HEIGHT}" preserveAspectRatio="none" '
        f'fill="{_COLOUR}">{bars}</svg>'
    )
