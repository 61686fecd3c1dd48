"""What a demand costs on own machines and in a cloud: the picture of capacity.

Own capacity is bought in steps, ahead of demand: above demand it is wasted, below it
callers are not served. Cloud capacity follows demand hour by hour.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from core.deployment.demand import HOURS_A_MONTH, Demand, Floats

_FASTER: Final = 0.9
_MOST_OF_A_CALL: Final = 0.9


@dataclass(frozen=True)
class Prices:
    """What capacity costs; every figure is the person's to change.

    Attributes
    ----------
    name : str
        Where the figures are from.
    as_of : date
    currency : str
    machine : float
        To buy one own machine.
    machine_month : float
        To run it for a month: power, room, care.
    machine_copies : int
        Copies of the server that it runs, about one for each core.
    lifetime_months : int
        After so many months it is bought again.
    cloud_copy_hour : float
        One copy in the cloud for an hour.
    cloud_million : float
        A million calls, beside the copies.
    cloud_month : float
        What the cloud costs in a month without any call.
    """

    name: str
    as_of: date
    currency: str
    machine: float
    machine_month: float
    machine_copies: int
    lifetime_months: int
    cloud_copy_hour: float
    cloud_million: float
    cloud_month: float


EXAMPLE: Final = Prices(
    name="Example figures of Rondo, no provider's offer",
    as_of=date(2026, 11, 1),
    currency="EUR",
    machine=2_000.0,
    machine_month=60.0,
    machine_copies=8,
    lifetime_months=48,
    cloud_copy_hour=0.06,
    cloud_million=0.40,
    cloud_month=20.0,
)
"""Prices to begin with; they only show the shape until real ones are put in."""


@dataclass(frozen=True)
class Buying:
    """How own machines are bought.

    Attributes
    ----------
    every_months : int, default=12
        Months between two decisions.
    cover : float, default=0.99
        Share of the hours until the next decision that the machines shall serve.
    """

    every_months: int = 12
    cover: float = 0.99


@dataclass(frozen=True, eq=False)
class Plan:
    """One demand, met in two ways.

    Attributes
    ----------
    demand, own, cloud : ndarray of shape (n_hours,)
        Calls a second: asked for, and what either capacity answers.
    machines : ndarray of shape (n_months,)
        Own machines, month by month.
    own_cost, cloud_cost : ndarray of shape (n_months,)
        Spent in each month.
    waste : float
        Share of the own capacity that nobody used.
    shortage : float
        Share of the calls that own capacity did not serve.
    hours_short : int
        Hours in which it did not serve all.
    own_per_1000, cloud_per_1000 : float
        Cost of a thousand predictions over all months; infinite for none.
    break_even : int or None
        The first month (from 1) from whose end on own machines have cost no more in
        all than the cloud, to the last month; None when that never comes.
    """

    demand: Floats
    own: Floats
    cloud: Floats
    machines: np.ndarray[Any, np.dtype[np.int64]]
    own_cost: Floats
    cloud_cost: Floats
    waste: float
    shortage: float
    hours_short: int
    own_per_1000: float
    cloud_per_1000: float
    break_even: int | None


def plan_capacity(
    demand: Demand,
    rate_of_one: float,
    prices: Prices = EXAMPLE,
    buying: Buying = Buying(),
    *,
    rows_a_call: int = 1,
) -> Plan:
    """Work out both ways to meet a demand, hour by hour.

    Parameters
    ----------
    demand : Demand
    rate_of_one : float
        Calls a second that one copy is trusted with; above 0.
    prices : Prices, default=EXAMPLE
    buying : Buying, default=Buying()
    rows_a_call : int, default=1
        Predictions of one call.

    Examples
    --------
    >>> plan = plan_capacity(Demand(months=12), rate_of_one=70.0)
    >>> plan.machines.tolist() == [1] * 12, bool((plan.cloud >= plan.demand).all())
    (True, True)
    """
    asked = demand.curve()
    machines = _machines(asked, rate_of_one * prices.machine_copies, buying)
    own = np.repeat(machines * rate_of_one * prices.machine_copies, HOURS_A_MONTH)
    copies = np.maximum(1, np.ceil(asked / rate_of_one - 1e-9))
    served = np.minimum(asked, own)
    own_cost = _own_cost(machines, prices)
    cloud_cost = _cloud_cost(asked, copies, prices)
    predictions = 3600.0 * rows_a_call
    return Plan(
        demand=asked,
        own=own,
        cloud=copies * rate_of_one,
        machines=machines,
        own_cost=own_cost,
        cloud_cost=cloud_cost,
        waste=float(1 - served.sum() / own.sum()),
        shortage=float(1 - served.sum() / asked.sum()) if asked.sum() else 0.0,
        hours_short=int((asked > own * (1 + 1e-9)).sum()),
        own_per_1000=_per_1000(own_cost, served.sum() * predictions),
        cloud_per_1000=_per_1000(cloud_cost, asked.sum() * predictions),
        break_even=break_even(own_cost, cloud_cost),
    )


def _machines(
    asked: Floats, rate_of_machine: float, buying: Buying
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the machines of each month: bought ahead, never sold."""
    n_months, held = len(asked) // HOURS_A_MONTH, 1
    found = np.empty(n_months, dtype=np.int64)
    for first in range(0, n_months, buying.every_months):
        last = min(n_months, first + buying.every_months)
        ahead = asked[first * HOURS_A_MONTH : last * HOURS_A_MONTH]
        wanted = float(np.quantile(ahead, buying.cover))
        held = max(held, math.ceil(wanted / rate_of_machine - 1e-9))
        found[first:last] = held
    return found


