"""Where numbers are missed: predicted against actual, and what is left over."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from core.evaluation.held_out import HeldOut
from core.modeling.metrics import Floats

MOST_POINTS: Final = 2_000
N_CELLS: Final = 40
MOST_BARS: Final = 40
FEWEST_BARS: Final = 5
N_BINS: Final = 10


@dataclass(frozen=True)
class Cloud:
    """Rows as points; above 2,000 rows as the middles of a grid's occupied cells.

    Attributes
    ----------
    x, y : tuple of float
    n_rows : tuple of int
        Rows at each point.
    binned : bool
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    n_rows: tuple[int, ...]
    binned: bool

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Cloud":
        """Return the record that ``asdict`` wrote."""
        lists = {name: tuple(values[name]) for name in ("x", "y", "n_rows")}
        return cls(**{**values, **lists})


@dataclass(frozen=True)
class Residuals:
    """Actual minus predicted, in the target's unit.

    Attributes
    ----------
    cloud : Cloud
        Predicted number and residual.
    edges, counts : tuple
        Histogram of the residuals.
    predicted, median, low, high : tuple of float
        By tenth of the rows in order of the prediction: mean prediction, and
        median, 10th and 90th percentile of the residuals.
    largest_share : float
        Share of all squared error in the worst hundredth of the rows.
    """

    cloud: Cloud
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    predicted: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    largest_share: float

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Residuals":
        """Return the record that `to_dict` wrote."""
        names = ("edges", "counts", "predicted", "median", "low", "high")
        lists = {name: tuple(values[name]) for name in names}
        cloud = Cloud.from_dict(values["cloud"])
        return cls(**{**values, **lists, "cloud": cloud})


def cloud(x: Floats, y: Floats) -> Cloud:
    """Return points, or the occupied cells of a 40 by 40 grid.

    Examples
    --------
    >>> cloud(np.array([1.0]), np.array([2.0]))
    Cloud(x=(1.0,), y=(2.0,), n_rows=(1,), binned=False)
    """
    if len(x) <= MOST_POINTS:
        ones = (1,) * len(x)
        return Cloud(tuple(x.tolist()), tuple(y.tolist()), ones, binned=False)
    counts, x_edges, y_edges = np.histogram2d(x, y, bins=N_CELLS)
    i, j = np.nonzero(counts)
    return Cloud(
        tuple(((x_edges[i] + x_edges[i + 1]) / 2).tolist()),
        tuple(((y_edges[j] + y_edges[j + 1]) / 2).tolist()),
        tuple(counts[i, j].astype(np.int64).tolist()),
        binned=True,
    )


def residuals(held: HeldOut) -> Residuals:
    """Sum up the errors of predicted numbers.

    Examples
    --------
    >>> held = HeldOut("regression", np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    >>> residuals(held).predicted
    (1.0, 1.0)
    """
    error, predicted = held.error, held.output
    counts, edges = np.histogram(error, bins=n_bars(held.n_rows))
    order = np.argsort(predicted, kind="stable")
    tenths = np.array_split(order, min(N_BINS, held.n_rows))
    low, middle, high = zip(
        *(np.quantile(error[rows], [0.1, 0.5, 0.9]).tolist() for rows in tenths),
        strict=True,
    )
    return Residuals(
        cloud=cloud(predicted, error),
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        predicted=tuple(float(predicted[rows].mean()) for rows in tenths),
        median=middle,
        low=low,
        high=high,
        largest_share=_share_of_worst(error**2),
    )


def n_bars(n_rows: int) -> int:
    """Return how many bars a histogram of so many rows bears: twice the cube root.

    Examples
    --------
    >>> n_bars(1), n_bars(88), n_bars(1_000_000)
    (5, 9, 40)
    """
    return int(np.clip(np.ceil(2 * np.cbrt(n_rows)), FEWEST_BARS, MOST_BARS))


def _share_of_worst(squared: Floats) -> float:
    n_worst = max(1, len(squared) // 100)
    total = squared.sum()
    worst = np.partition(squared, len(squared) - n_worst)[-n_worst:].sum()
    return float(worst / total) if total else 0.0
