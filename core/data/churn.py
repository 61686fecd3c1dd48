"""The law behind the churn sample: who subscribes, and who leaves.

All of it is invented. A person's hidden contentment drives calls to support, the
answer to the satisfaction survey (which the discontented tend to leave out) and,
with contract, fee and tenure, the decision to leave.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PLANS = ("Basic", "Standard", "Premium", "Family")
REGIONS = ("North", "South", "East", "West", "Central")
PAYMENTS = ("bank transfer", "credit card", "electronic check", "mailed check")
CONTRACTS = ("month-to-month", "one year", "two years")
REASONS = ("price", "moved", "competitor", "service", "other")
_BASE_FEE = np.array([24.0, 46.0, 74.0, 58.0])
_BASE_GB = np.array([6.0, 18.0, 45.0, 40.0])

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """What can change from month to month.

    Attributes
    ----------
    plan_shares, region_shares : tuple of float
        In the order of `PLANS` and `REGIONS`; each sums to 1.
    fee_factor : float
        Multiplies every fee.
    call_factor : float
        Multiplies the expected number of calls to support.
    """

    plan_shares: tuple[float, ...] = (0.44, 0.34, 0.22, 0.0)
    region_shares: tuple[float, ...] = (0.24, 0.22, 0.20, 0.18, 0.16)
    fee_factor: float = 1.0
    call_factor: float = 1.0


USUAL = Market()
DRIFTED = Market(
    plan_shares=(0.34, 0.28, 0.19, 0.19),
    region_shares=(0.14, 0.36, 0.16, 0.13, 0.21),
    fee_factor=1.18,
    call_factor=1.9,
)


def draw_customers(
    n_rows: int,
    day: pd.Timestamp,
    rng: np.random.Generator,
    *,
    market: Market = USUAL,
    first_id: int = 1,
) -> pd.DataFrame:
    """Draw customers as they stand on one day, with the decision they then take.

    Parameters
    ----------
    n_rows : int
        Number of customers.
    day : Timestamp
        The day of the snapshot; dates of signing up lie before it.
    rng : Generator
        Source of all chance.
    market : Market, default=USUAL
        The shares, fees and calls of that time.
    first_id : int, default=1
        Number of the first customer.

    Returns
    -------
    DataFrame of shape (n_rows, 16)
        The inputs, then ``cancellation_reason`` and ``churn``, in canonical types.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> draw_customers(3, pd.Timestamp("2026-07-31"), rng)["customer_id"].tolist()
    ['C-000001', 'C-000002', 'C-000003']
    """
    age = np.clip(rng.normal(46, 17, n_rows).round(), 18, 92)
    tenure = np.ceil(72 * rng.beta(0.9, 1.5, n_rows)).clip(1, 72)
    plan = rng.choice(len(PLANS), n_rows, p=market.plan_shares)
    contract = _draw_contract(tenure, rng)
    contentment = rng.normal(0, 1, n_rows)
    fee = _BASE_FEE[plan] * market.fee_factor * rng.lognormal(0, 0.12, n_rows)
    calls = rng.poisson(market.call_factor * np.exp(0.1 - 0.55 * contentment))
    gigabytes = _BASE_GB[plan] * rng.lognormal(-0.012 * (age - 46), 0.6, n_rows)
    payment = rng.choice(len(PAYMENTS), n_rows, p=(0.27, 0.30, 0.28, 0.15))
    days_in_month = rng.integers(0, 30, n_rows)
    signup = day - pd.to_timedelta(np.floor(tenure * 30.44) + days_in_month, unit="D")
    frame = pd.DataFrame(
        {
            "customer_id": [f"C-{first_id + i:06d}" for i in range(n_rows)],
            "signup_date": signup.as_unit("us"),
            "age": age.astype(np.int64),
            "tenure_months": tenure.astype(np.int64),
            "monthly_fee": fee.round(2),
            "total_paid": _total_paid(fee, tenure, rng),
            "plan": _words(PLANS, plan),
            "region": _words(
                REGIONS, rng.choice(len(REGIONS), n_rows, p=market.region_shares)
            ),
            "payment_method": _words(PAYMENTS, payment),
            "contract": _words(CONTRACTS, contract),
            "support_calls": calls.astype(np.int64),
            "data_gb": gigabytes.round(1),
            "is_senior": age >= 65,
            "satisfaction": _survey(contentment, calls, rng),
        }
    )
    leaves = rng.random(n_rows) < 1 / (1 + np.exp(-_log_odds(frame, contentment)))
    reason = pd.Series(_words(REASONS, rng.choice(len(REASONS), n_rows)), dtype="str")
    told = leaves & (rng.random(n_rows) < 0.96)
    frame["cancellation_reason"] = reason.where(told)
    frame["churn"] = pd.Series(np.where(leaves, "yes", "no"), dtype="str")
    return frame


def _words(
    levels: tuple[str, ...], positions: NDArray[np.int64]
) -> "pd.api.extensions.ExtensionArray":
    return pd.array(np.asarray(levels, dtype=object)[positions], dtype="str")


def _draw_contract(tenure: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Longer customers hold longer contracts."""
    drawn = rng.normal(0, 1, tenure.size) + (tenure - 26) / 24
    return np.digitize(drawn, (0.35, 1.2))


def _total_paid(fee: Floats, tenure: Floats, rng: np.random.Generator) -> Floats:
    """Fees so far; nothing yet for some who signed up this month."""
    total = (fee * tenure * rng.normal(0.97, 0.03, fee.size)).round(2)
    return np.where((tenure == 1) & (rng.random(fee.size) < 0.5), np.nan, total)


def _survey(
    contentment: Floats, calls: NDArray[np.int64], rng: np.random.Generator
) -> Floats:
    """Answers from 1 to 10; the discontented answer less often."""
    felt = 6.8 + 1.7 * contentment - 0.15 * calls + rng.normal(0, 0.9, calls.size)
    silent = 1 / (1 + np.exp(1.7 + 0.8 * contentment))
    answer = np.clip(felt.round(), 1, 10)
    return np.where(rng.random(calls.size) < silent, np.nan, answer)


def _log_odds(frame: pd.DataFrame, contentment: Floats) -> Floats:
    """Log odds of leaving; fees count against what the plan once cost."""
    plan = frame["plan"].map({name: i for i, name in enumerate(PLANS)}).to_numpy()
    dear = frame["monthly_fee"].to_numpy() / _BASE_FEE[plan] - 1
    idle = (frame["plan"] == "Premium") & (frame["data_gb"] < 20)
    held = frame["contract"].map(dict(zip(CONTRACTS, (0.0, -1.4, -2.5), strict=True)))
    odds = (
        -1.45
        + held
        - 0.032 * (frame["tenure_months"] - 24)
        + 0.28 * frame["support_calls"]
        + 2.6 * dear
        + 0.7 * (frame["payment_method"] == "electronic check")
        + 0.9 * idle
        + 0.25 * frame["is_senior"]
    )
    return np.asarray(odds, dtype=float) - 0.8 * contentment
