"""One column then and now, as shares of rows on cells that a person can read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from core.monitoring.binning import Bins, Counts, Float, Int
from core.monitoring.reference import ColumnReference

N_BARS = 20
N_LEVELS = 12
OTHER = "other"
UNSEEN = "not seen before"


@dataclass(frozen=True)
class Distribution:
    """Shares of the rows with a value, then and now.

    Attributes
    ----------
    name : str
    axis : {"numbers", "dates", "labels"}
    edges : tuple of float
        Borders of the cells for numbers and dates (POSIX seconds); one more than
        cells. What lies beyond the outermost is counted in the outermost cells.
    labels : tuple of str
        Names of the cells otherwise.
    before, now : tuple of float
        Shares that sum to one, unless there was no value at all.
    missing_before, missing_now : float
        Share of all rows without a value.
    """

    name: str
    axis: Literal["numbers", "dates", "labels"]
    edges: tuple[float, ...]
    labels: tuple[str, ...]
    before: tuple[float, ...]
    now: tuple[float, ...]
    missing_before: float
    missing_now: float

    def to_dict(self) -> dict[str, Any]:
        """Return the distribution as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Distribution":
        """Return the distribution that `to_dict` wrote."""
        listed = ("edges", "labels", "before", "now")
        return cls(**{**values, **{key: tuple(values[key]) for key in listed}})


def then_and_now(column: ColumnReference, now: Counts) -> Distribution:
    """Return a column's distribution in the reference and in a window.

    Parameters
    ----------
    column : ColumnReference
    now : Counts
        The window on the reference's bins.

    Returns
    -------
    Distribution
        At most 21 cells; numbers in equal steps, by interpolation within the bins.
    """
    before = column.counts
    missing = [each.n_missing / max(each.n_rows, 1) for each in (before, now)]
    if column.bins.kind == "numbers" and column.bins.n_bins > N_LEVELS:
        axis: Literal["numbers", "dates"] = "numbers"
        axis = "dates" if column.kind == "date" else axis
        edges = _equal_steps(column.bins, before.counts, now.counts)
        cells = [_spread(column.bins, each, edges) for each in (before, now)]
        return _distribution(column.name, axis, edges, (), cells, missing)
    labels, tallies = _label_cells(column, now)
    cells = [tally / max(tally.sum(), 1) for tally in tallies]
    return _distribution(column.name, "labels", np.empty(0), labels, cells, missing)


def _distribution(
    name: str,
    axis: Literal["numbers", "dates", "labels"],
    edges: Float,
    labels: tuple[str, ...],
    cells: list[Float],
    missing: list[float],
) -> Distribution:
    before, now = (tuple(float(x) for x in each) for each in cells)
    steps = tuple(float(x) for x in edges)
    return Distribution(name, axis, steps, labels, before, now, *missing)


def _equal_steps(bins: Bins, *windows: Int) -> Float:
    """Borders of 20 equal steps that hold all but 1 % at each end of every window."""
    reached = [np.cumsum(counts) / counts.sum() for counts in windows if counts.sum()]
    low_end = np.max(reached, axis=0)[:-1] >= 0.01
    high_end = np.min(reached, axis=0)[:-1] <= 0.99
    inside = bins.edges[low_end & high_end]
    if inside.size < 2:
        inside = bins.edges
    first, last = 2 * inside[0] - inside[1], 2 * inside[-1] - inside[-2]
    low = first if bins.minimum is None else max(bins.minimum, first)
    high = last if bins.maximum is None else min(bins.maximum, last)
    return np.linspace(low, high, N_BARS + 1)


def _spread(bins: Bins, window: Counts, edges: Float) -> Float:
    """Shares between `edges`, as if rows lay evenly within each bin."""
    total = max(int(window.counts.sum()), 1)
    known = [x for x in (bins.minimum, window.minimum) if x is not None]
    tops = [x for x in (bins.maximum, window.maximum) if x is not None]
    places = np.concatenate([[min(known)], bins.edges, [max(tops)]])
    reached = np.concatenate([[0.0], np.cumsum(window.counts) / total])
    cumulative = np.interp(edges, places, reached)
    cumulative[0], cumulative[-1] = 0.0, reached[-1]
    return np.diff(cumulative)


def _label_cells(
    column: ColumnReference, now: Counts
) -> tuple[tuple[str, ...], list[Int]]:
    before, bins = column.counts, column.bins
    if bins.kind == "presence":
        return ("has a value",), [before.counts, now.counts]
    if bins.kind == "numbers":
        return _number_labels(bins), [before.counts, now.counts]
    order = np.argsort(-(before.counts + now.counts), kind="stable")
    kept, rest = order[:N_LEVELS], order[N_LEVELS:]
    labels = [bins.levels[i] for i in kept]
    tallies = [[int(c) for c in each.counts[kept]] for each in (before, now)]
    if rest.size:
        labels.append(OTHER)
        for tally, each in zip(tallies, (before, now), strict=True):
            tally.append(int(each.counts[rest].sum()))
    if now.n_unseen or before.n_unseen:
        labels.append(UNSEEN)
        tallies[0].append(before.n_unseen)
        tallies[1].append(now.n_unseen)
    return tuple(labels), [np.array(tally) for tally in tallies]


def _number_labels(bins: Bins) -> tuple[str, ...]:
    if bins.maximum is None:
        return ("no value",)
    tops = [*bins.edges.tolist(), bins.maximum]
    if bins.exact:
        return tuple(f"{top:.6g}" for top in tops)
    return tuple(f"up to {top:.6g}" for top in tops)
