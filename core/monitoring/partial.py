"""What outcomes of some rows say about all of them.

Prediction-powered inference: on labelled rows the loss that the model itself expects is
compared with what came true, and the mean expectation over all other rows is corrected
by that difference. The interval is valid whatever the expectations are worth, as long
as labelled rows are like the others, and never wider than about that of the outcomes
alone (Angelopoulos et al. 2023; the weight of the expectations is that of PPI++,
Angelopoulos, Duchi & Zrnic 2023).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from core.errors import MonitoringError
from core.monitoring.binning import Float
from core.monitoring.performance import MIN_LABELS

AGES = {
    "under a day": 1.0,
    "under a week": 7.0,
    "under a month": 30.0,
    "under three months": 91.0,
    "older": np.inf,
}


@dataclass(frozen=True)
class PartialEstimate:
    """A mean over all rows, from the outcomes of some.

    Attributes
    ----------
    value, low, high : float
        With a 95% interval.
    alone, alone_low, alone_high : float
        From the outcomes alone.
    n_labelled, n_unlabelled : int
    weight : float
        How much the model's own expectations count, from 0 to 1.
    """

    value: float
    low: float
    high: float
    alone: float
    alone_low: float
    alone_high: float
    n_labelled: int
    n_unlabelled: int
    weight: float


def infer_mean(seen: Float, expected: Float, elsewhere: Float) -> PartialEstimate:
    """Estimate a mean over all rows from the labelled ones and expectations.

    Parameters
    ----------
    seen : ndarray of shape (n_labelled,)
        What came true: right or wrong as 1 and 0, or the error; at least 30.
    expected : ndarray of shape (n_labelled,)
        What was expected of the same rows.
    elsewhere : ndarray of shape (n_unlabelled,)
        What is expected of the rows without an outcome; at least one.

    Raises
    ------
    MonitoringError
        With fewer than 30 outcomes, or no row without one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> chance = rng.uniform(0.5, 1, 2_000)
    >>> right = (rng.random(2_000) < chance).astype(float)
    >>> found = infer_mean(right[:200], chance[:200], chance[200:])
    >>> found.low < 0.75 < found.high, found.high - found.low < 0.13
    (True, True)
    """
    n, m = seen.size, elsewhere.size
    if n < MIN_LABELS or not m:
        raise MonitoringError(
            f"{n:,} outcomes are too few to speak for the other rows.",
            hint=f"Bring in at least {MIN_LABELS} outcomes.",
        )
    spread = float(np.concatenate([expected, elsewhere]).var(ddof=1))
    shared = float(np.cov(seen, expected)[0, 1])
    weight = 0.0
    if spread > 0:
        weight = float(np.clip(shared / ((1 + n / m) * spread), 0.0, 1.0))
    # the labelled rows belong to "all rows" as well: their share needs no inference
    rest = weight * elsewhere.mean() + (seen - weight * expected).mean()
    share = m / (n + m)
    value = share * rest + (1 - share) * seen.mean()
    variance = weight**2 * _variance(elsewhere) / m
    variance += _variance(seen - weight * expected) / n
    quantile = float(stats.t.isf(0.025, n - 1))
    half = quantile * float(np.sqrt(variance)) * np.sqrt(share)
    alone = float(seen.mean())
    half_alone = quantile * float(np.sqrt(_variance(seen) / n))
    return PartialEstimate(
        value=float(value),
        low=float(value - half),
        high=float(value + half),
        alone=alone,
        alone_low=alone - half_alone,
        alone_high=alone + half_alone,
        n_labelled=n,
        n_unlabelled=m,
        weight=weight,
    )


def _variance(values: Float) -> float:
    return float(values.var(ddof=1)) if values.size > 1 else 0.0


def labels_by_age(
    at: "pd.Series[pd.Timestamp]", known: "pd.Series[bool]", now: pd.Timestamp
) -> pd.DataFrame:
    """Return how many outcomes are known of rows of each age.

    Times ahead of `now`, as clocks that jump give, count as under a day.

    Returns
    -------
    DataFrame with columns ``age``, ``n_rows``, ``n_labels``
        Youngest first; ages without rows are left out.

    Examples
    --------
    >>> at = pd.Series(pd.to_datetime(["2026-03-01", "2026-03-10"], utc=True))
    >>> now = pd.Timestamp("2026-03-10 12:00", tz="UTC")
    >>> labels_by_age(at, pd.Series([True, False]), now).values.tolist()
    [['under a day', 1, 0], ['under a month', 1, 1]]
    """
    moments = at if at.dt.tz is not None else at.dt.tz_localize("UTC")
    days = (now - moments).dt.total_seconds() / 86_400
    place = np.searchsorted([*AGES.values()], days.to_numpy(), side="right")
    rows = []
    for number, age in enumerate(AGES):
        within = place == number
        if within.any():
            rows.append((age, int(within.sum()), int(known.to_numpy()[within].sum())))
    return pd.DataFrame(rows, columns=["age", "n_rows", "n_labels"])
