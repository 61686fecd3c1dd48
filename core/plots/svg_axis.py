"""An axis of a still picture: where values lie, and which of them are written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.wording import score_text

_N_TICKS: Final = 5
_PAD: Final = 0.04


@dataclass(frozen=True)
class Axis:
    """A scale from values to pixels.

    Attributes
    ----------
    title : str
    start, end : float
        Pixels of the lowest and the highest value.
    low, high : float
        Of the numbers (their decimal logarithms when ``is_log``), or of the places of
        names.
    names : tuple of str
        Of an axis of names, in order; empty for numbers.
    is_log : bool
    ticks : tuple of (float, str)
        Values and what is written at them.
    """

    title: str
    start: float
    end: float
    low: float
    high: float
    names: tuple[str, ...] = ()
    is_log: bool = False
    ticks: tuple[tuple[float, str], ...] = ()

    def at(self, value: Any) -> float:
        """Return the pixel of a value.

        Examples
        --------
        >>> Axis("", 0.0, 100.0, 0.0, 10.0).at(2.5)
        25.0
        """
        number = self._number(value)
        share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def step(self) -> float:
        """Pixels between two names."""
        return abs(self.end - self.start) / max(len(self.names), 1)

    def _number(self, value: Any) -> float:
        if self.names:
            return float(self.names.index(str(value)))
        return math.log10(value) if self.is_log else float(value)


def make_axis(
    layout: Any, values: Sequence[Any], start: float, end: float, *, with_zero: bool
) -> Axis:
    """Return the axis of a figure for the values that are drawn on it.

    Parameters
    ----------
    layout : plotly axis layout
    values : sequence of number or str
    start, end : float
        Pixels.
    with_zero : bool
        Whether bars stand on it.
    """
    turned = layout.range is not None and None not in layout.range
    if layout.autorange == "reversed" or (turned and layout.range[0] > layout.range[1]):
        start, end = end, start
    title = str(layout.title.text or "")
    if any(isinstance(value, str) for value in values):
        names = tuple(dict.fromkeys(str(value) for value in values))
        ticks = tuple((float(i), name) for i, name in enumerate(names))
        return Axis(title, start, end, -0.5, len(names) - 0.5, names, False, ticks)
    is_log = layout.type == "log"
    numbers = np.array([v for v in values if v is not None], dtype=np.float64)
    numbers = numbers[np.isfinite(numbers)]
    numbers = np.log10(numbers[numbers > 0]) if is_log else numbers
    low, high = _span(numbers, layout, with_zero=with_zero)
    if layout.tickvals is not None and layout.ticktext is not None:
        given = zip(layout.tickvals, layout.ticktext, strict=False)
        ticks = tuple((float(value), str(shown)) for value, shown in given)
    else:
        ticks = _ticks(low, high, is_log, str(layout.tickformat or ""))
    return Axis(title, start, end, low, high, (), is_log, ticks)


def _span(
    numbers: np.ndarray[Any, np.dtype[np.float64]], layout: Any, *, with_zero: bool
) -> tuple[float, float]:
    if layout.range is not None and None not in layout.range:
        low, high = sorted(float(end) for end in layout.range)
        return low, high
    low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0, 1)
    if with_zero or layout.rangemode == "tozero":
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    pad = _PAD * (high - low)
    at_zero = with_zero or layout.rangemode == "tozero"
    return (low if at_zero and low == 0 else low - pad), high + pad


def _ticks(
    low: float, high: float, is_log: bool, tickformat: str
) -> tuple[tuple[float, str], ...]:
    if is_log:
        decades = range(math.ceil(low - 1), math.floor(high) + 1)
        places = [m * 10.0**d for d in decades for m in (1, 2, 5)]
        return tuple(
            (v, f"{v:,.0f}" if v >= 1 else f"{v:g}")
            for v in places
            if low <= math.log10(v) <= high
        )
    rough = (high - low) / _N_TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(m for m in (1, 2, 5, 10) if m * size >= rough)
    first = math.ceil(low / step) * step
    count = int((high - first) / step + 1e-9) + 1
    values = [round(first + i * step, 12) for i in range(count)]
    return tuple((value, _written(value, step, tickformat)) for value in values)


def _written(value: float, step: float, tickformat: str) -> str:
    if tickformat.endswith("%"):
        return f"{value:.0%}" if step >= 0.01 else f"{value:.1%}"
    if step >= 1:
        return f"{value:,.0f}"
    return f"{value:.{max(0, -math.floor(math.log10(step)))}f}" if value else "0"


def shown(value: Any) -> str:
    """Return a value as it is written in a picture.

    Examples
    --------
    >>> shown(0.5), shown("a")
    ('0.500', 'a')
    """
    return score_text(value) if isinstance(value, float) else str(value)
