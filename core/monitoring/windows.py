"""How rows that arrive over time are cut into windows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import MonitoringError

Period = Literal["hour", "day", "week", "month"]
PERIODS: tuple[Period, ...] = get_args(Period)
WindowBy = Period | int
"""What kept windows are cut by: a period of the calendar, or a number of rows."""
FEWEST_ROWS, MOST_ROWS = 50, 100_000
"""So many rows a kept window may be cut by: fewer could not be judged."""

_STEPS: dict[Period, str] = {"hour": "h", "day": "D", "week": "W-SUN", "month": "M"}


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of time and the rows that lie in it.

    Attributes
    ----------
    label : str
        Short name: ``2026-03``, ``2026-03-02``, ``2026-03-02 14:00`` or, of a window
        by number of rows, the time of its first row.
    start, end : Timestamp
        Aware, in UTC; rows of ``start <= at < end``. Of a window by number of rows
        the times of its first and last row.
    rows : ndarray of shape (n_rows,)
        Positions of the rows, in the order of time.
    """

    label: str
    start: pd.Timestamp
    end: pd.Timestamp
    rows: NDArray[np.int64]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.rows.size)


def cut_windows(
    at: "pd.Series[pd.Timestamp]", window: Period | int = "month"
) -> tuple[Window, ...]:
    """Cut rows into windows of time, or of a number of rows.

    Parameters
    ----------
    at : Series of shape (n_rows,)
        Times; naive ones are taken as UTC. Rows without a time are left out.
    window : {"hour", "day", "week", "month"} or int, default="month"
        Calendar periods in UTC (weeks begin on Monday), or rows a window; of the
        latter the last may have fewer.

    Returns
    -------
    tuple of Window
        Earliest first; periods without rows are not listed.

    Raises
    ------
    MonitoringError
        When the period is unknown or the number of rows is not positive.

    Examples
    --------
    >>> at = pd.Series(pd.to_datetime(["2026-01-05", "2026-02-01", "2026-01-09"]))
    >>> [(each.label, each.rows.tolist()) for each in cut_windows(at)]
    [('2026-01', [0, 2]), ('2026-02', [1])]
    """
    times = pd.to_datetime(at.reset_index(drop=True), utc=True)
    order = np.argsort(times.to_numpy(), kind="stable")[: int(times.notna().sum())]
    if isinstance(window, int):
        return _by_rows(times, order, window)
    if window not in _STEPS:
        raise MonitoringError(
            f"There is no window by {window!r}.",
            hint=f"Choose one of {', '.join(PERIODS)}, or a number of rows.",
        )
    naive = times.iloc[order].dt.tz_localize(None)
    periods = naive.dt.to_period(_STEPS[window])
    changes = periods.ne(periods.shift())
    first = np.flatnonzero(changes.to_numpy())
    parts = np.split(order, first[1:]) if order.size else []
    return tuple(
        _of_period(periods.iloc[place], window, rows)
        for place, rows in zip(first, parts, strict=False)
    )


def check_window(window: object) -> WindowBy:
    """Return what windows are cut by; refuse what they cannot be cut by.

    Parameters
    ----------
    window : object
        One of `PERIODS`, or a number of rows from 50 to 100,000.

    Raises
    ------
    MonitoringError
        It is neither.

    Examples
    --------
    >>> check_window("week"), check_window(500)
    ('week', 500)
    """
    if isinstance(window, int) and not isinstance(window, bool):
        if FEWEST_ROWS <= window <= MOST_ROWS:
            return window
    elif window in PERIODS:
        return window
    raise MonitoringError(
        f"There is no window by {window!r}.",
        hint=f"Choose one of {', '.join(PERIODS)}, or {FEWEST_ROWS} to "
        f"{MOST_ROWS:,} rows.",
    )


def window_of(at: datetime, window: Period) -> Window:
    """Return the window that a moment lies in, without rows.

    Parameters
    ----------
    at : datetime
        Aware.
    window : {"hour", "day", "week", "month"}

    Examples
    --------
    >>> window_of(pd.Timestamp("2026-03-04", tz="UTC"), "week").label
    '2026-03-02'
    """
    naive = pd.Timestamp(at).tz_convert("UTC").tz_localize(None)
    period = naive.to_period(_STEPS[window])
    return _of_period(period, window, np.empty(0, dtype=np.int64))


def _of_period(period: pd.Period, window: Period, rows: NDArray[np.int64]) -> Window:
    start = period.start_time.tz_localize("UTC")
    end = (period + 1).start_time.tz_localize("UTC")
    styles = {"hour": "%Y-%m-%d %H:00", "month": "%Y-%m"}
    return Window(start.strftime(styles.get(window, "%Y-%m-%d")), start, end, rows)


def _by_rows(
    times: "pd.Series[pd.Timestamp]", order: NDArray[np.int64], n_rows: int
) -> tuple[Window, ...]:
    if n_rows < 1:
        raise MonitoringError(
            f"A window of {n_rows} rows holds nothing.",
            hint="Choose at least one row a window.",
        )
    windows = []
    for first in range(0, order.size, n_rows):
        rows = order[first : first + n_rows]
        start, end = times.iloc[rows[0]], times.iloc[rows[-1]]
        windows.append(Window(start.strftime("%Y-%m-%d %H:%M"), start, end, rows))
    return tuple(windows)