def _own_cost(machines: np.ndarray[Any, np.dtype[np.int64]], prices: Prices) -> Floats:
    bought = np.diff(machines, prepend=0).astype(float)
    for month in range(prices.lifetime_months, len(bought)):
        bought[month] += bought[month - prices.lifetime_months]
    cost: Floats = bought * prices.machine + machines * prices.machine_month
    return cost


def _cloud_cost(asked: Floats, copies: Floats, prices: Prices) -> Floats:
    hourly = copies * prices.cloud_copy_hour
    hourly = hourly + asked * 3600 / 1e6 * prices.cloud_million
    cost: Floats = hourly.reshape(-1, HOURS_A_MONTH).sum(axis=1) + prices.cloud_month
    return cost


def _per_1000(cost: Floats, n_predictions: float) -> float:
    return float(1000 * cost.sum() / n_predictions) if n_predictions else math.inf


def break_even(own_cost: Floats, cloud_cost: Floats) -> int | None:
    """Return the month from whose end on own machines stay the cheaper way, or None.

    Examples
    --------
    >>> break_even(np.array([5.0, 1.0, 1.0]), np.array([3.0, 3.0, 3.0]))
    2
    >>> break_even(np.array([5.0, 5.0]), np.array([3.0, 3.0])) is None
    True
    """
    dearer = np.flatnonzero(np.cumsum(own_cost) > np.cumsum(cloud_cost) + 1e-9)
    first = 0 if not len(dearer) else int(dearer[-1]) + 1
    return None if first == len(own_cost) else first + 1


@dataclass(frozen=True)
class Faster:
    """The best candidate of a run that answers faster than the chosen one.

    Attributes
    ----------
    candidate : str
    score, chosen_score : float
        On the validation rows.
    row_ms, chosen_row_ms : float
        Processor time of one row.
    gain : float
        Times as many calls that one copy would answer; an estimate.
    """

    candidate: str
    score: float
    chosen_score: float
    row_ms: float
    chosen_row_ms: float
    gain: float


def faster_candidate(
    leaderboard: Sequence[Mapping[str, Any]],
    chosen: str,
    cpu_ms: float,
    rows_a_call: int = 1,
) -> Faster | None:
    """Return the best candidate that saves a tenth of a row's time; None if none does.

    Of the measured processor time of a call, the model's part is what its rows took
    at training, at most nine tenths; only this part shrinks with a faster model.

    Parameters
    ----------
    leaderboard : sequence of mappings
        Best first, with ``candidate``, ``family``, ``score`` and ``row_ms``.
    chosen : str
    cpu_ms : float
        Of one call, as measured under load; above 0.
    rows_a_call : int, default=1

    Examples
    --------
    >>> rows = [{"candidate": "A", "family": "a", "score": 0.9, "row_ms": 1.0},
    ...         {"candidate": "B", "family": "b", "score": 0.8, "row_ms": 0.5}]
    >>> found = faster_candidate(rows, "A", cpu_ms=2.0)
    >>> found.candidate, round(found.gain, 3)
    ('B', 1.333)
    """
    timed = [
        row for row in leaderboard if row.get("row_ms") and row["score"] is not None
    ]
    ours = next((row for row in timed if row["candidate"] == chosen), None)
    if ours is None:
        return None
    for row in timed:
        if row["family"] != "baseline" and row["row_ms"] < _FASTER * ours["row_ms"]:
            part = min(ours["row_ms"] * rows_a_call, _MOST_OF_A_CALL * cpu_ms) / cpu_ms
            gain = 1 / (1 - part * (1 - row["row_ms"] / ours["row_ms"]))
            return Faster(
                row["candidate"], row["score"], ours["score"],
                row["row_ms"], ours["row_ms"], gain,
            )  # fmt: skip
    return None
