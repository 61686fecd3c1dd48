"""A demand curve: calls a second for each hour of some months, from five figures."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

HOURS_A_MONTH: Final = 730
"""A twelfth of a year of 8,760 hours."""
_BUSIEST_HOUR: Final = 14
_SPIKE_DAY: Final = 15


@dataclass(frozen=True)
class Demand:
    """What is asked of a model over time.

    Attributes
    ----------
    base_per_s : float, default=5
        Mean calls a second in the first hour's week, without swings.
    daily_swing : float, default=0.6
        Share from 0 to 1 by which the busiest hour (14 to 15) lies above the mean of
        its day, and the quietest below.
    weekly_swing : float, default=0.3
        Share from 0 to 1 by which weekends lie below the mean of their week.
    spike : float, default=3
        In the spike hours there are so many times the calls; 1 for none.
    spike_hours : int, default=6
        Hours of the one spike a month, around the busiest hour of its 15th day.
    growth : float, default=0.03
        Share by which each month has more than the one before; may be negative.
    months : int, default=36
    """

    base_per_s: float = 5.0
    daily_swing: float = 0.6
    weekly_swing: float = 0.3
    spike: float = 3.0
    spike_hours: int = 6
    growth: float = 0.03
    months: int = 36

    def curve(self) -> Floats:
        """Return the calls a second of every hour, of shape (months * 730,).

        The first hour is Monday from 0 to 1. Swings keep the mean of a day and a
        week; so without growth and spike the mean is `base_per_s`.

        Examples
        --------
        >>> steady = Demand(4.0, 0.0, 0.0, spike=1.0, growth=0.0, months=1)
        >>> steady.curve().shape, float(steady.curve().max())
        ((730,), 4.0)
        """
        hours = np.arange(self.months * HOURS_A_MONTH)
        angle = 2 * np.pi * (hours % 24 - _BUSIEST_HOUR) / 24
        daily = 1 + self.daily_swing * np.cos(angle)
        weekend = (hours // 24) % 7 >= 5
        weekly = np.where(weekend, 1 - self.weekly_swing, 1 + 0.4 * self.weekly_swing)
        grown = np.power(1 + self.growth, hours / HOURS_A_MONTH)
        spiked = np.where(self._in_spike(hours), self.spike, 1.0)
        curve: Floats = self.base_per_s * daily * weekly * grown * spiked
        return curve

    def _in_spike(self, hours: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
        first = (_SPIKE_DAY - 1) * 24 + _BUSIEST_HOUR - self.spike_hours // 2
        place = hours % HOURS_A_MONTH - first
        return (place >= 0) & (place < self.spike_hours)
